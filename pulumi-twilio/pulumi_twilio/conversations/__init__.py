"""Conversations, as programs use it; the modules below are the provider's."""

from pulumi_twilio.sdk.conversations import (
    AddressConfiguration,
    AddressConfigurationArgs,
    AddressConfigurationAutoCreationType,
    AddressConfigurationAutoCreationWebhookMethod,
    AddressConfigurationType,
    Configuration,
    ConfigurationArgs,
    Webhooks,
    WebhooksArgs,
    WebhooksMethod,
    WebhooksTarget,
)

__all__ = [
    "AddressConfiguration",
    "AddressConfigurationArgs",
    "AddressConfigurationAutoCreationType",
    "AddressConfigurationAutoCreationWebhookMethod",
    "AddressConfigurationType",
    "Configuration",
    "ConfigurationArgs",
    "Webhooks",
    "WebhooksArgs",
    "WebhooksMethod",
    "WebhooksTarget",
]
