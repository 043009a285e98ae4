"""Twilio Flex and TaskRouter as Pulumi resources.

What a Pulumi program imports: `import pulumi_twilio as twilio`. The provider behind it, which the
Pulumi engine runs as a process of its own, is in `pulumi_twilio.provider`; no program loads it.
"""

from pulumi_twilio import conversations, events, flex, studio, taskrouter
from pulumi_twilio.provider_resource import Provider
from pulumi_twilio.taskrouter import (
    GetTaskQueueResult,
    TaskQueue,
    Workflow,
    get_task_queue,
    get_task_queue_output,
)

__all__ = [
    "GetTaskQueueResult",
    "Provider",
    "TaskQueue",
    "Workflow",
    "conversations",
    "events",
    "flex",
    "get_task_queue",
    "get_task_queue_output",
    "studio",
    "taskrouter",
]
