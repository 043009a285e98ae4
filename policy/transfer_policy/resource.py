"""What a rule looks at, and what it finds: no more than the engine tells a policy pack."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as the engine shows it before it is created or updated.

    Parameters
    ----------
    type
        The type token, such as `aws:lambda/function:Function`.
    name
        The resource's name in the program.
    props
        Its inputs, in camel case.
    urn
        Its URN, by which a finding is shown with it.
    """

    type: str
    name: str
    props: Mapping[str, Any]
    urn: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of a rule.

    Parameters
    ----------
    resource
        What breaks it.
    message
        What is wrong, and what would be right. Never a secret's value.
    """

    resource: Resource
    message: str


def texts(value: Any) -> list[str]:
    """Return the strings of what IAM and API Gateway take as one string or as a list of them."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Sequence):
        return [str(item) for item in value]
    return []


def nested(props: Mapping[str, Any], *keys: str) -> Any:
    """Return the value below these keys, or None where one of them is missing."""
    found: Any = props
    for key in keys:
        if not isinstance(found, Mapping) or key not in found:
            return None
        found = found[key]
    return found


def of_type(resources: Sequence[Resource], type_: str) -> Iterator[Resource]:
    """Pick the resources of one type."""
    return (resource for resource in resources if resource.type == type_)
