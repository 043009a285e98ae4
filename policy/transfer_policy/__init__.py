"""The rules as pure functions, so that they are tested without an engine."""

from transfer_policy import access, alarms, events, operation, resource_policies
from transfer_policy.rule import RULES

__all__ = ["RULES", "access", "alarms", "events", "operation", "resource_policies"]
