"""Deploys the unchanged Pulumi program to the emulated AWS and Twilio, without the Pulumi CLI.

The CLI is not to be had from PyPI, and a first look must not need it. Pulumi's own test harness
lets a program run in-process with somebody else in the engine's place; here that somebody really
creates each resource.
"""

from local.deployer.deployment import deploy
from local.deployer.errors import (
    DeploymentError,
    UnknownFunctionError,
    UnknownInputError,
    UnknownResourceTypeError,
)
from local.deployer.events import ResourceEvent

__all__ = [
    "DeploymentError",
    "ResourceEvent",
    "UnknownFunctionError",
    "UnknownInputError",
    "UnknownResourceTypeError",
    "deploy",
]
