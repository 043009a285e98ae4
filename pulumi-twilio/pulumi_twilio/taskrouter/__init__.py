"""The resources and functions of TaskRouter."""

from pulumi_twilio.taskrouter.activity import Activity
from pulumi_twilio.taskrouter.get_task_queue import (
    GetTaskQueueResult,
    get_task_queue,
    get_task_queue_output,
)
from pulumi_twilio.taskrouter.task_channel import TaskChannel
from pulumi_twilio.taskrouter.task_queue import TaskQueue
from pulumi_twilio.taskrouter.workflow import Workflow
from pulumi_twilio.taskrouter.workspace import Workspace

__all__ = [
    "Activity",
    "GetTaskQueueResult",
    "TaskChannel",
    "TaskQueue",
    "Workflow",
    "Workspace",
    "get_task_queue",
    "get_task_queue_output",
]
