"""Conversations, as programs use it; the modules below are the provider's."""

from pulumi_twilio.sdk.conversations import (
    AddressConfiguration,
    AddressConfigurationArgs,
    Configuration,
    ConfigurationArgs,
    Webhooks,
    WebhooksArgs,
)

__all__ = [
    "AddressConfiguration",
    "AddressConfigurationArgs",
    "Configuration",
    "ConfigurationArgs",
    "Webhooks",
    "WebhooksArgs",
]
