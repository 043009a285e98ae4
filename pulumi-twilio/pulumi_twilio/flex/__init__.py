"""Flex, as programs use it; the modules below are the provider's."""

from pulumi_twilio.sdk.flex import (
    Configuration,
    ConfigurationArgs,
)

__all__ = [
    "Configuration",
    "ConfigurationArgs",
]
