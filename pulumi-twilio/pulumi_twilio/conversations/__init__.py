"""The resources of Conversations."""

from pulumi_twilio.conversations.address_configuration import AddressConfiguration
from pulumi_twilio.conversations.configuration import Configuration
from pulumi_twilio.conversations.webhooks import Webhooks

__all__ = ["AddressConfiguration", "Configuration", "Webhooks"]
