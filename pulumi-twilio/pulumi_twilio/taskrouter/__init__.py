"""The resources and functions of TaskRouter."""

from pulumi_twilio.taskrouter.get_task_queue import (
    GetTaskQueueResult,
    get_task_queue,
    get_task_queue_output,
)
from pulumi_twilio.taskrouter.task_queue import TaskQueue
from pulumi_twilio.taskrouter.workflow import Workflow

__all__ = [
    "GetTaskQueueResult",
    "TaskQueue",
    "Workflow",
    "get_task_queue",
    "get_task_queue_output",
]
