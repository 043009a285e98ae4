"""Studio's flows, and the settings of which an account has one.

Sources: https://www.twilio.com/docs/studio/rest-api/v2/flow,
https://www.twilio.com/docs/conversations/api/configuration-resource and
https://www.twilio.com/docs/conversations/api/conversations-webhook-resource
"""

from tests.emulator.schemas import (
    DATES,
    NUMBER,
    TEXT,
    TRUTH,
    URL,
    links,
    maybe,
    one_of,
    only,
    sid,
)

THE_CONFIGURATION = only(
    account_sid=sid("AC"),
    default_chat_service_sid=maybe(sid("IS")),
    default_messaging_service_sid=maybe(sid("MG")),
    default_inactive_timer=maybe(TEXT),
    default_closed_timer=maybe(TEXT),
    url=URL,
    links=links("service webhooks"),
)
THE_WEBHOOKS = only(
    account_sid=sid("AC"),
    method=one_of("GET", "POST"),
    filters={"type": "array", "items": TEXT},
    pre_webhook_url=maybe(TEXT),
    post_webhook_url=maybe(TEXT),
    target=one_of("webhook", "flex"),
    url=URL,
)
# A list has neither the definition nor what is wrong with it.
A_FLOW = only(
    **DATES,
    sid=sid("FW"),
    account_sid=sid("AC"),
    author_sid=maybe(sid("US")),
    friendly_name=TEXT,
    definition=maybe({"type": "object"}),
    status=one_of("draft", "published"),
    revision=NUMBER,
    commit_message=maybe(TEXT),
    valid=maybe(TRUTH),
    errors=maybe({"type": "array"}),
    warnings=maybe({"type": "array"}),
    webhook_url=URL,
    url=URL,
    links=links("test_users revisions executions"),
)
