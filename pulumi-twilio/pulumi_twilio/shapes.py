"""What values of properties look like: SIDs, names, numbers, URLs."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from pulumi_twilio.property_values import Unknown

# What is wrong with a value: pairs of a path below the property ("" for the property itself, or
# ".task_routing.filters[0]") and what was expected there.
Wrong = Iterable[tuple[str, str]]
Rule = Callable[[Any], Wrong]


@dataclass(frozen=True, slots=True)
class Shape:
    """What values of a property look like.

    Attributes
    ----------
    schema
        The type in Pulumi's schema.
    wrong
        Finds what is wrong with a value.
    choices
        The values of a fixed choice; none of other shapes.
    """

    schema: Mapping[str, Any]
    wrong: Rule
    choices: tuple[str, ...] = ()


def _shape(kind: str, expected: str, fits: Callable[[Any], bool]) -> Shape:
    def wrong(value: Any) -> Wrong:
        if not fits(value):
            yield "", expected

    return Shape({"type": kind}, wrong)


def sid(prefix: str) -> Shape:
    """Return the shape of SIDs of one kind, such as "WQ"."""
    pattern = re.compile(rf"{prefix}[0-9a-f]{{32}}")
    return _shape(
        "string",
        f"{prefix} and 32 hexadecimal digits, lower-case",
        lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None,
    )


def whole_number(low: int, high: int, unit: str = "") -> Shape:
    """Return the shape of whole numbers from `low` to `high`; `unit` is what is counted."""
    return _shape(
        "integer",
        f"a whole number{unit and ' of '}{unit} from {low} to {high:,}",
        lambda value: (
            not isinstance(value, bool) and isinstance(value, int) and low <= value <= high
        ),
    )


def one_of(*choices: str) -> Shape:
    """Return the shape of a fixed choice of strings."""
    shape = _shape("string", " or ".join(choices), lambda value: value in choices)
    return replace(shape, choices=choices)


def _is_url(value: Any) -> bool:
    parts = urlsplit(value) if isinstance(value, str) else None
    return bool(parts and parts.scheme in {"http", "https"} and parts.hostname)


def _is_list_of_text(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str | Unknown) for item in value)


TEXTS = Shape(
    {"type": "array", "items": {"type": "string"}},
    _shape("array", "a list of strings", _is_list_of_text).wrong,
)
TEXT = _shape("string", "a string", lambda value: isinstance(value, str))


def misspelt(name: str, documented: Sequence[str], path: str) -> Wrong:
    """Find a name that is not documented and close to one that is; Twilio may have new ones."""
    close = difflib.get_close_matches(name, documented, n=1, cutoff=0.8)
    if name not in documented and close:
        yield path, f"names that Twilio documents: {name!r} is none, {close[0]!r} is"


# To look for; an old object may have any name.
ANY_NAME = _shape(
    "string", "a name, not empty", lambda value: isinstance(value, str) and bool(value.strip())
)
NAME = _shape(
    "string",
    "a name, not empty, without spaces around it",
    lambda value: isinstance(value, str) and bool(value) and value == value.strip(),
)
FLAG = _shape("boolean", "true or false", lambda value: isinstance(value, bool))
# The empty string clears a URL.
URL = _shape(
    "string",
    "a URL that begins with https:// or http://",
    lambda value: value == "" or _is_url(value),
)

# What the dictionaries of the documentation become; their keys are Twilio's.
OBJECT = Shape(
    {"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}},
    _shape("object", "an object", lambda value: isinstance(value, dict)).wrong,
)
