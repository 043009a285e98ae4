"""What a resource's input properties must look like, and what a change of one means.

`check` and `diff` are pure: they see declared inputs and recorded state, never Twilio.
"""

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pulumi.provider.experimental.provider import (
    CheckFailure,
    DiffResponse,
    PropertyDiff,
    PropertyDiffKind,
)

from pulumi_twilio.property_values import UNKNOWN, Properties

# A rule gives for a value what is wrong: pairs of a path below the property ("" for the property
# itself, or ".task_routing.filters[0]") and what was expected there.
Wrong = Iterable[tuple[str, str]]
Rule = Callable[[Any], Wrong]


@dataclass(frozen=True, slots=True)
class Property:
    """An input property of a resource.

    Attributes
    ----------
    name
        The name as Pulumi has it, in camelCase.
    rule
        What its values must look like.
    required
        True when it must be declared.
    replaces
        True when another value needs another object.
    default
        The value that Twilio documents for when it is not given; None when there is none.
    managed
        False for what steers the provider and is nothing at Twilio.
    same
        Tells whether two values mean the same to Twilio.
    """

    name: str
    rule: Rule
    required: bool = False
    replaces: bool = False
    default: Any = None
    managed: bool = True
    same: Callable[[Any, Any], bool] = operator.eq


def sid(prefix: str) -> Rule:
    """Make the rule for SIDs of one kind.

    Parameters
    ----------
    prefix
        Two letters, such as "WQ".

    Returns
    -------
    Rule
        The rule.
    """

    def rule(value: Any) -> Wrong:
        if not isinstance(value, str) or not re.fullmatch(rf"{prefix}[0-9a-f]{{32}}", value):
            yield "", f"{prefix} and 32 hexadecimal digits, lower-case"

    return rule


def whole_number(low: int, high: int, unit: str = "") -> Rule:
    """Make the rule for whole numbers of a range.

    Parameters
    ----------
    low, high
        The least and the greatest value.
    unit
        What is counted, for the message.

    Returns
    -------
    Rule
        The rule.
    """

    def rule(value: Any) -> Wrong:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            yield "", f"a whole number{unit and ' of '}{unit} from {low} to {high:,}"

    return rule


def one_of(*choices: str) -> Rule:
    """Make the rule for a fixed choice of strings.

    Parameters
    ----------
    choices
        The values that are allowed.

    Returns
    -------
    Rule
        The rule.
    """

    def rule(value: Any) -> Wrong:
        if value not in choices:
            yield "", " or ".join(choices)

    return rule


def text(value: Any) -> Wrong:
    """Accept any string."""
    if not isinstance(value, str):
        yield "", "a string"


def name(value: Any) -> Wrong:
    """Accept strings that are more than white space."""
    if not isinstance(value, str) or not value.strip():
        yield "", "a name, not empty"


def flag(value: Any) -> Wrong:
    """Accept true and false."""
    if not isinstance(value, bool):
        yield "", "true or false"


def url(value: Any) -> Wrong:
    """Accept http and https URLs, and the empty string, which clears a callback."""
    if value == "":
        return
    parts = urlsplit(value) if isinstance(value, str) else None
    if not parts or parts.scheme not in {"http", "https"} or not parts.hostname:
        yield "", "a URL that begins with https:// or http://"


def check(properties: tuple[Property, ...], inputs: Properties) -> list[CheckFailure]:
    """Find what is wrong with declared inputs.

    Parameters
    ----------
    properties
        What the resource knows.
    inputs
        What the program declared.

    Returns
    -------
    list
        One failure for each thing wrong, with the path of the property and the expectation.
    """
    known = {each.name: each for each in properties}
    failures = [
        CheckFailure(key, f"{key} is not an argument of this resource; it has {', '.join(known)}")
        for key in inputs
        if key not in known
    ]
    for key, each in known.items():
        value = inputs.get(key)
        if value is None:
            if each.required:
                failures.append(CheckFailure(key, f"{key} is missing"))
        elif value is not UNKNOWN:
            failures += [
                CheckFailure(key + path, f"{key}{path} must be {expected}{_shown(value, path)}")
                for path, expected in each.rule(value)
            ]
    return failures


def _shown(value: Any, path: str) -> str:
    return f", not {value!r}" if not path and isinstance(value, str | int | float) else ""


@dataclass(frozen=True, slots=True)
class Change:
    """A property whose declared value is not the recorded one.

    Attributes
    ----------
    property
        Which property.
    value
        The value that it should get, possibly unknown.
    kind
        What the change means to Pulumi.
    """

    property: Property
    value: Any
    kind: PropertyDiffKind


def changes(
    properties: tuple[Property, ...], state: Properties, inputs: Properties
) -> list[Change]:
    """Compare declared inputs with the recorded state.

    An input that is not declared stands for Twilio's documented default. On an adopted object it
    stands for whatever the object has: only what is declared is managed there.

    Parameters
    ----------
    properties
        What the resource knows.
    state
        The recorded outputs.
    inputs
        The declared inputs.

    Returns
    -------
    list
        The changes.
    """
    found = []
    for each in properties:
        declared = inputs.get(each.name)
        recorded = state.get(each.name)
        wanted = declared
        if declared is None and not state.get("adopted"):
            wanted = each.default
        if not each.managed or wanted is None or _same(each, recorded, wanted):
            continue
        if recorded is None:
            kind = PropertyDiffKind.ADD_REPLACE if each.replaces else PropertyDiffKind.ADD
        elif declared is None:
            kind = PropertyDiffKind.DELETE
        else:
            kind = PropertyDiffKind.UPDATE_REPLACE if each.replaces else PropertyDiffKind.UPDATE
        found.append(Change(each, wanted, kind))
    return found


def _same(each: Property, recorded: Any, wanted: Any) -> bool:
    # Twilio shows what is empty as null.
    if wanted == "" and recorded is None:
        return True
    return recorded is not None and each.same(recorded, wanted)


def diff(
    properties: tuple[Property, ...],
    state: Properties,
    inputs: Properties,
    ignore_changes: Iterable[str],
) -> DiffResponse:
    """Say in Pulumi's terms what `changes` found.

    Parameters
    ----------
    properties
        What the resource knows.
    state
        The recorded outputs.
    inputs
        The declared inputs.
    ignore_changes
        Properties whose changes the program wants ignored.

    Returns
    -------
    DiffResponse
        With a detailed difference for each property.
    """
    ignored = set(ignore_changes)
    found = [
        each for each in changes(properties, state, inputs) if each.property.name not in ignored
    ]
    return DiffResponse(
        changes=bool(found),
        replaces=[each.property.name for each in found if each.property.replaces],
        stables=["sid", "accountSid", "dateCreated", "adopted"],
        # In one workspace the old object would stand in the way of one of the same name.
        delete_before_replace=state.get("workspaceSid") == inputs.get("workspaceSid"),
        diffs=[each.property.name for each in found],
        detailed_diff={
            each.property.name: PropertyDiff(each.kind, input_diff=False) for each in found
        },
    )
