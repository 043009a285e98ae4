"""`twilio:events:Subscription`: https://www.twilio.com/docs/events/event-streams/subscription."""

from collections.abc import Mapping
from typing import Any

import pulumi

from pulumi_twilio import declaration as declare
from pulumi_twilio import shapes
from pulumi_twilio.declaration import Collection, Declaration, Property
from pulumi_twilio.property_values import UNKNOWN
from pulumi_twilio.sdk import Resource
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


class Subscription(Resource):
    """The events that a sink gets: https://www.twilio.com/docs/events/event-streams/subscription.

    Import one with `pulumi import twilio:events:Subscription <name> DF…`. Descriptions tell an
    account's subscriptions apart, so two that Pulumi manages need different ones.

    Parameters
    ----------
    resource_name
        Its name in the program.
    opts
        Pulumi's resource options.
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

    account_sid: pulumi.Output[str]
    description: pulumi.Output[str]
    sink_sid: pulumi.Output[str]
    types: pulumi.Output[Mapping[str, int]]

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        description: pulumi.Input[str],
        sink_sid: pulumi.Input[str],
        types: pulumi.Input[Mapping[str, pulumi.Input[int]]],
        adopt_existing: pulumi.Input[bool] | None = None,
    ) -> None:
        self._register(resource_name, opts, locals())
