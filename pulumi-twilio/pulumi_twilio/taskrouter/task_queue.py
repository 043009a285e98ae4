"""The task queue as a resource of a program."""

from typing import Any, Self

import pulumi

_TOKEN = "twilio:taskrouter:TaskQueue"  # noqa: S105 - a type token, not a secret


@pulumi.input_type
class _TaskQueueArgs:
    """Pulumi's names of the arguments."""

    workspace_sid: pulumi.Input[str] = pulumi.property("workspaceSid")
    friendly_name: pulumi.Input[str] = pulumi.property("friendlyName")
    target_workers: pulumi.Input[str] | None = pulumi.property("targetWorkers")
    max_reserved_workers: pulumi.Input[int] | None = pulumi.property("maxReservedWorkers")
    task_order: pulumi.Input[str] | None = pulumi.property("taskOrder")
    reservation_activity_sid: pulumi.Input[str] | None = pulumi.property("reservationActivitySid")
    assignment_activity_sid: pulumi.Input[str] | None = pulumi.property("assignmentActivitySid")
    adopt_existing: pulumi.Input[bool] | None = pulumi.property("adoptExisting")


@pulumi.type_token(_TOKEN)
class TaskQueue(pulumi.CustomResource):
    """A task queue: https://www.twilio.com/docs/taskrouter/api/task-queue.

    Import one with `pulumi import twilio:taskrouter:TaskQueue <name> WS…/WQ…`.

    Parameters
    ----------
    resource_name
        Its name in the program.
    opts
        Pulumi's resource options.
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
    reservation_activity_sid, assignment_activity_sid
        The activities (`WA…`) that a worker is put in when a task is reserved and accepted.
    adopt_existing
        True to use the queue of that friendly name if the workspace has one. What is declared is
        then changed on it, the rest stays as it is, and it is never deleted.
    """

    sid: pulumi.Output[str] = pulumi.property("sid")
    """The queue's SID, `WQ` and 32 hexadecimal digits."""
    workspace_sid: pulumi.Output[str] = pulumi.property("workspaceSid")
    """The workspace's SID."""
    friendly_name: pulumi.Output[str] = pulumi.property("friendlyName")
    """The queue's name at Twilio."""
    target_workers: pulumi.Output[str] = pulumi.property("targetWorkers")
    """Which workers may get its tasks."""
    max_reserved_workers: pulumi.Output[int] = pulumi.property("maxReservedWorkers")
    """How many workers are reserved for one task."""
    task_order: pulumi.Output[str] = pulumi.property("taskOrder")
    """`FIFO` or `LIFO`."""
    reservation_activity_sid: pulumi.Output[str | None] = pulumi.property("reservationActivitySid")
    """The activity of a worker for whom a task is reserved."""
    assignment_activity_sid: pulumi.Output[str | None] = pulumi.property("assignmentActivitySid")
    """The activity of a worker who accepted a task."""
    account_sid: pulumi.Output[str] = pulumi.property("accountSid")
    """The account's SID."""
    date_created: pulumi.Output[str] = pulumi.property("dateCreated")
    """When Twilio created it, ISO 8601 in UTC."""
    adopted: pulumi.Output[bool] = pulumi.property("adopted")
    """True when it was there before: it is then never deleted."""

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        workspace_sid: pulumi.Input[str],
        friendly_name: pulumi.Input[str],
        target_workers: pulumi.Input[str] | None = None,
        max_reserved_workers: pulumi.Input[int] | None = None,
        task_order: pulumi.Input[str] | None = None,
        reservation_activity_sid: pulumi.Input[str] | None = None,
        assignment_activity_sid: pulumi.Input[str] | None = None,
        adopt_existing: pulumi.Input[bool] | None = None,
    ) -> None:
        arguments = _arguments(
            workspace_sid=workspace_sid,
            friendly_name=friendly_name,
            target_workers=target_workers,
            max_reserved_workers=max_reserved_workers,
            task_order=task_order,
            reservation_activity_sid=reservation_activity_sid,
            assignment_activity_sid=assignment_activity_sid,
            adopt_existing=adopt_existing,
        )
        super().__init__(_TOKEN, resource_name, arguments, opts)

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],  # noqa: A002 - Pulumi's name for it
        opts: pulumi.ResourceOptions | None = None,
    ) -> Self:
        """Read a queue that the program does not manage.

        Parameters
        ----------
        resource_name
            Its name in the program.
        id
            `WS…/WQ…`: the workspace's SID and the queue's.
        opts
            Pulumi's resource options.

        Returns
        -------
        TaskQueue
            The queue.
        """
        found = cls.__new__(cls)
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        pulumi.CustomResource.__init__(found, _TOKEN, resource_name, _arguments(), opts)
        return found


def _arguments(**inputs: object) -> Any:
    # Any, because Pulumi's annotation asks for a mapping where it also takes an input type.
    arguments = _TaskQueueArgs.__new__(_TaskQueueArgs)
    # Pulumi resolves the outputs that are named here, so all are.
    arguments.__dict__.update(dict.fromkeys(TaskQueue.__annotations__), **inputs)
    return arguments
