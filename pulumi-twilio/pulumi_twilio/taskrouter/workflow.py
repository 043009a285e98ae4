"""The workflow as a resource of a program."""
# What `pulumi.get` returns has no type in Pulumi's SDK; the getters' annotations give it.
# mypy: disable-error-code="no-any-return"

from collections.abc import Mapping
from typing import Any, Self

import pulumi

_TOKEN = "twilio:taskrouter:Workflow"  # noqa: S105 - a type token, not a secret
_INPUTS_READ = (
    "workspace_sid",
    "friendly_name",
    "configuration",
    "task_reservation_timeout",
    "assignment_callback_url",
    "fallback_assignment_callback_url",
)
_OUTPUTS = ("sid", "account_sid", "date_created", "adopted")


@pulumi.type_token(_TOKEN)
class Workflow(pulumi.CustomResource):
    """A workflow: https://www.twilio.com/docs/taskrouter/api/workflow.

    Import one with `pulumi import twilio:taskrouter:Workflow <name> WS…/WW…`.

    Parameters
    ----------
    resource_name
        Its name in the program.
    opts
        Pulumi's resource options.
    workspace_sid
        The workspace, `WS` and 32 hexadecimal digits. Another one replaces the workflow.
    friendly_name
        Its name at Twilio.
    configuration
        The rules that route tasks, as a dictionary with the keys of Twilio's documentation
        (`task_routing` and below) or as JSON:
        https://www.twilio.com/docs/taskrouter/workflow-configuration. The order of keys and white
        space make no difference.
    task_reservation_timeout
        Seconds that a worker has to accept a task, 1 to 86,400; Twilio's default is 120.
    assignment_callback_url, fallback_assignment_callback_url
        What Twilio calls when a task is assigned, and when that call fails.
    adopt_existing
        True to use the workflow of that friendly name if the workspace has one. What is declared
        is then changed on it, the rest stays as it is, and it is never deleted.
    """

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        workspace_sid: pulumi.Input[str],
        friendly_name: pulumi.Input[str],
        configuration: pulumi.Input[Mapping[str, Any] | str],
        task_reservation_timeout: pulumi.Input[int] | None = None,
        assignment_callback_url: pulumi.Input[str] | None = None,
        fallback_assignment_callback_url: pulumi.Input[str] | None = None,
        adopt_existing: pulumi.Input[bool] | None = None,
    ) -> None:
        inputs = {
            "workspace_sid": workspace_sid,
            "friendly_name": friendly_name,
            "configuration": configuration,
            "task_reservation_timeout": task_reservation_timeout,
            "assignment_callback_url": assignment_callback_url,
            "fallback_assignment_callback_url": fallback_assignment_callback_url,
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
        """Read a workflow that the program does not manage.

        Parameters
        ----------
        resource_name
            Its name in the program.
        id
            `WS…/WW…`: the workspace's SID and the workflow's.
        opts
            Pulumi's resource options.

        Returns
        -------
        Workflow
            The workflow.
        """
        found = cls.__new__(cls)
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        names = (*_INPUTS_READ, *_OUTPUTS)
        pulumi.CustomResource.__init__(found, _TOKEN, resource_name, dict.fromkeys(names), opts)
        return found

    @property
    @pulumi.getter
    def sid(self) -> pulumi.Output[str]:
        """The workflow's SID, `WW` and 32 hexadecimal digits."""
        return pulumi.get(self, "sid")

    @property
    @pulumi.getter(name="workspaceSid")
    def workspace_sid(self) -> pulumi.Output[str]:
        """The workspace's SID."""
        return pulumi.get(self, "workspace_sid")

    @property
    @pulumi.getter(name="friendlyName")
    def friendly_name(self) -> pulumi.Output[str]:
        """The workflow's name at Twilio."""
        return pulumi.get(self, "friendly_name")

    @property
    @pulumi.getter
    def configuration(self) -> pulumi.Output[str]:
        """The rules that route tasks, as JSON."""
        return pulumi.get(self, "configuration")

    @property
    @pulumi.getter(name="taskReservationTimeout")
    def task_reservation_timeout(self) -> pulumi.Output[int]:
        """Seconds that a worker has to accept a task."""
        return pulumi.get(self, "task_reservation_timeout")

    @property
    @pulumi.getter(name="assignmentCallbackUrl")
    def assignment_callback_url(self) -> pulumi.Output[str | None]:
        """What Twilio calls when a task is assigned."""
        return pulumi.get(self, "assignment_callback_url")

    @property
    @pulumi.getter(name="fallbackAssignmentCallbackUrl")
    def fallback_assignment_callback_url(self) -> pulumi.Output[str | None]:
        """What Twilio calls when that call fails."""
        return pulumi.get(self, "fallback_assignment_callback_url")

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
