"""Decides which workers may be offered a task; no effects.

Sources: https://www.twilio.com/docs/taskrouter/workflow-configuration (targets, known agents,
``skip_if``, ``order_by``) and https://www.twilio.com/docs/taskrouter/multitasking (capacity).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from local.twilio.expressions import parse, parse_value
from local.twilio.taskrouter.model import Activity, Task, Worker
from local.twilio.taskrouter.workflow_configuration import Step


@dataclass(frozen=True, slots=True)
class Load:
    """How many tasks of one kind a worker has, and how many at most."""

    assigned: int
    capacity: int

    @property
    def free(self) -> bool:
        """Tell whether one more fits."""
        return self.assigned < self.capacity


@dataclass(frozen=True, slots=True)
class Candidate:
    """A worker as the routing sees them: ``load`` is that of the task's channel."""

    worker: Worker
    activity: Activity
    load: Load

    def scope(self) -> dict[str, Any]:
        """Return the scope of expressions about a worker.

        The attributes, and in addition ``sid``, ``friendly_name`` and ``activity_name``. A worker's
        name is the ``friendly_name``; nothing ties it to the identity in the attributes.
        """
        return {
            **_read(self.worker.attributes),
            "sid": self.worker.sid,
            "friendly_name": self.worker.friendly_name,
            "activity_name": self.activity.friendly_name,
        }

    @property
    def ready(self) -> bool:
        """Tell whether a task can reach them now."""
        return self.activity.available and self.load.free


def task_scope(task: Task, channel_name: str, now: datetime) -> dict[str, Any]:
    """Return the scope of expressions about a task: its attributes, and what TaskRouter adds.

    The documentation names no list of the additions; these are the ones its examples use.
    """
    return {
        **json.loads(task.attributes),
        "sid": task.sid,
        "priority": task.priority,
        "age": int((now - task.date_created).total_seconds()),
        "task_channel_unique_name": channel_name,
    }


def filter_scope(task: dict[str, Any]) -> dict[str, Any]:
    """Return the scope of a filter's expression: keys stand for the task's attributes."""
    return {"task": task, "taskchannel": task["task_channel_unique_name"], **task}


@lru_cache(maxsize=8192)
def _read(attributes: str) -> Mapping[str, Any]:
    """Read a worker's attributes; every queue of a large workspace asks for the same ones."""
    found: dict[str, Any] = json.loads(attributes)
    return found


def members(target_workers: str, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the workers that a queue's expression takes, ready or not; an empty one takes none.

    "If this value is empty, Tasks will wait in the TaskQueue until they are deleted or moved", says
    https://www.twilio.com/docs/taskrouter/api/task-queue.
    """
    if not target_workers.strip():
        return []
    condition = parse(target_workers)
    return [c for c in candidates if condition({"worker": (scope := c.scope()), **scope})]


def matching(
    step: Step, task: dict[str, Any], queue_members: Iterable[Candidate]
) -> list[Candidate]:
    """Return the members that a target asks for, ready or not.

    A known agent must be a member of the target's queue like every other worker; a target whose
    known agent cannot be found matches no worker. In a target's expression, a key without
    ``task.`` or ``worker.`` is an attribute of the worker; no documented example has one.
    """
    chosen = list(queue_members)
    if step.known_worker_sid is not None:
        sid = parse_value(step.known_worker_sid)({"task": task, **task})
        chosen = [candidate for candidate in chosen if candidate.worker.sid == sid]
    if step.known_worker_friendly_name is not None:
        name = parse_value(step.known_worker_friendly_name)({"task": task, **task})
        chosen = [candidate for candidate in chosen if candidate.worker.friendly_name == name]
    if step.expression is not None:
        condition = parse(step.expression)
        chosen = [
            candidate
            for candidate in chosen
            if condition({**(scope := candidate.scope()), "task": task, "worker": scope})
        ]
    return chosen


def is_skipped(step: Step, task: dict[str, Any], matched: Iterable[Candidate]) -> bool:
    """Tell whether the task leaves the target at once.

    It does when ``skip_if`` holds, and when the target asks for a known agent who does not exist:
    the wait would be in vain. The former is documented; the latter is a choice.
    """
    found = list(matched)
    if not found and (step.known_worker_sid or step.known_worker_friendly_name):
        return True
    if step.skip_if is None:
        return False
    ready = sum(candidate.ready for candidate in found)
    return parse(step.skip_if)(
        {"task": task, **task, "workers": {"available": ready, "matching": len(found)}}
    )


def in_turn(step: Step, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Order the candidates: by ``order_by`` first, then by how long they have been idle."""
    turn = sorted(
        candidates, key=lambda candidate: (candidate.worker.idle_since, candidate.worker.sid)
    )
    for clause in reversed((step.order_by or "").split(",")):
        words = clause.split()
        if not words:
            continue
        reference = parse_value(words[0])

        def rank(candidate: Candidate, reference: Any = reference) -> tuple[bool, Any]:
            found = reference({"worker": candidate.scope(), **candidate.scope()})
            return (isinstance(found, int | float), found if isinstance(found, int | float) else 0)

        turn.sort(key=rank, reverse=words[-1].upper() == "DESC")
    return turn
