"""A workflow's configuration: its shape, its JSON, and when two of them mean the same.

The shape is documented at
https://www.twilio.com/docs/taskrouter/workflow-configuration.
"""

import json
from collections.abc import Iterator
from typing import Any

from pulumi_twilio.declaration import Wrong, sid
from pulumi_twilio.property_values import UNKNOWN, has_unknown

_QUEUE = sid("WQ").wrong

SCHEMA = {
    "oneOf": [
        {"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}},
        {"type": "string"},
    ]
}


def as_object(value: Any) -> Any:
    """Give a configuration as an object.

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
    """Give a configuration as JSON.

    Parameters
    ----------
    value
        An object, or its JSON.

    Returns
    -------
    Any
        A string, or `UNKNOWN` while something in the configuration is unknown.
    """
    if has_unknown(value):
        return UNKNOWN
    # Objects come from the engine in no order of their own.
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def same(one: Any, other: Any) -> bool:
    """Tell whether two configurations mean the same: white space and order of keys do not count.

    Parameters
    ----------
    one, other
        Objects, or their JSON.

    Returns
    -------
    bool
        True when they mean the same.
    """
    return bool(as_object(one) == as_object(other))


def rule(value: Any) -> Wrong:
    """Find what is wrong with the shape of a configuration.

    Keys that Twilio's documentation does not name are left to Twilio.

    Parameters
    ----------
    value
        An object, or its JSON; parts of it may be `UNKNOWN`.

    Returns
    -------
    Wrong
        Paths and expectations.
    """
    configuration = as_object(value)
    if not isinstance(configuration, dict):
        yield "", "an object, or JSON of one, with task_routing in it"
        return
    routing = configuration.get("task_routing")
    if routing is UNKNOWN:
        return
    if not isinstance(routing, dict) or not routing.keys() & {"filters", "default_filter"}:
        yield ".task_routing", "an object with filters, default_filter or both"
        return
    path = ".task_routing"
    yield from _each(routing.get("filters", []), f"{path}.filters", _filter, "a list of filters")
    default = routing.get("default_filter")
    if default is not None and default is not UNKNOWN:
        yield from _default_filter(default, f"{path}.default_filter")


def _each(value: Any, path: str, inner: Any, expected: str) -> Iterator[tuple[str, str]]:
    if value is UNKNOWN:
        return
    if not isinstance(value, list):
        yield path, expected
        return
    for position, item in enumerate(value):
        here = f"{path}[{position}]"
        if isinstance(item, dict):
            yield from inner(item, here)
        elif item is not UNKNOWN:
            yield here, "an object"


def _filter(value: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    expression = value.get("expression")
    if expression is not UNKNOWN and (not isinstance(expression, str) or not expression.strip()):
        yield f"{path}.expression", "an expression about the task, such as 'type == \"sales\"'"
    targets = value.get("targets")
    expected = "a list of at least one target"
    if targets == []:
        yield f"{path}.targets", expected
    yield from _each(targets, f"{path}.targets", _target, expected)


def _target(value: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    yield from _queue(value, path)
    for key in (
        "expression",
        "known_worker_sid",
        "known_worker_friendly_name",
        "order_by",
        "skip_if",
    ):
        if not isinstance(value.get(key, ""), str) and value[key] is not UNKNOWN:
            yield f"{path}.{key}", "a string"
    for key, least in (("priority", 0), ("timeout", 1)):
        number = value.get(key, least)
        if number is UNKNOWN:
            continue
        if isinstance(number, bool) or not isinstance(number, int) or number < least:
            yield f"{path}.{key}", f"a whole number, {least} or more"


def _default_filter(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        yield from _queue(value, path)
    else:
        yield path, "an object with the SID of a queue"


def _queue(value: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    queue = value.get("queue")
    if queue is not UNKNOWN:
        yield from ((f"{path}.queue", expected) for _, expected in _QUEUE(queue))
