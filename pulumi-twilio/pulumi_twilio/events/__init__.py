"""The resources of Event Streams."""

from pulumi_twilio.events.sink import Sink
from pulumi_twilio.events.subscription import Subscription

__all__ = ["Sink", "Subscription"]
