"""`twilio:studio:Flow`: https://www.twilio.com/docs/studio/rest-api/v2/flow."""

from types import MappingProxyType

from pulumi_twilio import declaration as declare
from pulumi_twilio import json_values, shapes
from pulumi_twilio.declaration import Declaration, Kind, Property


class Flow(Kind):
    """A Studio flow: what happens to a call or a message, as widgets and transitions.

    https://www.twilio.com/docs/studio/rest-api/v2/flow.

    Import one with `pulumi import twilio:studio:Flow <name> FW…`. Each change is a new revision.
    Friendly names tell an account's flows apart, so two that Pulumi manages need different ones.

    Parameters
    ----------
    friendly_name
        Its name at Twilio.
    definition
        What it does, as Studio exports it: a dictionary with `states` and `initial_state`, or JSON.
        The order of keys and white space make no difference.
    status
        `published`, or `draft` for a revision that is not used yet.
    commit_message
        What the revision changes.
    adopt_existing
        True to use the flow of that friendly name if the account has one. What is declared is then
        changed on it, the rest stays as it is, and it is never deleted.
    """

    declaration = Declaration(
        token="twilio:studio:Flow",  # noqa: S106 - a type token, not a secret
        kind="flow",
        product="studio",
        version="v2",
        path="/Flows",
        sid_prefix="FW",
        properties=(
            declare.FRIENDLY_NAME,
            Property(
                "definition",
                json_values.OBJECT,
                required=True,
                same=json_values.same,
                to_output=json_values.as_json,
                to_input=json_values.as_object,
                output_schema={"type": "string"},
            ),
            Property("status", shapes.one_of("draft", "published"), required=True, always=True),
            Property("commitMessage", shapes.TEXT),
            declare.ADOPT_EXISTING,
        ),
        computed=MappingProxyType(
            {
                "accountSid": "The account's SID.",
                "dateCreated": "When it was created, ISO 8601.",
                "webhookUrl": "What a phone number or an address calls to run the flow.",
            }
        ),
        filtered=False,
    )
