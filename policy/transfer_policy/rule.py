"""What a rule looks at, and the decorators that make a check a rule."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final


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
        Its URN, with which a finding is shown.
    """

    type: str
    name: str
    props: Mapping[str, Any]
    urn: str = ""


# What is wrong, and what is expected; never a secret's value.
Finding = tuple[Resource, str]
Check = Callable[[Resource], Iterator[str]]
StackCheck = Callable[[Sequence[Resource]], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check with the name and description that the engine prints.

    Parameters
    ----------
    types
        The type tokens that a rule for single resources looks at; empty for a rule for the stack.
    check
        Yields the findings in a stack's resources.
    """

    name: str
    types: frozenset[str]
    description: str
    check: StackCheck


RULES: Final[list[Rule]] = []


def rule(name: str, types: str | frozenset[str], description: str) -> Callable[[Check], Check]:
    """Make a check of one resource a rule for all resources of these types."""
    looked_at = frozenset({types}) if isinstance(types, str) else types

    def register(check: Check) -> Check:
        def check_all(resources: Sequence[Resource]) -> Iterator[Finding]:
            for resource in resources:
                if resource.type in looked_at:
                    yield from ((resource, message) for message in check(resource))

        RULES.append(Rule(name, looked_at, description, check_all))
        return check

    return register


def stack_rule(name: str, description: str) -> Callable[[StackCheck], StackCheck]:
    """Make a check of several resources a rule; it runs when all of them are known."""

    def register(check: StackCheck) -> StackCheck:
        RULES.append(Rule(name, frozenset(), description, check))
        return check

    return register


def texts(value: Any) -> list[str]:
    """Return the strings of what IAM and API Gateway take as one string or as a list of them."""
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, Sequence) else []


def nested(props: Mapping[str, Any], *keys: str) -> Any:
    """Return the value below these keys, or None if one of them is missing."""
    found: Any = props
    for key in keys:
        if not isinstance(found, Mapping) or key not in found:
            return None
        found = found[key]
    return found


def of_type(resources: Sequence[Resource], type_: str) -> Iterator[Resource]:
    """Return a stack's resources of one type."""
    return (resource for resource in resources if resource.type == type_)
