"""A workflow's configuration: its shape, its JSON, and when two of them mean the same.

The shape is documented at
https://www.twilio.com/docs/taskrouter/workflow-configuration.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pulumi_twilio.json_values import SCHEMA, as_json, as_object
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
    if not isinstance(routing, dict) or not routing.keys() & {"filters", "default_filter"}:
        yield path, "an object with filters, default_filter or both"
        return
    yield from _unknown_keys(routing, path, ("filters", "default_filter"))
    filters = routing.get("filters", [])
    yield from _each(filters, f"{path}.filters", _filter, "a list of filters")
    yield from _unreachable(
        filters,
        f"{path}.filters",
        lambda each: expressions.always_holds(str(each.get("expression"))),
        "takes every task",
    )
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


def _unreachable(
    values: Any, path: str, ends: Callable[[dict[str, Any]], bool], because: str
) -> Iterator[tuple[str, str]]:
    """Find what comes after an entry that no task gets past."""
    entries = values if isinstance(values, list) else []
    for position, each in enumerate(entries[:-1]):
        if isinstance(each, dict) and ends(each):
            first = f"{path.rpartition('.')[2]}[{position}]"
            yield (
                f"{path}[{position + 1}]",
                f"before {first}, which {because}: no task gets past it",
            )
            return


def _waits_for_ever(target: dict[str, Any]) -> bool:
    # A target without a timeout keeps the task, unless skip_if lets it pass:
    # https://www.twilio.com/docs/taskrouter/worker-presence.
    return target.get("timeout") is None and target.get("skip_if") is None


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
    yield from _unreachable(
        targets, f"{path}.targets", _waits_for_ever, "has no timeout and no skip_if"
    )


def _target(value: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    yield from _unknown_keys(value, path, _TARGET_KEYS)
    yield from _queue(value, path)
    yield from _expression(value, "expression", path, expressions.fault)
    yield from _expression(value, "skip_if", path, expressions.fault)
    yield from _expression(value, "order_by", path, lambda _text: None)
    yield from _expression(value, "known_worker_friendly_name", path, expressions.value_fault)
    yield from _expression(value, "known_worker_sid", path, _worker_fault)
    for key, least in (("priority", 0), ("timeout", 1)):
        number = value.get(key, least)
        if number is UNKNOWN:
            continue
        if isinstance(number, bool) or not isinstance(number, int) or number < least:
            yield f"{path}.{key}", f"a whole number, {least} or more"


def _worker_fault(text: str) -> str | None:
    # A SID may stand for itself, but then it has to be a worker's.
    bare = text.strip("\"' ")
    if re.fullmatch(r"[A-Z]{2}[0-9a-f]{32}", bare) and not bare.startswith("WK"):
        return "the SID of a worker, WK and 32 hexadecimal digits, or a value such as task.agentSid"
    return expressions.value_fault(text)


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
