"""A workspace: its tables, its clock, and the products that follow its tasks."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random, SystemRandom
from typing import Any, Protocol, TypeVar

from twilio_emulator.clock import Clock
from twilio_emulator.errors import TwilioError, invalid, not_found
from twilio_emulator.switches import Switches
from twilio_emulator.taskrouter.candidates import Candidate, Loads
from twilio_emulator.taskrouter.model import (
    Reservation,
    ReservationStatus,
    Tables,
    Task,
    TaskChannel,
    TaskQueue,
    TaskStatus,
    Worker,
    Workflow,
)
from twilio_emulator.workflows.configuration import (
    Configuration,
    ConfigurationError,
    read_configuration,
)
from twilio_emulator.workflows.matching import task_scope

Entry = TypeVar("Entry")
Publish = Callable[[str, Task, Reservation | None], None]

# Names of events: https://www.twilio.com/docs/taskrouter/api/event/reference
TASK_EVENTS: Mapping[TaskStatus, str] = {
    TaskStatus.WRAPPING: "task.wrapup",
    TaskStatus.COMPLETED: "task.completed",
    TaskStatus.CANCELED: "task.canceled",
}


class Observer(Protocol):
    """A product that acts on TaskRouter's events, as Flex does."""

    def owns(self, task: Task) -> bool:
        """Tell whether the product made the task."""

    def time_passed(self) -> None:
        """Do what is due by now."""

    def reservation_accepted(self, task: Task, worker: Worker, reservation: Reservation) -> None:
        """Act on a worker's acceptance of a task."""

    def task_wrapping(self, task: Task) -> None:
        """Act on the start of a worker's wrapping up."""

    def task_ended(self, task: Task) -> None:
        """Act on the completion, cancellation or deletion of a task."""


