"""A workflow's configuration: its shape, its JSON, and when two of them mean the same.

The shape is documented at
https://www.twilio.com/docs/taskrouter/workflow-configuration. What TaskRouter takes is taken here,
however unusual it is; where a task then goes is no matter of the provider.
"""

import difflib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pulumi_twilio import json_values
from pulumi_twilio.json_values import SCHEMA, as_object
from pulumi_twilio.property_values import UNKNOWN
from pulumi_twilio.shapes import Wrong, sid
from pulumi_twilio.taskrouter import expressions

__all__ = ["SCHEMA", "as_json", "as_object", "rule", "same"]

_QUEUE = sid("WQ").wrong
_FILTER_KEYS = ("filter_friendly_name", "friendly_name", "expression", "targets")
_TARGET_KEYS = (
    "queue",
    "expression",
    "priority",
    "timeout",
    "skip_if",
    "order_by",
    "known_worker_sid",
    "known_worker_friendly_name",
)

_NUMBERS = ("priority", "timeout")


def as_json(value: Any) -> Any:
    """Give a configuration as JSON, see `json_values.as_json`; a key with null is left out."""
    return json_values.as_json(value if isinstance(value, str) else _without_nulls(value))


def same(one: Any, other: Any) -> bool:
    """Tell whether two configurations mean the same.

    White space and the order of keys do not count. A key with null is as good as absent. A number
    is the same as text, as Twilio's own examples write some.

    Parameters
    ----------
    one, other
        Objects, or their JSON.

    Returns
    -------
    bool
        True when they mean the same.
    """
    return bool(_meaning(as_object(one)) == _meaning(as_object(other)))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value


def _meaning(value: Any) -> Any:
    if isinstance(value, list):
        return [_meaning(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _number(each) if key in _NUMBERS else _meaning(each)
        for key, each in value.items()
        if each is not None
    }


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def rule(value: Any) -> Wrong:
    """Find all that is wrong with a configuration.

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
    yield from _unknown_keys(configuration, "", ("task_routing",))
    routing, path = configuration.get("task_routing"), ".task_routing"
    if routing is UNKNOWN:
        return
    if not isinstance(routing, dict):
        yield path, "an object with filters, default_filter or both"
        return
    yield from _unknown_keys(routing, path, ("filters", "default_filter"))
    if routing.get("filters") is not None:
        yield from _each(routing["filters"], f"{path}.filters", _filter, "a list of filters")
    default = routing.get("default_filter")
    if default is not None and default is not UNKNOWN:
        yield from _default_filter(default, f"{path}.default_filter")


def _unknown_keys(
    value: dict[str, Any], path: str, known: Sequence[str]
) -> Iterator[tuple[str, str]]:
    for key in value.keys() - set(known):
        close = difflib.get_close_matches(key, known, n=1)
        hint = f"{close[0]}; " if close else ""
        yield f"{path}.{key}", f"{hint}one of the keys {', '.join(known)}"


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
    yield from _unknown_keys(value, path, _FILTER_KEYS)
    expression = value.get("expression")
    if expression is not UNKNOWN and (not isinstance(expression, str) or not expression.strip()):
        yield f"{path}.expression", "an expression about the task, such as 'type == \"sales\"'"
    else:
        yield from _expression(value, "expression", path, expressions.fault)
    targets = value.get("targets")
    expected = "a list of at least one target"
    if targets == []:
        yield f"{path}.targets", expected
    yield from _each(targets, f"{path}.targets", _target, expected)
    first = targets[0] if isinstance(targets, list) and targets else None
    if isinstance(first, dict) and first.get("queue") is None:
        # Those after it inherit its queue: it needs one.
        yield from _queue(first, f"{path}.targets[0]")


def _target(value: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    yield from _unknown_keys(value, path, _TARGET_KEYS)
    if value.get("queue") is not None:
        yield from _queue(value, path)
    yield from _expression(value, "expression", path, expressions.fault)
    yield from _expression(value, "skip_if", path, expressions.fault)
    yield from _expression(value, "order_by", path, lambda _text: None)
    yield from _expression(value, "known_worker_friendly_name", path, expressions.value_fault)
    yield from _expression(value, "known_worker_sid", path, expressions.value_fault)
    for key in _NUMBERS:
        number = _number(value.get(key))
        if number is None or number is UNKNOWN:
            continue
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:
            yield f"{path}.{key}", "a whole number, 0 or more"


def _expression(
    value: dict[str, Any], key: str, path: str, fault: Callable[[str], str | None]
) -> Iterator[tuple[str, str]]:
    text = value.get(key)
    if text is None or text is UNKNOWN:
        return
    expected = fault(text) if isinstance(text, str) else "a string"
    if expected:
        yield f"{path}.{key}", expected


def _default_filter(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        yield from _unknown_keys(value, path, _TARGET_KEYS)
        yield from _queue(value, path)
    else:
        yield path, "an object with the SID of a queue"


def _queue(value: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    queue = value.get("queue")
    if queue is not UNKNOWN:
        yield from ((f"{path}.queue", expected) for _, expected in _QUEUE(queue))
