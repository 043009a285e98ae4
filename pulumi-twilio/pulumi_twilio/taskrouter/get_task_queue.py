"""The lookup of a task queue that the program does not manage."""
# What `pulumi.get` returns has no type in Pulumi's SDK; the getters' annotations give it.
# mypy: disable-error-code="no-any-return"

import pulumi
from pulumi.runtime import invoke, invoke_output

_TOKEN = "twilio:taskrouter:getTaskQueue"  # noqa: S105 - a function token, not a secret


@pulumi.output_type
class GetTaskQueueResult(dict[str, object]):
    """A task queue of the workspace."""

    @property
    @pulumi.getter
    def sid(self) -> str:
        """The queue's SID, `WQ` and 32 hexadecimal digits."""
        return pulumi.get(self, "sid")

    @property
    @pulumi.getter(name="workspaceSid")
    def workspace_sid(self) -> str:
        """The workspace's SID."""
        return pulumi.get(self, "workspace_sid")

    @property
    @pulumi.getter(name="accountSid")
    def account_sid(self) -> str:
        """The account's SID."""
        return pulumi.get(self, "account_sid")

    @property
    @pulumi.getter(name="friendlyName")
    def friendly_name(self) -> str:
        """The queue's name at Twilio."""
        return pulumi.get(self, "friendly_name")

    @property
    @pulumi.getter(name="targetWorkers")
    def target_workers(self) -> str | None:
        """Which workers may get its tasks; None for no worker."""
        return pulumi.get(self, "target_workers")

    @property
    @pulumi.getter(name="maxReservedWorkers")
    def max_reserved_workers(self) -> int:
        """How many workers are reserved for one task."""
        return pulumi.get(self, "max_reserved_workers")

    @property
    @pulumi.getter(name="taskOrder")
    def task_order(self) -> str:
        """`FIFO` or `LIFO`."""
        return pulumi.get(self, "task_order")

    @property
    @pulumi.getter(name="reservationActivitySid")
    def reservation_activity_sid(self) -> str | None:
        """The activity of a worker for whom a task is reserved."""
        return pulumi.get(self, "reservation_activity_sid")

    @property
    @pulumi.getter(name="assignmentActivitySid")
    def assignment_activity_sid(self) -> str | None:
        """The activity of a worker who accepted a task."""
        return pulumi.get(self, "assignment_activity_sid")

    @property
    @pulumi.getter(name="dateCreated")
    def date_created(self) -> str:
        """When Twilio created it, ISO 8601 in UTC."""
        return pulumi.get(self, "date_created")


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
    result: GetTaskQueueResult = invoke(_TOKEN, arguments, opts, typ=GetTaskQueueResult).value
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
        _TOKEN, arguments, opts, typ=GetTaskQueueResult
    )
    return result
