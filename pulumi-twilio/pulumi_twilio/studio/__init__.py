"""Studio, as programs use it; the modules below are the provider's."""

from pulumi_twilio.sdk.studio import (
    Flow,
    FlowArgs,
)

__all__ = [
    "Flow",
    "FlowArgs",
]
