"""The resources of Studio."""

from pulumi_twilio.studio.flow import Flow

__all__ = ["Flow"]
