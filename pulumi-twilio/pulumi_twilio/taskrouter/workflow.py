"""The workflow as a resource of a program."""

from collections.abc import Mapping
from typing import Any, Self

import pulumi

_TOKEN = "twilio:taskrouter:Workflow"  # noqa: S105 - a type token, not a secret


@pulumi.input_type
class _WorkflowArgs:
    """Pulumi's names of the arguments."""

    workspace_sid: pulumi.Input[str] = pulumi.property("workspaceSid")
    friendly_name: pulumi.Input[str] = pulumi.property("friendlyName")
    configuration: pulumi.Input[Mapping[str, Any] | str] = pulumi.property("configuration")
    task_reservation_timeout: pulumi.Input[int] | None = pulumi.property("taskReservationTimeout")
    assignment_callback_url: pulumi.Input[str] | None = pulumi.property("assignmentCallbackUrl")
    fallback_assignment_callback_url: pulumi.Input[str] | None = pulumi.property(
        "fallbackAssignmentCallbackUrl"
    )
    adopt_existing: pulumi.Input[bool] | None = pulumi.property("adoptExisting")


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

    sid: pulumi.Output[str] = pulumi.property("sid")
    """The workflow's SID, `WW` and 32 hexadecimal digits."""
    workspace_sid: pulumi.Output[str] = pulumi.property("workspaceSid")
    """The workspace's SID."""
    friendly_name: pulumi.Output[str] = pulumi.property("friendlyName")
    """The workflow's name at Twilio."""
    configuration: pulumi.Output[str] = pulumi.property("configuration")
    """The rules that route tasks, as JSON."""
    task_reservation_timeout: pulumi.Output[int] = pulumi.property("taskReservationTimeout")
    """Seconds that a worker has to accept a task."""
    assignment_callback_url: pulumi.Output[str | None] = pulumi.property("assignmentCallbackUrl")
    """What Twilio calls when a task is assigned."""
    fallback_assignment_callback_url: pulumi.Output[str | None] = pulumi.property(
        "fallbackAssignmentCallbackUrl"
    )
    """What Twilio calls when that call fails."""
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
        configuration: pulumi.Input[Mapping[str, Any] | str],
        task_reservation_timeout: pulumi.Input[int] | None = None,
        assignment_callback_url: pulumi.Input[str] | None = None,
        fallback_assignment_callback_url: pulumi.Input[str] | None = None,
        adopt_existing: pulumi.Input[bool] | None = None,
    ) -> None:
        arguments = _arguments(
            workspace_sid=workspace_sid,
            friendly_name=friendly_name,
            configuration=configuration,
            task_reservation_timeout=task_reservation_timeout,
            assignment_callback_url=assignment_callback_url,
            fallback_assignment_callback_url=fallback_assignment_callback_url,
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
        pulumi.CustomResource.__init__(found, _TOKEN, resource_name, _arguments(), opts)
        return found


def _arguments(**inputs: object) -> Any:
    # Any, because Pulumi's annotation asks for a mapping where it also takes an input type.
    arguments = _WorkflowArgs.__new__(_WorkflowArgs)
    # Pulumi resolves the outputs that are named here, so all are.
    arguments.__dict__.update(dict.fromkeys(Workflow.__annotations__), **inputs)
    return arguments
