"""`twilio:events:Subscription`: https://www.twilio.com/docs/events/event-streams/subscription."""

from typing import Any

from pulumi_twilio import declaration as declare
from pulumi_twilio import shapes
from pulumi_twilio.declaration import Collection, Declaration, Kind, Property
from pulumi_twilio.property_values import UNKNOWN
from pulumi_twilio.shapes import Shape, Wrong


def _wrong_types(value: Any) -> Wrong:
    if not isinstance(value, dict) or not value:
        yield "", "an object from types of events to schema versions, with at least one type"
        return
    for name, version in value.items():
        is_number = isinstance(version, int) and not isinstance(version, bool) and version > 0
        if version is not UNKNOWN and not is_number:
            yield f'["{name}"]', "a schema version, a whole number from 1"


def _as_mapping(value: Any) -> Any:
    if isinstance(value, list):
        return {entry["type"]: entry["schema_version"] for entry in value}
    return value


class Subscription(Kind):
    """A subscription: the types of events that a sink gets, in which version.

    https://www.twilio.com/docs/events/event-streams/subscription.

    Import one with `pulumi import twilio:events:Subscription <name> DF…`. Descriptions tell an
    account's subscriptions apart, so two that Pulumi manages need different ones.

    Parameters
    ----------
    description
        Its name at Twilio. Twilio asks that it holds no personal data.
    sink_sid
        The sink, `DG` and 32 hexadecimal digits. Another one replaces the subscription.
    types
        The schema version of each type of event, such as
        `{"com.twilio.taskrouter.task.created": 4}`.
    adopt_existing
        True to use the subscription of that description if the account has one. What is declared
        is then changed on it, the rest stays as it is, and it is never deleted.
    """

    declaration = Declaration(
        token="twilio:events:Subscription",  # noqa: S106 - a type token, not a secret
        kind="subscription",
        product="events",
        path="/Subscriptions",
        sid_prefix="DF",
        properties=(
            Property("description", shapes.NAME, required=True),
            Property("sinkSid", shapes.sid("DG"), required=True, replaces=True),
            Property(
                "types",
                Shape(
                    {"type": "object", "additionalProperties": {"type": "integer"}}, _wrong_types
                ),
                required=True,
                to_output=_as_mapping,
            ),
            declare.ADOPT_EXISTING,
        ),
        key="description",
        filtered=False,
        collection=Collection("types", "/SubscribedEvents", "type", "schemaVersion"),
    )
