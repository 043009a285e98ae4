"""TaskRouter's objects: workers, queues, workflows, tasks, reservations.

They are immutable: a change replaces the object in its workspace's table, so another thread always
reads a consistent state.
Fields and their meanings: https://www.twilio.com/docs/taskrouter/api
"""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from twilio_emulator.workflows.configuration import Configuration, Place, Target


class TaskStatus(StrEnum):
    """The states of a task: https://www.twilio.com/docs/taskrouter/task-state."""

    PENDING = "pending"
    RESERVED = "reserved"
    ASSIGNED = "assigned"
    WRAPPING = "wrapping"
    COMPLETED = "completed"
    CANCELED = "canceled"

    @property
    def ended(self) -> bool:
        """Tell whether the state is final."""
        return self is TaskStatus.COMPLETED or self is TaskStatus.CANCELED

    @property
    def waiting(self) -> bool:
        """Tell whether a task in this state waits for a worker."""
        return self is TaskStatus.PENDING or self is TaskStatus.RESERVED


class ReservationStatus(StrEnum):
    """The states of a reservation: https://www.twilio.com/docs/taskrouter/api/reservations."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    TIMEOUT = "timeout"
    CANCELED = "canceled"
    RESCINDED = "rescinded"
    WRAPPING = "wrapping"
    COMPLETED = "completed"

    @property
    def held(self) -> bool:
        """Tell whether the worker has the task: accepted it and did not complete it."""
        return self is ReservationStatus.ACCEPTED or self is ReservationStatus.WRAPPING

    @property
    def open(self) -> bool:
        """Tell whether the reservation takes up the worker's capacity."""
        return self is ReservationStatus.PENDING or self.held


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity of workers, and whether they receive tasks in it."""

    sid: str
    friendly_name: str
    available: bool
    date_created: datetime


@dataclass(frozen=True, slots=True)
class TaskChannel:
    """A kind of task, such as chat or voice."""

    sid: str
    unique_name: str
    friendly_name: str
    date_created: datetime
    default_capacity: int = 1
    channel_optimized_routing: bool = False


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker. ``attributes`` is the JSON string that the API shows."""

    sid: str
    friendly_name: str
    activity_sid: str
    attributes: str
    date_created: datetime
    date_updated: datetime
    date_status_changed: datetime
    idle_since: datetime
    version: int = 0

    def attribute(self, name: str) -> Any:
        """Return one of the attributes, and None if it is missing."""
        return json.loads(self.attributes).get(name)

    @property
    def identity(self) -> str:
        """Return the identity of this worker in chats: ``contact_uri`` without ``client:``."""
        return str(self.attribute("contact_uri") or "").removeprefix("client:")


@dataclass(frozen=True, slots=True)
class WorkerChannel:
    """How many tasks of one kind a worker takes at once."""

    sid: str
    worker_sid: str
    task_channel_sid: str
    configured_capacity: int
    date_created: datetime
    date_updated: datetime
    available: bool = True


@dataclass(frozen=True, slots=True)
class TaskQueue:
    """Where tasks wait, and the expression that its workers match."""

    sid: str
    friendly_name: str
    target_workers: str
    date_created: datetime
    date_updated: datetime
    max_reserved_workers: int = 1
    task_order: str = "FIFO"
    reservation_activity_sid: str | None = None
    assignment_activity_sid: str | None = None


@dataclass(frozen=True, slots=True)
class Workflow:
    """The rules by which tasks go to queues. ``configuration`` is the JSON string."""

    sid: str
    friendly_name: str
    configuration: str
    date_created: datetime
    date_updated: datetime
    task_reservation_timeout: int = 120
    assignment_callback_url: str | None = None
    fallback_assignment_callback_url: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A task.

    ``configuration`` is its workflow's at the time when it entered, ``place`` where it waits there,
    and ``filter_entered`` since when it is in that filter (None: since its creation).
    ``stranded_at`` is when it passed the last target.
    """

    sid: str
    attributes: str
    workflow_sid: str | None
    task_channel_sid: str
    date_created: datetime
    date_updated: datetime
    virtual_start_time: datetime
    timeout: int = 86_400
    priority: int = 0
    status: TaskStatus = TaskStatus.PENDING
    reason: str | None = None
    configuration: Configuration = Configuration()  # noqa: RUF009 - it is immutable
    place: Place | None = None
    filter_entered: datetime | None = None
    task_queue_sid: str | None = None
    queue_entered: datetime | None = None
    stranded_at: datetime | None = None
    ended_at: datetime | None = None
    routing_target: str | None = None
    ignore_capacity: bool = False
    version: int = 0

    def attribute(self, name: str) -> Any:
        """Return one of the attributes, and None if it is missing."""
        return json.loads(self.attributes).get(name)

    @property
    def target(self) -> Target | None:
        """Return the target the task waits at, and None when it has passed the last one."""
        return None if self.place is None else self.configuration.target_at(self.place)

    @property
    def expires_at(self) -> datetime:
        """Return when a task is cancelled that no worker has accepted."""
        return self.date_created + timedelta(seconds=self.timeout)

    @property
    def target_ends_at(self) -> datetime | None:
        """Return when the task goes on to the next target, and None if it stays."""
        seconds = self.place and self.configuration.ends_after(self.place)
        if seconds is None:
            return None
        return (self.filter_entered or self.date_created) + timedelta(seconds=seconds)


def waiting_in(task: Task, queue_sid: str, since: datetime) -> Task:
    """Return a task that waits in a queue, whatever its workflow says."""
    return replace(
        task,
        configuration=Configuration(default=Target(queue_sid)),
        place=Place(None),
        task_queue_sid=queue_sid,
        queue_entered=since,
    )


@dataclass(frozen=True, slots=True)
class Reservation:
    """The offer of a task to a worker, and its outcome."""

    sid: str
    task_sid: str
    worker_sid: str
    task_queue_sid: str
    date_created: datetime
    date_updated: datetime
    place: Place | None = None
    status: ReservationStatus = ReservationStatus.PENDING
    expires_at: datetime | None = None
    version: int = 0


@dataclass(slots=True)
class Tables:
    """Everything in a workspace, each kind by SID, oldest first."""

    activities: dict[str, Activity] = field(default_factory=dict)
    task_channels: dict[str, TaskChannel] = field(default_factory=dict)
    workers: dict[str, Worker] = field(default_factory=dict)
    worker_channels: dict[str, WorkerChannel] = field(default_factory=dict)
    task_queues: dict[str, TaskQueue] = field(default_factory=dict)
    workflows: dict[str, Workflow] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    reservations: dict[str, Reservation] = field(default_factory=dict)
