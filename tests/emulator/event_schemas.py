"""What Event Streams' resources and address configurations look like.

Sources: https://www.twilio.com/docs/events/event-streams/sink-resource,
https://www.twilio.com/docs/events/event-streams/subscription,
https://www.twilio.com/docs/conversations/api/address-configuration-resource
"""

from tests.emulator.schemas import DATES, NUMBER, TEXT, URL, links, maybe, one_of, only, sid

A_SINK = only(
    sid=sid("DG"),
    description=TEXT,
    sink_type=one_of("kinesis", "webhook", "segment", "email"),
    sink_configuration={"type": "object"},
    status=one_of("initialized", "validating", "active", "failed"),
    url=URL,
    links=links("sink_test sink_validate"),
    **DATES,
)
A_SUBSCRIPTION = only(
    account_sid=sid("AC"),
    sid=sid("DF"),
    description=TEXT,
    sink_sid=sid("DG"),
    url=URL,
    links=links("subscribed_events"),
    **DATES,
)
A_SUBSCRIBED_EVENT = only(
    account_sid=sid("AC"), subscription_sid=sid("DF"), type=TEXT, schema_version=NUMBER, url=URL
)
AN_ADDRESS_CONFIGURATION = only(
    account_sid=sid("AC"),
    sid=sid("IG"),
    type=one_of("sms", "whatsapp", "messenger", "gbm", "email", "rcs", "apple", "chat"),
    address=TEXT,
    friendly_name=maybe(TEXT),
    address_country=maybe(TEXT),
    auto_creation={"type": "object", "required": ["enabled", "type"]},
    url=URL,
    **DATES,
)
