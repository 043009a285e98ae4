"""What the deployer knows of a type of resource: which inputs it has, how to create one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.deployer.aws_clients import AwsClients

Inputs = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Created:
    """A resource as it exists now.

    Parameters
    ----------
    id
        Its physical ID, the same as the real provider's.
    outputs
        What the provider adds to the inputs, by Pulumi's property names.
    """

    id: str
    outputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of AWS resource that can be created.

    Parameters
    ----------
    inputs
        Every input that `create` takes into account, and no other.
    create
        Creates a resource from the emulated AWS, its logical name and its inputs.
    """

    inputs: frozenset[str]
    create: Callable[[AwsClients, str, Inputs], Created]
