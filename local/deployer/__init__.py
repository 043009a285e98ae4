"""Deploys the unchanged Pulumi program to the emulated AWS and Twilio, without the Pulumi CLI.

The CLI cannot be installed from PyPI, and a first try must not need it. Pulumi's own test harness
runs a program in-process with mocks in the engine's place; the mocks here really create each
resource.
"""

from local.deployer.creator import ResourceEvent
from local.deployer.deployment import deploy
from local.deployer.errors import (
    DeploymentError,
    UnknownFunctionError,
    UnknownInputError,
    UnknownResourceTypeError,
)

__all__ = [
    "DeploymentError",
    "ResourceEvent",
    "UnknownFunctionError",
    "UnknownInputError",
    "UnknownResourceTypeError",
    "deploy",
]
