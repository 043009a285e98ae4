"""Twilio Flex and TaskRouter as Pulumi resources.

What a Pulumi program imports: `import pulumi_twilio as twilio`. The classes and functions are
generated, in `pulumi_twilio.sdk`. The provider behind them, which the engine runs as a process
of its own, is in `pulumi_twilio.provider`; no program loads it.
"""

from pulumi_twilio import conversations, events, flex, studio, taskrouter
from pulumi_twilio.sdk import Provider, ProviderArgs
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
    "ProviderArgs",
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
