"""The deployment that these tests share with the end-to-end tests."""

from tests.deployment import deployed_stack, running_aws, running_twilio

__all__ = ["deployed_stack", "running_aws", "running_twilio"]
