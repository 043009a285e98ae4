"""The resources and look-ups of TaskRouter."""

from pulumi_twilio.taskrouter.activity import Activity
from pulumi_twilio.taskrouter.find import (
    GetActivitiesResult,
    GetActivityResult,
    GetTaskChannelResult,
    GetTaskChannelsResult,
    GetTaskQueueResult,
    GetTaskQueuesResult,
    GetWorkerResult,
    GetWorkersResult,
    GetWorkflowResult,
    GetWorkflowsResult,
    GetWorkspaceResult,
    GetWorkspacesResult,
    get_activities,
    get_activity,
    get_task_channel,
    get_task_channels,
    get_task_queue,
    get_task_queue_output,
    get_task_queues,
    get_worker,
    get_workers,
    get_workflow,
    get_workflows,
    get_workspace,
    get_workspaces,
)
from pulumi_twilio.taskrouter.task_channel import TaskChannel
from pulumi_twilio.taskrouter.task_queue import TaskQueue
from pulumi_twilio.taskrouter.worker import Worker
from pulumi_twilio.taskrouter.workflow import Workflow
from pulumi_twilio.taskrouter.workspace import Workspace

__all__ = [
    "Activity",
    "GetActivitiesResult",
    "GetActivityResult",
    "GetTaskChannelResult",
    "GetTaskChannelsResult",
    "GetTaskQueueResult",
    "GetTaskQueuesResult",
    "GetWorkerResult",
    "GetWorkersResult",
    "GetWorkflowResult",
    "GetWorkflowsResult",
    "GetWorkspaceResult",
    "GetWorkspacesResult",
    "TaskChannel",
    "TaskQueue",
    "Worker",
    "Workflow",
    "Workspace",
    "get_activities",
    "get_activity",
    "get_task_channel",
    "get_task_channels",
    "get_task_queue",
    "get_task_queue_output",
    "get_task_queues",
    "get_worker",
    "get_workers",
    "get_workflow",
    "get_workflows",
    "get_workspace",
    "get_workspaces",
]
