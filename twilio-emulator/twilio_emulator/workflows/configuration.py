"""A workflow's configuration: reads it as TaskRouter does, and says where a task goes in it.

Source: https://www.twilio.com/docs/taskrouter/workflow-configuration
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeVar

from twilio_emulator.workflows.expressions import ExpressionError, Scope, parse, parse_value

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


class ConfigurationError(ValueError):
    """A configuration that TaskRouter would refuse; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Target:
    """A queue, which of its workers are asked, and for how long.

    ``timeout`` is in seconds; None means for as long as the task lives. The default filter is a
    target without conditions.
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

    name: str
    expression: str
    targets: tuple[Target, ...]


class Place(NamedTuple):
    """Where a task is: the index of its filter, None for the default, and of the target there."""

    filter: int | None
    target: int = 0


@dataclass(frozen=True, slots=True)
class Configuration:
    """A workflow's filters in their order, and the default."""

    filters: tuple[Filter, ...] = ()
    default: Target | None = None

    @property
    def targets(self) -> tuple[Target, ...]:
        """Return all targets, the default as the last one."""
        found = tuple(target for each in self.filters for target in each.targets)
        return found if self.default is None else (*found, self.default)

    def first(self, scope: Scope) -> Place | None:
        """Return where a task begins: in the first filter that it matches, else in the default.

        Parameters
        ----------
        scope
            What the filters' expressions see of the task, see `matching.filter_scope`.

        Returns
        -------
        Place or None
            None if there is no default either: TaskRouter cancels the task.
        """
        return self._match(0, scope) or self._in_default()

    def after(
        self,
        place: Place,
        left: Literal["timeout", "skip"],
        scope: Scope,
        *,
        timeout_leads_on: bool,
    ) -> Place | None:
        """Return where a task goes from a target; None if that was the last one for it.

        Parameters
        ----------
        left
            How it leaves the target. A task that skips a filter is "evaluated as if the Task did
            not match the filter", so the next filter that it matches takes it, else the default:
            https://www.twilio.com/docs/taskrouter/worker-presence
        scope
            As for `first`, by now.
        timeout_leads_on
            Where the time-out of a filter's last target leads: "to the next matching filter (if
            existing)", as the page on the configuration says, or nowhere, as
            https://www.twilio.com/docs/taskrouter/lifecycle-task-workflows-and-assignment says.
        """
        if place.filter is None:
            return None
        if place.target + 1 < len(self.filters[place.filter].targets):
            return Place(place.filter, place.target + 1)
        if left == "skip":
            return self._match(place.filter + 1, scope) or self._in_default()
        return self._match(place.filter + 1, scope) if timeout_leads_on else None

    def target_at(self, place: Place) -> Target:
        """Return the target of a place."""
        if place.filter is not None:
            return self.filters[place.filter].targets[place.target]
        assert self.default is not None
        return self.default

    def ends_after(self, place: Place) -> int | None:
        """Return for how many seconds a task that entered the filter stays at most; None for ever.

        The time-outs of the filter's targets add up: with targets of 10 s each the second one ends
        when the task is 20 s old. Source: https://www.twilio.com/docs/taskrouter/task-evaluation
        """
        if place.filter is None:
            return self.target_at(place).timeout
        passed = self.filters[place.filter].targets[: place.target + 1]
        if passed[-1].timeout is None:
            return None
        return sum(target.timeout or 0 for target in passed)

    def _match(self, first: int, scope: Scope) -> Place | None:
        for index in range(first, len(self.filters)):
            if parse(self.filters[index].expression)(scope):
                return Place(index)
        return None

    def _in_default(self) -> Place | None:
        return Place(None) if self.default else None


