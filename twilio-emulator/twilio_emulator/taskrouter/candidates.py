"""The workers of a workspace as routing sees them: attributes, activity, capacity by task channel.

Source: https://www.twilio.com/docs/taskrouter/multitasking (``worker.channel``).
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from twilio_emulator.taskrouter.model import Activity, Tables, Worker


@dataclass(frozen=True, slots=True)
class Load:
    """How many tasks of one kind a worker has, and how many at most."""

    assigned: int
    capacity: int
    available: bool = True

    @property
    def free(self) -> bool:
        """Tell whether one more fits."""
        return self.available and self.assigned < self.capacity

    @property
    def percentage(self) -> int:
        """Return how much of the capacity is left, 0 to 100."""
        return 100 * (self.capacity - self.assigned) // self.capacity if self.free else 0


_NONE = Load(0, 0, available=False)


class Loads:
    """The loads of all workers, now; the tables are read once for each channel asked for."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._read: dict[str, dict[str, Load]] = {}

    def of(self, worker_sid: str, task_channel_sid: str) -> Load:
        """Return how full a worker is for one kind of task."""
        found = self._read.get(task_channel_sid)
        if found is None:
            found = self._read[task_channel_sid] = self._loads(task_channel_sid)
        return found.get(worker_sid, _NONE)

    def called(self, worker_sid: str, unique_name: str) -> Load | None:
        """Return the same by the channel's unique name, None if there is no such channel."""
        for channel in self._tables.task_channels.values():
            if channel.unique_name == unique_name:
                return self.of(worker_sid, channel.sid)
        return None

    def _loads(self, task_channel_sid: str) -> dict[str, Load]:
        tables = self._tables
        assigned = Counter(
            reservation.worker_sid
            for reservation in tables.reservations.values()
            if reservation.status.open
            and tables.tasks[reservation.task_sid].task_channel_sid == task_channel_sid
        )
        return {
            channel.worker_sid: Load(
                assigned[channel.worker_sid], channel.configured_capacity, channel.available
            )
            for channel in tables.worker_channels.values()
            if channel.task_channel_sid == task_channel_sid
        }


class _Channels(dict[str, Any]):
    """``worker.channel``: a worker's task channels by unique name, read when they are asked for."""

    __slots__ = ("_loads", "_worker_sid")

    def __init__(self, loads: Loads, worker_sid: str) -> None:
        # Empty, so there is nothing to initialize: this is done for each worker of each routing.
        self._loads = loads
        self._worker_sid = worker_sid

    def get(self, key: str, default: Any = None) -> Any:
        """Return a channel's numbers."""
        load = self._loads.called(self._worker_sid, key)
        if load is None:
            return default
        return {
            "assigned_tasks": load.assigned,
            "available_capacity_percentage": load.percentage,
            "configured_capacity": load.capacity,
        }


@dataclass(frozen=True, slots=True)
class Candidate:
    """A worker who might be offered a task of a task channel."""

    worker: Worker
    activity: Activity
    loads: Loads
    task_channel_sid: str = ""
    # Many queues ask for the same worker's scope.
    _scope: dict[str, Any] | None = field(default=None, repr=False, compare=False)

    @property
    def sid(self) -> str:
        """Return the worker's SID."""
        return self.worker.sid

    @property
    def friendly_name(self) -> str:
        """Return the worker's name."""
        return self.worker.friendly_name

    @property
    def activity_sid(self) -> str:
        """Return the SID of the worker's activity."""
        return self.activity.sid

    @property
    def available(self) -> bool:
        """Tell whether workers receive tasks in that activity."""
        return self.activity.available

    @property
    def ready(self) -> bool:
        """Tell whether a task can reach them now."""
        return self.activity.available and self.loads.of(self.sid, self.task_channel_sid).free

    @property
    def idle_since(self) -> datetime:
        """Return since when the worker has had no task."""
        return self.worker.idle_since

    def scope(self) -> Mapping[str, Any]:
        """Return the attributes, and what the page on expressions adds to them."""
        if self._scope is None:
            made = {
                **_read(self.worker.attributes),
                "sid": self.worker.sid,
                "friendly_name": self.worker.friendly_name,
                "activity_sid": self.activity.sid,
                "activity_name": self.activity.friendly_name,
                "channel": _Channels(self.loads, self.worker.sid),
            }
            object.__setattr__(self, "_scope", made)
            return made
        return self._scope


@lru_cache(maxsize=8192)
def _read(attributes: str) -> Mapping[str, Any]:
    """Read a worker's attributes; every queue of a large workspace asks for the same ones."""
    found: dict[str, Any] = json.loads(attributes)
    return found
