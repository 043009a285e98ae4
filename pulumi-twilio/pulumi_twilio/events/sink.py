"""`twilio:events:Sink`: https://www.twilio.com/docs/events/event-streams/sink-resource."""

from types import MappingProxyType

from pulumi_twilio import declaration as declare
from pulumi_twilio import shapes
from pulumi_twilio.declaration import Declaration, Kind, Property


class Sink(Kind):
    """A sink: where Event Streams sends the events of its subscriptions.

    https://www.twilio.com/docs/events/event-streams/sink-resource.

    Import one with `pulumi import twilio:events:Sink <name> DG…`. Descriptions tell an account's
    sinks apart, so two sinks that Pulumi manages need different ones.

    Parameters
    ----------
    description
        Its name at Twilio. Twilio asks that it holds no personal data.
    sink_type
        `kinesis`, `webhook`, `segment` or `email`. Another one replaces the sink.
    sink_configuration
        What Twilio needs to connect, with the keys of its documentation, such as `destination` and
        `method`. Kept as a secret. Another one replaces the sink.
    adopt_existing
        True to use the sink of that description if the account has one. It is then never deleted.
    """

    declaration = Declaration(
        token="twilio:events:Sink",  # noqa: S106 - a type token, not a secret
        kind="sink",
        product="events",
        path="/Sinks",
        sid_prefix="DG",
        properties=(
            Property("description", shapes.NAME, required=True),
            Property(
                "sinkType",
                shapes.one_of("kinesis", "webhook", "segment", "email"),
                required=True,
                replaces=True,
            ),
            # A sink's description is all that an update changes. How a destination with a password
            # is shown is not documented.
            # https://www.twilio.com/docs/events/event-streams/sink-resource#update-a-sink-resource
            Property(
                "sinkConfiguration",
                shapes.OBJECT,
                required=True,
                replaces=True,
                secret=True,
                as_declared=True,
            ),
            declare.ADOPT_EXISTING,
        ),
        computed=MappingProxyType(
            {
                "dateCreated": "When it was created, ISO 8601.",
                "status": "`initialized`, `validating`, `active` or `failed`.",
            }
        ),
        key="description",
        filtered=False,
    )
