"""The resources of Flex."""

from pulumi_twilio.flex.configuration import Configuration

__all__ = ["Configuration"]
