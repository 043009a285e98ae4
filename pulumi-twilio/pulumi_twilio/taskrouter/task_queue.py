"""The task queue as a resource of a program."""
# What `pulumi.get` returns has no type in Pulumi's SDK; the getters' annotations give it.
# mypy: disable-error-code="no-any-return"

from typing import Self

import pulumi

_TOKEN = "twilio:taskrouter:TaskQueue"  # noqa: S105 - a type token, not a secret
_INPUTS_READ = (
    "workspace_sid",
    "friendly_name",
    "target_workers",
    "max_reserved_workers",
    "task_order",
    "reservation_activity_sid",
    "assignment_activity_sid",
)
_OUTPUTS = ("sid", "account_sid", "date_created", "adopted")


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
        inputs = {
            "workspace_sid": workspace_sid,
            "friendly_name": friendly_name,
            "target_workers": target_workers,
            "max_reserved_workers": max_reserved_workers,
            "task_order": task_order,
            "reservation_activity_sid": reservation_activity_sid,
            "assignment_activity_sid": assignment_activity_sid,
            # Not an output, so it has no getter to take Pulumi's name from.
            "adoptExisting": adopt_existing,
        }
        super().__init__(_TOKEN, resource_name, {**inputs, **dict.fromkeys(_OUTPUTS)}, opts)

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
        names = (*_INPUTS_READ, *_OUTPUTS)
        pulumi.CustomResource.__init__(found, _TOKEN, resource_name, dict.fromkeys(names), opts)
        return found

    @property
    @pulumi.getter
    def sid(self) -> pulumi.Output[str]:
        """The queue's SID, `WQ` and 32 hexadecimal digits."""
        return pulumi.get(self, "sid")

    @property
    @pulumi.getter(name="workspaceSid")
    def workspace_sid(self) -> pulumi.Output[str]:
        """The workspace's SID."""
        return pulumi.get(self, "workspace_sid")

    @property
    @pulumi.getter(name="friendlyName")
    def friendly_name(self) -> pulumi.Output[str]:
        """The queue's name at Twilio."""
        return pulumi.get(self, "friendly_name")

    @property
    @pulumi.getter(name="targetWorkers")
    def target_workers(self) -> pulumi.Output[str]:
        """Which workers may get its tasks."""
        return pulumi.get(self, "target_workers")

    @property
    @pulumi.getter(name="maxReservedWorkers")
    def max_reserved_workers(self) -> pulumi.Output[int]:
        """How many workers are reserved for one task."""
        return pulumi.get(self, "max_reserved_workers")

    @property
    @pulumi.getter(name="taskOrder")
    def task_order(self) -> pulumi.Output[str]:
        """`FIFO` or `LIFO`."""
        return pulumi.get(self, "task_order")

    @property
    @pulumi.getter(name="reservationActivitySid")
    def reservation_activity_sid(self) -> pulumi.Output[str | None]:
        """The activity of a worker for whom a task is reserved."""
        return pulumi.get(self, "reservation_activity_sid")

    @property
    @pulumi.getter(name="assignmentActivitySid")
    def assignment_activity_sid(self) -> pulumi.Output[str | None]:
        """The activity of a worker who accepted a task."""
        return pulumi.get(self, "assignment_activity_sid")

    @property
    @pulumi.getter(name="accountSid")
    def account_sid(self) -> pulumi.Output[str]:
        """The account's SID."""
        return pulumi.get(self, "account_sid")

    @property
    @pulumi.getter(name="dateCreated")
    def date_created(self) -> pulumi.Output[str]:
        """When Twilio created it, ISO 8601 in UTC."""
        return pulumi.get(self, "date_created")

    @property
    @pulumi.getter
    def adopted(self) -> pulumi.Output[bool]:
        """True when it was there before: it is then never deleted."""
        return pulumi.get(self, "adopted")
