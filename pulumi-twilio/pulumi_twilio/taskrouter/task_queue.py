"""`twilio:taskrouter:TaskQueue`: https://www.twilio.com/docs/taskrouter/api/task-queue."""

from typing import Any

from pulumi_twilio import declaration as declare
from pulumi_twilio import shapes
from pulumi_twilio.declaration import Declaration, Kind, Property
from pulumi_twilio.shapes import Shape, Wrong
from pulumi_twilio.taskrouter import expressions


def _wrong_workers(value: Any) -> Wrong:
    if not isinstance(value, str):
        yield "", "a string"
    # Empty means no worker: tasks wait in the queue until they are deleted or moved.
    elif value.strip() and (expected := expressions.fault(value)):
        yield "", expected


class TaskQueue(Kind):
    """A task queue: where tasks wait for one of the workers whom an expression selects.

    https://www.twilio.com/docs/taskrouter/api/task-queue.

    Import one with `pulumi import twilio:taskrouter:TaskQueue <name> WS…/WQ…`.

    Parameters
    ----------
    workspace_sid
        The workspace, `WS` and 32 hexadecimal digits. Another one replaces the queue.
    friendly_name
        Its name at Twilio.
    target_workers
        Which workers may get its tasks, an expression about a worker's attributes. Twilio's
        default is `1==1`, every worker.
    max_reserved_workers
        How many workers are reserved for one task, 1 (the default) to 50.
    task_order
        `FIFO` (the default) or `LIFO`.
    reservation_activity_sid
        The activity (`WA…`) that a worker is put in when a task is reserved.
    assignment_activity_sid
        The activity (`WA…`) that a worker is put in when a task is accepted.
    adopt_existing
        True to use the queue of that friendly name if the workspace has one. What is declared is
        then changed on it, the rest stays as it is, and it is never deleted.
    """

    declaration = Declaration(
        token="twilio:taskrouter:TaskQueue",  # noqa: S106 - a type token, not a secret
        kind="task queue",
        product="taskrouter",
        path="/Workspaces/{workspaceSid}/TaskQueues",
        sid_prefix="WQ",
        properties=(
            declare.IN_WORKSPACE,
            declare.FRIENDLY_NAME,
            Property("targetWorkers", Shape({"type": "string"}, _wrong_workers), default="1==1"),
            Property("maxReservedWorkers", shapes.whole_number(1, 50), default=1),
            Property("taskOrder", shapes.one_of("FIFO", "LIFO"), default="FIFO"),
            Property("reservationActivitySid", shapes.sid("WA")),
            Property("assignmentActivitySid", shapes.sid("WA")),
            declare.ADOPT_EXISTING,
        ),
    )
