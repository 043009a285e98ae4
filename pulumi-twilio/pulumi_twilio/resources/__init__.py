"""The resources that the provider knows, by their type tokens."""

from typing import Any

from pulumi_twilio.resources.lifecycle import Lifecycle
from pulumi_twilio.resources.task_queue import TaskQueues
from pulumi_twilio.resources.workflow import Workflows

RESOURCES: dict[str, Lifecycle[Any]] = {
    lifecycle.token: lifecycle for lifecycle in (TaskQueues(), Workflows())
}
