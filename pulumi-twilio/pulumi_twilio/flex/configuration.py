"""`twilio:flex:Configuration`.

https://www.twilio.com/docs/flex/developer/config/flex-configuration-rest-api.
"""

from types import MappingProxyType

from pulumi_twilio import json_values, shapes
from pulumi_twilio.declaration import Declaration, Kind, Property


class Configuration(Kind):
    """The account's Flex configuration, of which it has one.

    https://www.twilio.com/docs/flex/developer/config/flex-configuration-rest-api. Pulumi changes
    what is declared and leaves the rest as it is. It deletes nothing but those keys of
    `uiAttributes` that it has added. Import it with
    `pulumi import twilio:flex:Configuration <name> AC…`.

    Parameters
    ----------
    ui_attributes
        What Flex UI and its plugins read, as a dictionary or as JSON. Only the declared keys are
        managed, at any depth: others write theirs.
    ui_version
        The version of Flex UI, such as `~2.13.0`.
    call_recording_enabled
        Whether calls are recorded.
    """

    declaration = Declaration(
        token="twilio:flex:Configuration",  # noqa: S106 - a type token, not a secret
        kind="configuration of Flex",
        product="flex-api",
        path="/Configuration",
        sid_prefix="AC",
        properties=(
            Property(
                "uiAttributes",
                json_values.OBJECT,
                same=json_values.includes,
                to_output=json_values.as_json,
                to_input=json_values.as_object,
                output_schema={"type": "string"},
                merged=True,
            ),
            Property("uiVersion", shapes.NAME),
            Property("callRecordingEnabled", shapes.FLAG),
        ),
        computed=MappingProxyType(
            {
                "accountSid": "The account's SID.",
                "dateCreated": "When it was created, ISO 8601.",
                "flexInstanceSid": "The SID of the account's Flex, `GO` and 32 digits.",
                "taskrouterWorkspaceSid": "The SID of Flex's workspace.",
                "chatServiceInstanceSid": "The SID of Flex's service of Programmable Chat.",
            }
        ),
        key="",
        only_adopted=True,
        is_single=True,
        in_json=True,
    )
