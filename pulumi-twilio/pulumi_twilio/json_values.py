"""Properties that are JSON at Twilio and objects in a program, whole or merged into what is there.

A merged one has keys that others write as well, such as a worker's attributes, which Flex writes
when the worker logs in: only the declared keys are managed.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from pulumi_twilio.property_values import UNKNOWN, has_unknown
from pulumi_twilio.shapes import Shape, Wrong

SCHEMA = {
    "oneOf": [
        {"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}},
        {"type": "string"},
    ]
}


def as_object(value: Any) -> Any:
    """Give a value as an object.

    Parameters
    ----------
    value
        An object, or its JSON.

    Returns
    -------
    Any
        The object; the value as it is when it is a string but not JSON.
    """
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def as_json(value: Any) -> Any:
    """Give a value as JSON.

    Parameters
    ----------
    value
        An object, or its JSON.

    Returns
    -------
    Any
        A string, or `UNKNOWN` while something in the value is unknown.
    """
    if has_unknown(value):
        return UNKNOWN
    # Objects come from the engine in no order of their own.
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _wrong(value: Any) -> Wrong:
    if not isinstance(as_object(value), Mapping):
        yield "", "an object, or JSON of one"


OBJECT: Final = Shape(SCHEMA, _wrong)


def same(one: Any, other: Any) -> bool:
    """Tell whether two values mean the same: white space and order of keys do not count."""
    return bool(as_object(one) == as_object(other))


def merge(found: Any, declared: Any) -> Any:
    """Return what Twilio has with what is declared in it; lists are replaced.

    Parameters
    ----------
    found, declared
        Objects, or their JSON; `declared` may be `UNKNOWN` at any depth.

    Returns
    -------
    Any
        An object.
    """
    found, declared = as_object(found), as_object(declared)
    if not isinstance(found, Mapping) or not isinstance(declared, Mapping):
        return declared
    return {**found, **{key: merge(found.get(key), each) for key, each in declared.items()}}


def part(found: Any, declared: Any) -> Any:
    """Return of what Twilio has what is declared: the same keys, with Twilio's values."""
    found, declared = as_object(found), as_object(declared)
    if not isinstance(found, Mapping) or not isinstance(declared, Mapping):
        return found
    return {key: part(found[key], each) for key, each in declared.items() if key in found}


def includes(found: Any, declared: Any) -> bool:
    """Tell whether Twilio has what is declared."""
    return declared is not UNKNOWN and bool(part(found, declared) == as_object(declared))
