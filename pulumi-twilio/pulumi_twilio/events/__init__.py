"""Event Streams, as programs use it; the modules below are the provider's."""

from pulumi_twilio.sdk.events import (
    Sink,
    SinkArgs,
    SinkSinkType,
    Subscription,
    SubscriptionArgs,
)

__all__ = [
    "Sink",
    "SinkArgs",
    "SinkSinkType",
    "Subscription",
    "SubscriptionArgs",
]