def read_configuration(text: str, queue_sids: Collection[str] | None = None) -> Configuration:
    """Check and read a workflow's configuration.

    Parameters
    ----------
    text
        JSON.
    queue_sids
        The queues of the workspace; None if they are not to be checked.

    Raises
    ------
    ConfigurationError
        If TaskRouter would refuse it: JSON that is none, an expression that does not parse, a queue
        that the workspace does not have. The pages do not say what becomes of a key that they do
        not name; here it is refused.
    """
    if len(text.encode()) > MAX_BYTES:
        raise ConfigurationError(f"it is larger than {MAX_BYTES} bytes")
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ConfigurationError("it is not valid JSON") from error
    routing = _member(document, "task_routing", dict, "the document")
    filters = [] if routing.get("filters") is None else routing["filters"]
    if not isinstance(filters, list):
        raise ConfigurationError("filters must be an array")
    default = routing.get("default_filter")
    return Configuration(
        tuple(_read_filter(entry, position, queue_sids) for position, entry in enumerate(filters)),
        None if default is None else _read_target(default, "default_filter", queue_sids, None),
    )


def _read_filter(entry: Any, position: int, queue_sids: Collection[str] | None) -> Filter:
    where = f"filters[{position}]"
    expression = _member(entry, "expression", str, where)
    _check_keys(entry, _FILTER_KEYS, where)
    _check(parse, expression, f"{where}.expression")
    targets: list[Target] = []
    for index, target in enumerate(_member(entry, "targets", list, where)):
        queue = targets[-1].queue_sid if targets else None
        targets.append(_read_target(target, f"{where}.targets[{index}]", queue_sids, queue))
    if not targets:
        raise ConfigurationError(f"{where} has no targets")
    name = entry.get("filter_friendly_name") or entry.get("friendly_name")
    return Filter(str(name or f"filter {position + 1}"), expression, tuple(targets))


def _read_target(
    entry: Any, where: str, queue_sids: Collection[str] | None, inherited: str | None
) -> Target:
    """Read a target; those after the first one "will inherit the queue if not redefined"."""
    if not isinstance(entry, dict):
        raise ConfigurationError(f"{where} must be an object")
    given = {key: value for key, value in entry.items() if value is not None}
    if inherited is not None:
        given.setdefault("queue", inherited)
    queue_sid = _member(given, "queue", str, where)
    if queue_sids is not None and queue_sid not in queue_sids:
        raise ConfigurationError(
            f"{where}: task queue {queue_sid} does not exist in this workspace"
        )
    _check_keys(given, _TARGET_KEYS, where)
    for key, parses in _EXPRESSIONS.items():
        if key in given:
            _check(parses, given[key], f"{where}.{key}")
    return Target(
        queue_sid=queue_sid,
        order_by=given.get("order_by"),
        **{key: given.get(key) for key in _EXPRESSIONS},
        priority=_number(given, "priority", where),
        timeout=_number(given, "timeout", where),
    )


def _number(entry: Mapping[str, Any], key: str, where: str) -> int | None:
    """Read a whole number, which Twilio's examples write as a number or as text."""
    number = entry.get(key)
    if number is None:
        return None
    if isinstance(number, str) and number.isdecimal():
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise ConfigurationError(f"{where}.{key} must be a whole number, 0 or more")
    return number


def _member(entry: Any, key: str, kind: type[T], where: str) -> T:
    member = entry.get(key) if isinstance(entry, dict) else None
    if not isinstance(member, kind):
        raise ConfigurationError(f"{where} needs {key}")
    return member


def _check_keys(entry: Mapping[str, Any], known: Collection[str], where: str) -> None:
    unknown = sorted(set(entry) - set(known))
    if unknown:
        raise ConfigurationError(f"{where} has unknown keys: {', '.join(unknown)}")


def _check(parses: Callable[[str], object], expression: Any, where: str) -> None:
    if not isinstance(expression, str):
        raise ConfigurationError(f"{where} must be an expression, not {expression!r}")
    try:
        parses(expression)
    except ExpressionError as error:
        raise ConfigurationError(f"{where}: {error}") from error
