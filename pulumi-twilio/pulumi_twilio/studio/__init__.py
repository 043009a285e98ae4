"""Studio, as programs use it; the modules below are the provider's."""

from pulumi_twilio.sdk.studio import (
    Flow,
    FlowArgs,
    FlowStatus,
)

__all__ = [
    "Flow",
    "FlowArgs",
    "FlowStatus",
]
