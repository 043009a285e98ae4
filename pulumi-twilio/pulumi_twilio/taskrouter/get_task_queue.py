"""The lookup of a task queue that the program does not manage."""

import pulumi
from pulumi.runtime import invoke, invoke_output

TOKEN = "twilio:taskrouter:getTaskQueue"  # noqa: S105 - a function token, not a secret


@pulumi.output_type
class GetTaskQueueResult(dict[str, object]):
    """A task queue of the workspace."""

    sid: str = pulumi.property("sid")
    """The queue's SID, `WQ` and 32 hexadecimal digits."""
    workspace_sid: str = pulumi.property("workspaceSid")
    """The workspace's SID."""
    friendly_name: str = pulumi.property("friendlyName")
    """The queue's name at Twilio."""
    target_workers: str | None = pulumi.property("targetWorkers")
    """Which workers may get its tasks."""
    max_reserved_workers: int = pulumi.property("maxReservedWorkers")
    """How many workers are reserved for one task."""
    task_order: str = pulumi.property("taskOrder")
    """`FIFO` or `LIFO`."""
    reservation_activity_sid: str | None = pulumi.property("reservationActivitySid")
    """The activity of a worker for whom a task is reserved."""
    assignment_activity_sid: str | None = pulumi.property("assignmentActivitySid")
    """The activity of a worker who accepted a task."""
    account_sid: str = pulumi.property("accountSid")
    """The account's SID."""
    date_created: str = pulumi.property("dateCreated")
    """When Twilio created it, ISO 8601 in UTC."""


def get_task_queue(
    *,
    workspace_sid: str,
    friendly_name: str | None = None,
    sid: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> GetTaskQueueResult:
    """Find a task queue by its friendly name or by its SID.

    Parameters
    ----------
    workspace_sid
        The workspace, `WS` and 32 hexadecimal digits.
    friendly_name
        The queue's name at Twilio; a queue's SID is taken here too.
    sid
        The queue's SID, instead of a name.
    opts
        Pulumi's options for functions.

    Returns
    -------
    GetTaskQueueResult
        The queue.

    Raises
    ------
    Exception
        There is no such queue, or more than one: the message names the workspace's queues.
    """
    arguments = {"workspaceSid": workspace_sid, "friendlyName": friendly_name, "sid": sid}
    result: GetTaskQueueResult = invoke(TOKEN, arguments, opts, typ=GetTaskQueueResult).value
    return result


def get_task_queue_output(
    *,
    workspace_sid: pulumi.Input[str],
    friendly_name: pulumi.Input[str] | None = None,
    sid: pulumi.Input[str] | None = None,
    opts: pulumi.InvokeOutputOptions | None = None,
) -> pulumi.Output[GetTaskQueueResult]:
    """Find a task queue as `get_task_queue` does, with arguments that may be outputs.

    Parameters
    ----------
    workspace_sid
        The workspace, `WS` and 32 hexadecimal digits.
    friendly_name
        The queue's name at Twilio; a queue's SID is taken here too.
    sid
        The queue's SID, instead of a name.
    opts
        Pulumi's options for functions.

    Returns
    -------
    pulumi.Output
        The queue.
    """
    arguments = {"workspaceSid": workspace_sid, "friendlyName": friendly_name, "sid": sid}
    result: pulumi.Output[GetTaskQueueResult] = invoke_output(
        TOKEN, arguments, opts, typ=GetTaskQueueResult
    )
    return result