@dataclass(slots=True)
class Workspace:
    """One TaskRouter workspace.

    ``timeout_activity_sid`` is the activity of a worker whose reservation timed out.
    ``evaluations`` has the times of the latest searches by attributes. ``publish`` sends an event
    about a task, and about one of its reservations, to those who subscribed to it.
    """

    sid: str
    account_sid: str
    friendly_name: str
    clock: Clock
    timeout_activity_sid: str
    default_activity_sid: str
    event_callback_url: str | None = None
    events_filter: str | None = None
    multi_task_enabled: bool = True
    prioritize_queue_order: str = "FIFO"
    random: Random = field(default_factory=SystemRandom)
    switches: Switches = field(default_factory=Switches)
    tables: Tables = field(default_factory=Tables)
    observers: list[Observer] = field(default_factory=list)
    evaluations: list[datetime] = field(default_factory=list)
    publish: Publish = lambda _name, _task, _reservation: None
    date_created: datetime = field(init=False)

    def __post_init__(self) -> None:
        """Set the date of creation."""
        self.date_created = self.now()

    def now(self) -> datetime:
        """Return the time."""
        return self.clock.now()

    def find(self, table: dict[str, Entry], collection: str, sid: str) -> Entry:
        """Return the entry of that SID.

        Raises
        ------
        TwilioError
            404 when there is none.
        """
        try:
            return table[sid]
        except KeyError:
            raise not_found(f"/Workspaces/{self.sid}/{collection}/{sid}") from None

    def task(self, sid: str) -> Task:
        """Return the task of that SID; 404 when there is none."""
        return self.find(self.tables.tasks, "Tasks", sid)

    def worker(self, sid: str) -> Worker:
        """Return the worker of that SID; 404 when there is none."""
        return self.find(self.tables.workers, "Workers", sid)

    def queue(self, sid: str) -> TaskQueue:
        """Return the task queue of that SID; 404 when there is none."""
        return self.find(self.tables.task_queues, "TaskQueues", sid)

    def workflow(self, sid: str) -> Workflow:
        """Return the workflow of that SID; 404 when there is none."""
        return self.find(self.tables.workflows, "Workflows", sid)

    def channel(self, sid_or_name: str) -> TaskChannel:
        """Return the task channel of that SID or unique name; 400 when there is none."""
        for channel in self.tables.task_channels.values():
            if sid_or_name in {channel.sid, channel.unique_name}:
                return channel
        raise invalid(f"TaskChannel {sid_or_name} does not exist")

    def reservations_of(self, task_sid: str) -> list[Reservation]:
        """Return the reservations of a task, oldest first."""
        return [r for r in self.tables.reservations.values() if r.task_sid == task_sid]

    def belongs_to_interaction(self, task: Task) -> bool:
        """Tell whether another product made the task, as Flex does for its interactions."""
        return any(observer.owns(task) for observer in self.observers)

    def holder(self, task_sid: str) -> Worker | None:
        """Return the worker who has accepted the task and not completed it."""
        for reservation in self.reservations_of(task_sid):
            if reservation.status.held:
                return self.tables.workers.get(reservation.worker_sid)
        return None

    def candidates(
        self, task_channel_sid: str = "", loads: Loads | None = None
    ) -> Iterator[Candidate]:
        """Yield all workers as the routing of a task of that channel sees them.

        Parameters
        ----------
        loads
            As they are now, if they were read already.
        """
        loads = loads or Loads(self.tables)
        for worker in self.tables.workers.values():
            activity = self.tables.activities[worker.activity_sid]
            yield Candidate(worker, activity, loads, task_channel_sid)

    def scope_of(self, task: Task) -> dict[str, Any]:
        """Return the scope of expressions about a task."""
        return task_scope(
            json.loads(task.attributes),
            sid=task.sid,
            priority=task.priority,
            age=int((self.now() - task.date_created).total_seconds()),
            channel=self.tables.task_channels[task.task_channel_sid].unique_name,
        )

    def routing_of(self, workflow: Workflow) -> Configuration:
        """Return a workflow's configuration.

        Raises
        ------
        TwilioError
            400 with code 20001 if TaskRouter would refuse it.
        """
        try:
            return read_configuration(workflow.configuration, self.tables.task_queues)
        except ConfigurationError as error:
            raise invalid(f"Workflow configuration is not valid: {error}") from error

    def put_task(self, task: Task) -> Task:
        """Store a new state of a task, as its next version."""
        kept = replace(task, version=task.version + 1, date_updated=self.now())
        before = self.tables.tasks[task.sid]
        self.tables.tasks[task.sid] = kept
        if kept.status is not before.status and kept.status in TASK_EVENTS:
            self.publish(TASK_EVENTS[kept.status], kept, None)
        elif kept.attributes != before.attributes:
            self.publish("task.updated", kept, None)
        return kept

    def put_reservation(self, reservation: Reservation, status: ReservationStatus) -> Reservation:
        """Store a new state of a reservation, as its next version."""
        now = self.now()
        kept = replace(
            reservation, status=status, version=reservation.version + 1, date_updated=now
        )
        self.tables.reservations[reservation.sid] = kept
        worker = self.tables.workers.get(kept.worker_sid)
        if worker is not None:
            self.tables.workers[worker.sid] = replace(worker, idle_since=now)
        wrapping = status is ReservationStatus.WRAPPING
        event = f"reservation.{'wrapup' if wrapping else status}"
        self.publish(event, self.tables.tasks[kept.task_sid], kept)
        return kept

    def set_activity(self, worker_sid: str, activity_sid: str) -> None:
        """Put a worker into an activity."""
        worker = self.tables.workers[worker_sid]
        self.tables.workers[worker_sid] = replace(
            worker,
            activity_sid=activity_sid,
            date_status_changed=self.now(),
            version=worker.version + 1,
        )

    def refused(self, what: str, task: Task, because: str) -> TwilioError:
        """Return the 400 for a change that a task's state does not allow, in TaskRouter's words."""
        return invalid(
            f"Cannot {what} task {task.sid} in workspace {self.sid} for account "
            f"{self.account_sid} because it is {because}.",
        )
