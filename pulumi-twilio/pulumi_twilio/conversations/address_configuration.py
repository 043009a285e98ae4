"""`twilio:conversations:AddressConfiguration`.

https://www.twilio.com/docs/conversations/api/address-configuration-resource.
"""

from functools import partial
from typing import Any

from pulumi_twilio import declaration as declare
from pulumi_twilio import shapes
from pulumi_twilio.conversations import webhook_filters
from pulumi_twilio.declaration import Declaration, Kind, Property

_of_auto_creation = partial(Property, below="autoCreation")
_TYPES = ("sms", "whatsapp", "messenger", "gbm", "email", "rcs", "apple", "chat")


def _lower(value: Any) -> Any:
    # Twilio takes `post` and answers `POST`.
    return value.lower() if isinstance(value, str) else value


class AddressConfiguration(Kind):
    """What Twilio does with a message to one of the account's addresses.

    https://www.twilio.com/docs/conversations/api/address-configuration-resource. Import one with
    `pulumi import twilio:conversations:AddressConfiguration <name> IG…`. What is not declared of
    the automatic creation of conversations is left as it is at Twilio.

    Parameters
    ----------
    type
        `sms`, `whatsapp`, `messenger`, `gbm`, `email`, `rcs`, `apple` or `chat`. Another one
        replaces the configuration.
    address
        The address, such as a phone number. Another one replaces the configuration.
    friendly_name
        Its name at Twilio.
    address_country
        The country of a short code, ISO 3166-1 alpha-2. Another one replaces the configuration.
    auto_creation_enabled
        Whether a message to the address creates a conversation.
    auto_creation_type
        `webhook`, `studio` or `default`: where the messages go.
    auto_creation_conversation_service_sid
        The service (`IS…`) of the conversations.
    auto_creation_webhook_url
        For the type `webhook`, the URL.
    auto_creation_webhook_method
        For the type `webhook`, `get` or `post`.
    auto_creation_webhook_filters
        For the type `webhook`, the events to call it for, such as `onMessageAdded`.
    auto_creation_studio_flow_sid
        For the type `studio`, the flow (`FW…`).
    auto_creation_studio_retry_count
        For the type `studio`, how often to try again.
    adopt_existing
        True to use the configuration of that address if the account has one. What is declared is
        then changed on it, the rest stays as it is, and it is never deleted.
    """

    declaration = Declaration(
        token="twilio:conversations:AddressConfiguration",  # noqa: S106 - a type token
        kind="address configuration",
        product="conversations",
        path="/Configuration/Addresses",
        sid_prefix="IG",
        properties=(
            Property("type", shapes.one_of(*_TYPES), required=True, replaces=True),
            Property("address", shapes.NAME, required=True, replaces=True),
            Property("friendlyName", shapes.TEXT, default=""),
            Property("addressCountry", shapes.TEXT, replaces=True),
            _of_auto_creation("autoCreationEnabled", shapes.FLAG),
            _of_auto_creation("autoCreationType", shapes.one_of("webhook", "studio", "default")),
            _of_auto_creation("autoCreationConversationServiceSid", shapes.sid("IS")),
            _of_auto_creation("autoCreationWebhookUrl", shapes.URL),
            _of_auto_creation(
                "autoCreationWebhookMethod", shapes.one_of("get", "post"), to_output=_lower
            ),
            _of_auto_creation(
                "autoCreationWebhookFilters", webhook_filters.SHAPE, same=webhook_filters.same
            ),
            _of_auto_creation("autoCreationStudioFlowSid", shapes.sid("FW")),
            _of_auto_creation("autoCreationStudioRetryCount", shapes.whole_number(0, 100)),
            declare.ADOPT_EXISTING,
        ),
        key="address",
        filtered=False,
        page_size=50,
    )
