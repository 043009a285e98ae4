"""Which workers a queue has, which of them a target asks for, and in which order.

Sources: https://www.twilio.com/docs/taskrouter/workflow-configuration (targets, known agents,
``skip_if``, ``order_by``), https://www.twilio.com/docs/taskrouter/worker-presence (``skip_if``) and
https://www.twilio.com/docs/taskrouter/multitasking (capacity).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from twilio_emulator.workflows.configuration import Target
from twilio_emulator.workflows.expressions import is_constant, parse, parse_value


class Candidate(Protocol):
    """A worker, as routing sees them."""

    @property
    def sid(self) -> str:
        """Return the SID."""

    @property
    def friendly_name(self) -> str:
        """Return the name; nothing ties it to the identity in the attributes."""

    @property
    def activity_sid(self) -> str:
        """Return the SID of the activity that the worker is in."""

    @property
    def available(self) -> bool:
        """Tell whether workers receive tasks in that activity."""

    @property
    def ready(self) -> bool:
        """Tell whether the task can reach them now: available, and with capacity for it."""

    @property
    def idle_since(self) -> datetime:
        """Return since when the worker has had no task."""

    def scope(self) -> Mapping[str, Any]:
        """Return what expressions see of the worker: the attributes and `worker_names`."""


Worker = TypeVar("Worker", bound=Candidate)


def task_scope(
    attributes: Mapping[str, Any], *, sid: str, priority: int, age: int, channel: str
) -> dict[str, Any]:
    """Return the scope of expressions about a task: its attributes, and what TaskRouter adds.

    The documentation names no list of the additions; these are the ones its examples use.

    Parameters
    ----------
    age
        In seconds.
    channel
        The unique name of its task channel.
    """
    added = {"sid": sid, "priority": priority, "age": age, "task_channel_unique_name": channel}
    return {**attributes, **added}


def filter_scope(task: Mapping[str, Any]) -> dict[str, Any]:
    """Return the scope of a filter's expression: keys stand for the task's attributes."""
    return {"task": task, "taskchannel": task["task_channel_unique_name"], **task}


def members(target_workers: str, candidates: Iterable[Worker]) -> list[Worker]:
    """Return the workers that a queue's expression takes, ready or not.

    A queue without an expression has no worker. https://www.twilio.com/docs/taskrouter/api/task-queue
    says of ``TargetWorkers``: "If this value is empty, Tasks will wait in the TaskQueue until they
    are deleted or moved to another TaskQueue".
    """
    if not target_workers.strip():
        return []
    condition = parse(target_workers)
    if is_constant(target_workers):
        return list(candidates) if condition({}) else []
    return [c for c in candidates if condition({"worker": (scope := c.scope()), **scope})]


def matching(
    target: Target, task: Mapping[str, Any], queue_members: Iterable[Worker]
) -> list[Worker]:
    """Return the members that a target asks for, ready or not.

    A known agent must be a member of the target's queue like every other worker. A target whose
    known agent is null or gone matches no worker, and keeps the task all the same.
    https://www.twilio.com/docs/taskrouter/workflow-configuration/known-agent-routing says so.

    In a target's expression, a key without ``task.`` or ``worker.`` is an attribute of the worker;
    no documented example has one.
    """
    chosen = list(queue_members)
    if target.known_worker_sid is not None:
        sid = parse_value(target.known_worker_sid)({"task": task, **task})
        chosen = [candidate for candidate in chosen if candidate.sid == sid]
    if target.known_worker_friendly_name is not None:
        name = parse_value(target.known_worker_friendly_name)({"task": task, **task})
        chosen = [candidate for candidate in chosen if candidate.friendly_name == name]
    if target.expression is not None:
        condition = parse(target.expression)
        chosen = [
            candidate
            for candidate in chosen
            if condition({**(scope := candidate.scope()), "task": task, "worker": scope})
        ]
    return chosen


def is_skipped(target: Target, task: Mapping[str, Any], queue_members: Iterable[Worker]) -> bool:
    """Tell whether ``skip_if`` lets a task pass that was offered to no one.

    ``workers.available``, ``workers.unavailable`` and ``workers.WA...`` count the members of the
    target's queue by their activity, no matter whom the target asks for.
    """
    if target.skip_if is None:
        return False
    found = list(queue_members)
    available = sum(candidate.available for candidate in found)
    counts = {
        **Counter(candidate.activity_sid for candidate in found),
        "available": available,
        "unavailable": len(found) - available,
    }
    return parse(target.skip_if)({"task": task, **task, "workers": _Counts(counts)})


class _Counts(dict[str, int]):
    """The members of a queue by activity; an activity that no one is in has none."""

    def get(self, key: str, default: Any = None) -> Any:
        """Return a number of workers."""
        return super().get(key, 0 if key.startswith("WA") else default)


def in_turn(target: Target, candidates: Iterable[Worker]) -> list[Worker]:
    """Order the candidates: by ``order_by`` first, then by how long they have been idle."""
    turn = sorted(candidates, key=lambda candidate: (candidate.idle_since, candidate.sid))
    for clause in reversed((target.order_by or "").split(",")):
        words = clause.split()
        if not words:
            continue
        reference = parse_value(words[0])

        def rank(candidate: Worker, reference: Any = reference) -> tuple[bool, Any]:
            scope = candidate.scope()
            found = reference({"worker": scope, **scope})
            return (isinstance(found, int | float), found if isinstance(found, int | float) else 0)

        turn.sort(key=rank, reverse=words[-1].upper() == "DESC")
    return turn
