"""TaskRouter as a transfer needs it: typed, retried, and nothing of the SDK beyond this module."""

from collections.abc import Callable, Mapping
from typing import Any

from requests.structures import CaseInsensitiveDict
from twilio.rest import Client
from twilio.rest.taskrouter.v1.workspace import WorkspaceContext
from twilio.rest.taskrouter.v1.workspace.task import TaskInstance
from twilio.rest.taskrouter.v1.workspace.task_queue import TaskQueueInstance
from twilio.rest.taskrouter.v1.workspace.worker import WorkerInstance
from twilio.rest.taskrouter.v1.workspace.workflow import WorkflowInstance

from chat_transfer.twilio.failures import Missing, ServerFailed
from chat_transfer.twilio.retries import RetryPolicy
from chat_transfer.twilio.tasks import (
    Named,
    NewTask,
    Reservation,
    Task,
    decode_attributes,
    encode_attributes,
)

PAGE_SIZE = 1000

DECLINED = frozenset({"rejected", "timeout"})


class TaskRouter:
    """The calls to one workspace.

    Every method may raise a `TwilioFailure`. Reads and idempotent writes are retried; `create` is
    sent once, since what may follow it is the caller's to decide.
    """

    def __init__(self, client: Client, workspace_sid: str, retries: RetryPolicy) -> None:
        self._workspace: WorkspaceContext = client.taskrouter.v1.workspaces(workspace_sid)
        self._retries = retries

    def task(self, sid: str) -> Task | None:
        """Read a task with its ETag.

        Returns
        -------
        Task or None
            None if there is no such task: TaskRouter deletes tasks a while after they ended.
        """
        try:
            answer = self._retries.call(self._workspace.tasks(sid).fetch_with_http_info)
        except Missing:
            return None
        return _task(answer.data, etag=_etag(answer.headers))

    def reservations(self, task_sid: str) -> tuple[Reservation, ...]:
        """Read a task's reservations, all pages, the latest first."""
        reservations = self._workspace.tasks(task_sid).reservations
        return tuple(
            Reservation(item.worker_sid or "", str(item.reservation_status))
            for item in self._retries.call(lambda: reservations.list(page_size=PAGE_SIZE))
        )

    def declined(self, task_sid: str, worker_sid: str) -> bool:
        """Whether a worker has rejected a task, or let its reservation time out.

        https://www.twilio.com/docs/taskrouter/api/reservations
        """
        theirs = [one for one in self.reservations(task_sid) if one.worker_sid == worker_sid]
        return bool(theirs) and theirs[0].status in DECLINED

    def worker_attributes(self, sid: str) -> Mapping[str, Any]:
        """Read a worker's JSON attributes."""
        worker = self._retries.call(self._workspace.workers(sid).fetch)
        return decode_attributes(worker.attributes)

    def target(self, sid: str) -> Named | None:
        """Read the worker (WK), task queue (WQ) or workflow (WW) of this SID; None without one."""
        fetch: Callable[[], Any] = {
            "WK": lambda: self._workspace.workers(sid).fetch(),
            "WQ": lambda: self._workspace.task_queues(sid).fetch(),
            "WW": lambda: self._workspace.workflows(sid).fetch(),
        }[sid[:2]]
        try:
            return _named(self._retries.call(fetch))
        except Missing:
            return None

    def workflow_configuration(self, sid: str) -> Mapping[str, Any]:
        """Read a workflow's JSON configuration."""
        workflow = self._retries.call(self._workspace.workflows(sid).fetch)
        return decode_attributes(workflow.configuration)

    def workflows(self) -> tuple[Named, ...]:
        """Read every workflow of the workspace, all pages."""
        workflows = self._workspace.workflows
        found = self._retries.call(lambda: workflows.list(page_size=PAGE_SIZE))
        return tuple(map(_named, found))

    def task_queues(self) -> tuple[Named, ...]:
        """Read every task queue of the workspace, all pages."""
        queues = self._workspace.task_queues
        found = self._retries.call(lambda: queues.list(page_size=PAGE_SIZE))
        return tuple(map(_named, found))

    def workers(self, *, most: int) -> tuple[Named, ...]:
        """Read the workers of the workspace, and of more than `most` only so many.

        A list does not show attributes, so who is no agent of Flex is among them.
        https://www.twilio.com/docs/taskrouter/api/worker
        """
        workers = self._workspace.workers
        page = min(most, PAGE_SIZE)
        found = self._retries.call(lambda: workers.list(limit=most, page_size=page))
        return tuple(map(_named, found))

    def available_workers(self, queue_sid: str) -> int | None:
        """Read how many of a queue's workers are in an activity that is available.

        Twilio's figure may be some seconds old. It asks callers to cache it.
        https://www.twilio.com/docs/taskrouter/api/taskqueue-statistics
        """
        statistics = self._workspace.task_queues(queue_sid).real_time_statistics()
        return self._retries.call(statistics.fetch).total_available_workers

    def available_in(self, queue_sid: str, *, most: int) -> frozenset[str]:
        """Read the SIDs of a queue's workers who are in an activity that is available.

        Parameters
        ----------
        most : int
            Of more workers than that only so many are read.
        """
        workers = self._workspace.workers
        found = self._retries.call(
            lambda: workers.list(
                task_queue_sid=queue_sid, available="true", limit=most, page_size=most
            )
        )
        return frozenset(one.sid or "" for one in found)

    def has_capacity(self, worker_sid: str, channel: str) -> bool:
        """Whether a worker can take one more task of a channel, by the channel's unique name."""
        of_worker = self._workspace.workers(worker_sid).worker_channels(channel)
        try:
            found = self._retries.call(of_worker.fetch)
        except Missing:
            return False
        return bool(found.available) and (found.available_capacity_percentage or 0) > 0

    def create(self, task: NewTask) -> str:
        """Create a task, once; give back its SID."""
        created = self._workspace.tasks.create(
            attributes=encode_attributes(task.attributes),
            workflow_sid=task.workflow_sid,
            task_channel=task.task_channel,
            priority=task.priority,
            timeout=task.timeout,
            **({"virtual_start_time": task.virtual_start_time} if task.virtual_start_time else {}),
        )
        return created.sid or ""

    def search(self, task_sid: str) -> tuple[Task, ...]:
        """Find the tasks whose ``transferredFrom`` is `task_sid`, cancelled ones included.

        The search is limited to three requests a second, and Twilio does not say how soon it sees
        a new task, so a transfer that goes well does without:
        https://www.twilio.com/en-us/changelog/taskrouter-endpoint-rate-limit-correction
        """
        tasks = self._workspace.tasks
        expression = f'transferredFrom == "{task_sid}"'
        found = self._retries.call(
            lambda: tasks.list(evaluate_task_attributes=expression, page_size=PAGE_SIZE)
        )
        # A list does not show attributes.
        return tuple(task for one in found if (task := self.task(one.sid or "")))

    def write_attributes(self, task: Task, attributes: Mapping[str, Any]) -> Task:
        """Replace a task's attributes, provided that it is still as it was read.

        Returns
        -------
        Task
            As it is then.

        Raises
        ------
        Stale
            Another write came in between, or an earlier attempt at this very write did.
        """
        answer = self._retries.call(
            lambda: self._workspace.tasks(task.sid).update_with_http_info(
                attributes=encode_attributes(attributes), if_match=task.etag
            )
        )
        return _task(answer.data, etag=_etag(answer.headers))

    def complete(self, task: Task, reason: str) -> None:
        """Complete a task that is assigned or wrapping, provided that it is still as it was read.

        So a completion that Twilio carries out after we gave it up cannot follow an undo.
        """
        self._end(task, "completed", reason)

    def cancel(self, task: Task, reason: str) -> None:
        """Cancel a task that no agent has accepted, provided that it is still as it was read."""
        self._end(task, "canceled", reason)

    def _end(self, task: Task, status: Any, reason: str) -> None:
        self._retries.call(
            lambda: self._workspace.tasks(task.sid).update(
                assignment_status=status, reason=reason, if_match=task.etag
            )
        )


def _named(item: WorkflowInstance | TaskQueueInstance | WorkerInstance) -> Named:
    sid, name = item.sid or "", item.friendly_name or ""
    if isinstance(item, WorkflowInstance):
        return Named(sid, name, decode_attributes(item.configuration))
    if isinstance(item, WorkerInstance):
        return Named(sid, name, is_available=bool(item.available))
    return Named(sid, name)


def _etag(headers: Mapping[str, str]) -> str | None:
    """The ``ETag``; the SDK hands the headers on in the case in which they came."""
    return CaseInsensitiveDict(headers).get("ETag")


def _task(instance: TaskInstance, etag: str | None) -> Task:
    if not etag:
        raise ServerFailed("a task without ETag")  # a write without it could undo another's
    return Task(
        sid=instance.sid or "",
        attributes=decode_attributes(instance.attributes),
        etag=etag,
        assignment_status=str(instance.assignment_status),
        priority=instance.priority or 0,
        timeout=instance.timeout or 0,
        task_channel=instance.task_channel_unique_name or "default",
        workflow_sid=instance.workflow_sid,
        date_created=instance.date_created,
        virtual_start_time=instance.virtual_start_time,
    )
