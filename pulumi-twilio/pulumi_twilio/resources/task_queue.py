"""`twilio:taskrouter:TaskQueue`: https://www.twilio.com/docs/taskrouter/api/task-queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from twilio.rest.taskrouter.v1.workspace import WorkspaceContext
from twilio.rest.taskrouter.v1.workspace.task_queue import TaskQueueInstance

from pulumi_twilio.resources import properties as rule
from pulumi_twilio.resources.lifecycle import Lifecycle
from pulumi_twilio.resources.properties import Property
from pulumi_twilio.resources.state import State, timestamp

INPUTS = (
    Property("workspaceSid", rule.sid("WS"), required=True, replaces=True),
    Property("friendlyName", rule.name, required=True),
    Property("targetWorkers", rule.text, default="1==1"),
    Property("maxReservedWorkers", rule.whole_number(1, 50), default=1),
    Property("taskOrder", rule.one_of("FIFO", "LIFO"), default="FIFO"),
    Property("reservationActivitySid", rule.sid("WA")),
    Property("assignmentActivitySid", rule.sid("WA")),
    Property("adoptExisting", rule.flag, managed=False),
)


@dataclass(frozen=True, slots=True)
class TaskQueueState(State):
    """What is recorded of a task queue."""

    target_workers: str | None
    max_reserved_workers: int | None
    task_order: str | None
    reservation_activity_sid: str | None
    assignment_activity_sid: str | None

    @classmethod
    def of(cls, queue: TaskQueueInstance) -> Self:
        """Take from Twilio's answer what is recorded."""
        return cls(
            sid=str(queue.sid),
            account_sid=str(queue.account_sid),
            workspace_sid=str(queue.workspace_sid),
            friendly_name=str(queue.friendly_name),
            date_created=timestamp(queue.date_created),
            target_workers=queue.target_workers,
            max_reserved_workers=queue.max_reserved_workers,
            task_order=str(queue.task_order) if queue.task_order else None,
            reservation_activity_sid=queue.reservation_activity_sid,
            assignment_activity_sid=queue.assignment_activity_sid,
        )


class TaskQueues(Lifecycle[TaskQueueState]):
    """The operations on task queues."""

    token = "twilio:taskrouter:TaskQueue"  # noqa: S105 - a type token, not a secret
    kind = "task queue"
    sid_prefix = "WQ"
    declared = INPUTS
    recorded = TaskQueueState

    def named(self, workspace: WorkspaceContext, friendly_name: str) -> Sequence[TaskQueueState]:
        """List the queues of a workspace that have a friendly name."""
        found = workspace.task_queues.list(friendly_name=friendly_name)
        return [TaskQueueState.of(queue) for queue in found]

    def all(self, workspace: WorkspaceContext) -> Sequence[TaskQueueState]:
        """List all queues of a workspace."""
        return [TaskQueueState.of(queue) for queue in workspace.task_queues.list()]

    def fetch(self, workspace: WorkspaceContext, sid: str) -> TaskQueueState:
        """Fetch one queue."""
        return TaskQueueState.of(workspace.task_queues(sid).fetch())

    def post_new(self, workspace: WorkspaceContext, arguments: dict[str, Any]) -> TaskQueueState:
        """Create a queue with the SDK's arguments."""
        return TaskQueueState.of(workspace.task_queues.create(**arguments))

    def post_changes(
        self, workspace: WorkspaceContext, sid: str, arguments: dict[str, Any]
    ) -> TaskQueueState:
        """Change what the arguments name, nothing else."""
        return TaskQueueState.of(workspace.task_queues(sid).update(**arguments))

    def remove(self, workspace: WorkspaceContext, sid: str) -> None:
        """Delete one queue."""
        workspace.task_queues(sid).delete()
