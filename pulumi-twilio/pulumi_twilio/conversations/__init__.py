"""The resources of Conversations."""

from pulumi_twilio.conversations.address_configuration import AddressConfiguration

__all__ = ["AddressConfiguration"]
