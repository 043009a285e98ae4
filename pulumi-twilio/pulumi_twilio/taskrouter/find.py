"""Look-ups of what the program does not manage: `get_task_queue`, `get_workers` and so on."""

from collections.abc import Sequence
from typing import Generic, TypeVar

import pulumi
from pulumi.runtime import invoke, invoke_output

from pulumi_twilio.declaration import camel

R = TypeVar("R")


class Find(Generic[R]):
    """A look-up, called as a function: `get_task_queue(workspace_sid=…, friendly_name="Sales")`.

    Parameters
    ----------
    workspace_sid
        The workspace, `WS` and 32 hexadecimal digits. Not for workspaces themselves.
    friendly_name
        The name at Twilio. For one object a SID is taken here too; a list has only those of it.
    sid
        The SID of one object, instead of a name.
    unique_name
        The name that tells task channels apart, such as `voice`.
    task_queue_sid
        Of workers: only those whom a task queue finds eligible, `WQ` and 32 hexadecimal digits.
    """

    def __init__(self, token: str, result: type[R]) -> None:
        self.token = token
        self.result = result

    def __call__(
        self,
        *,
        workspace_sid: str | None = None,
        friendly_name: str | None = None,
        sid: str | None = None,
        unique_name: str | None = None,
        task_queue_sid: str | None = None,
        opts: pulumi.InvokeOptions | None = None,
    ) -> R:
        """Find one object, or list them with one call per page.

        Raises
        ------
        Exception
            There is no such object, or more than one: the message names those that exist.
        """
        arguments = {
            "workspaceSid": workspace_sid,
            "friendlyName": friendly_name,
            "sid": sid,
            "uniqueName": unique_name,
            "taskQueueSid": task_queue_sid,
        }
        found: R = invoke(self.token, arguments, opts, typ=self.result).value
        return found

    def output(
        self,
        *,
        workspace_sid: pulumi.Input[str] | None = None,
        friendly_name: pulumi.Input[str] | None = None,
        sid: pulumi.Input[str] | None = None,
        unique_name: pulumi.Input[str] | None = None,
        task_queue_sid: pulumi.Input[str] | None = None,
        opts: pulumi.InvokeOutputOptions | None = None,
    ) -> pulumi.Output[R]:
        """Find it by arguments that may be outputs."""
        arguments = {
            "workspaceSid": workspace_sid,
            "friendlyName": friendly_name,
            "sid": sid,
            "uniqueName": unique_name,
            "taskQueueSid": task_queue_sid,
        }
        found: pulumi.Output[R] = invoke_output(self.token, arguments, opts, typ=self.result)
        return found


def _result(cls: type[R]) -> type[R]:
    """Give the fields of a result the names that Pulumi uses."""
    for name in cls.__annotations__:
        setattr(cls, name, pulumi.property(camel(name)))
    return pulumi.output_type(cls)


@_result
class GetWorkspaceResult(dict[str, object]):
    """A workspace of the account."""

    sid: str
    account_sid: str
    friendly_name: str
    default_activity_sid: str | None
    timeout_activity_sid: str | None
    event_callback_url: str | None
    events_filter: str | None
    multi_task_enabled: bool
    prioritize_queue_order: str
    date_created: str


@_result
class GetActivityResult(dict[str, object]):
    """An activity of the workspace."""

    sid: str
    account_sid: str
    workspace_sid: str
    friendly_name: str
    available: bool
    date_created: str


@_result
class GetTaskQueueResult(dict[str, object]):
    """A task queue of the workspace."""

    sid: str
    account_sid: str
    workspace_sid: str
    friendly_name: str
    target_workers: str | None
    max_reserved_workers: int
    task_order: str
    reservation_activity_sid: str | None
    assignment_activity_sid: str | None
    date_created: str


@_result
class GetWorkflowResult(dict[str, object]):
    """A workflow of the workspace."""

    sid: str
    account_sid: str
    workspace_sid: str
    friendly_name: str
    configuration: str
    task_reservation_timeout: int
    assignment_callback_url: str | None
    fallback_assignment_callback_url: str | None
    date_created: str


@_result
class GetTaskChannelResult(dict[str, object]):
    """A task channel of the workspace."""

    sid: str
    account_sid: str
    workspace_sid: str
    unique_name: str
    friendly_name: str
    channel_optimized_routing: bool
    date_created: str


@_result
class GetWorkerResult(dict[str, object]):
    """A worker of the workspace."""

    sid: str
    account_sid: str
    workspace_sid: str
    friendly_name: str
    attributes: str | None
    activity_sid: str
    activity_name: str
    available: bool
    date_created: str


@_result
class GetWorkspacesResult(dict[str, object]):
    """Workspaces of the account."""

    workspaces: Sequence[GetWorkspaceResult]


@_result
class GetActivitiesResult(dict[str, object]):
    """Activities of the workspace."""

    activities: Sequence[GetActivityResult]


@_result
class GetTaskQueuesResult(dict[str, object]):
    """Task queues of the workspace."""

    task_queues: Sequence[GetTaskQueueResult]


@_result
class GetWorkflowsResult(dict[str, object]):
    """Workflows of the workspace."""

    workflows: Sequence[GetWorkflowResult]


@_result
class GetTaskChannelsResult(dict[str, object]):
    """Task channels of the workspace."""

    task_channels: Sequence[GetTaskChannelResult]


@_result
class GetWorkersResult(dict[str, object]):
    """Workers of the workspace."""

    workers: Sequence[GetWorkerResult]


get_workspace = Find("twilio:taskrouter:getWorkspace", GetWorkspaceResult)
get_workspaces = Find("twilio:taskrouter:getWorkspaces", GetWorkspacesResult)
get_activity = Find("twilio:taskrouter:getActivity", GetActivityResult)
get_activities = Find("twilio:taskrouter:getActivities", GetActivitiesResult)
get_task_queue = Find("twilio:taskrouter:getTaskQueue", GetTaskQueueResult)
get_task_queue_output = get_task_queue.output
get_task_queues = Find("twilio:taskrouter:getTaskQueues", GetTaskQueuesResult)
get_workflow = Find("twilio:taskrouter:getWorkflow", GetWorkflowResult)
get_workflows = Find("twilio:taskrouter:getWorkflows", GetWorkflowsResult)
get_task_channel = Find("twilio:taskrouter:getTaskChannel", GetTaskChannelResult)
get_task_channels = Find("twilio:taskrouter:getTaskChannels", GetTaskChannelsResult)
get_worker = Find("twilio:taskrouter:getWorker", GetWorkerResult)
get_workers = Find("twilio:taskrouter:getWorkers", GetWorkersResult)
