"""A workflow's JSON: validates it as TaskRouter does, then reads it into steps.

Source: https://www.twilio.com/docs/taskrouter/workflow-configuration
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from twilio_emulator.errors import TwilioError, invalid
from twilio_emulator.expressions import ExpressionError, Scope, parse, parse_value

# "1038576 bytes (1MB)": https://www.twilio.com/docs/taskrouter/limits
MAX_BYTES = 1_038_576

T = TypeVar("T")

_FILTER_KEYS = {"filter_friendly_name", "friendly_name", "expression", "targets"}
_EXPRESSIONS: Mapping[str, Callable[[str], object]] = {
    "expression": parse,
    "skip_if": parse,
    "known_worker_sid": parse_value,
    "known_worker_friendly_name": parse_value,
}
_TARGET_KEYS = {"queue", "priority", "timeout", "order_by", *_EXPRESSIONS}


@dataclass(frozen=True, slots=True)
class Step:
    """One target of a workflow: a queue, which of its workers are asked, and for how long.

    ``timeout`` is in seconds; None means for as long as the task lives. The default filter is a
    step without conditions.
    """

    queue_sid: str
    expression: str | None = None
    priority: int | None = None
    timeout: int | None = None
    skip_if: str | None = None
    order_by: str | None = None
    known_worker_sid: str | None = None
    known_worker_friendly_name: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """An expression, and the targets of the tasks that match it."""

    expression: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Configuration:
    """A workflow's filters in their order, and the default queue."""

    filters: tuple[Filter, ...]
    default: Step | None

    def steps_for(self, scope: Scope) -> tuple[Step, ...]:
        """Return the targets that a task goes through.

        They are those of the first filter that takes it, and the default only where none does; a
        task that passes its last target is cancelled, not sent to the default.
        Source: https://www.twilio.com/docs/taskrouter/lifecycle-task-workflows-and-assignment
        """
        for candidate in self.filters:
            if parse(candidate.expression)(scope):
                return candidate.steps
        return (self.default,) if self.default else ()


def read_configuration(text: str, queue_sids: Collection[str]) -> Configuration:
    """Check and read a workflow's configuration.

    Raises
    ------
    TwilioError
        400 with code 20001 where TaskRouter would refuse it: JSON that is none, an expression that
        does not parse, a queue that the workspace does not have.
    """
    if len(text.encode()) > MAX_BYTES:
        raise _refused(f"it is larger than {MAX_BYTES} bytes")
    try:
        document = json.loads(text)
    except ValueError as error:
        raise _refused("it is not valid JSON") from error
    routing = _member(document, "task_routing", dict, "the document")
    filters = routing.get("filters", [])
    if not isinstance(filters, list):
        raise _refused("filters must be an array")
    default = routing.get("default_filter")
    return Configuration(
        tuple(_read_filter(entry, position, queue_sids) for position, entry in enumerate(filters)),
        None if default is None else _read_step(default, "default_filter", queue_sids),
    )


def _read_filter(entry: Any, position: int, queue_sids: Collection[str]) -> Filter:
    where = f"filters[{position}]"
    expression = _member(entry, "expression", str, where)
    _check_keys(entry, _FILTER_KEYS, where)
    _check(parse, expression, f"{where}.expression")
    targets = _member(entry, "targets", list, where)
    if not targets:
        raise _refused(f"{where} has no targets")
    return Filter(
        expression,
        tuple(
            _read_step(target, f"{where}.targets[{index}]", queue_sids)
            for index, target in enumerate(targets)
        ),
    )


def _read_step(entry: Any, where: str, queue_sids: Collection[str]) -> Step:
    queue_sid = _member(entry, "queue", str, where)
    if queue_sid not in queue_sids:
        raise _refused(f"{where}: task queue {queue_sid} does not exist in this workspace")
    _check_keys(entry, _TARGET_KEYS, where)
    for key, parses in _EXPRESSIONS.items():
        if entry.get(key) is not None:
            _check(parses, entry[key], f"{where}.{key}")
    return Step(
        queue_sid=queue_sid,
        order_by=entry.get("order_by"),
        **{key: entry.get(key) for key in _EXPRESSIONS},
        priority=_number(entry, "priority", where),
        timeout=_number(entry, "timeout", where),
    )


def _number(entry: Mapping[str, Any], key: str, where: str) -> int | None:
    number = entry.get(key)
    if number is None:
        return None
    try:
        whole = int(number)
    except (TypeError, ValueError) as error:
        raise _refused(f"{where}.{key} must be a whole number") from error
    if whole < 0 or isinstance(number, bool):
        raise _refused(f"{where}.{key} must be a whole number, zero or more")
    return whole


def _member(entry: Any, key: str, kind: type[T], where: str) -> T:
    member = entry.get(key) if isinstance(entry, dict) else None
    if not isinstance(member, kind):
        raise _refused(f"{where} needs {key}")
    return member


def _check_keys(entry: Mapping[str, Any], known: Collection[str], where: str) -> None:
    unknown = sorted(set(entry) - set(known))
    if unknown:
        raise _refused(f"{where} has unknown keys: {', '.join(unknown)}")


def _check(parses: Callable[[str], object], expression: Any, where: str) -> None:
    try:
        parses(str(expression))
    except ExpressionError as error:
        raise _refused(f"{where}: {error}") from error


def _refused(why: str) -> TwilioError:
    return invalid(f"Workflow configuration is not valid: {why}")
