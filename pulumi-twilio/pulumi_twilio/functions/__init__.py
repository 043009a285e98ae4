"""The provider functions, by their tokens."""

from collections.abc import Callable

from twilio.rest import Client

from pulumi_twilio.functions import get_task_queue
from pulumi_twilio.property_values import Properties

FUNCTIONS: dict[str, Callable[[Client, Properties], Properties]] = {
    get_task_queue.TOKEN: get_task_queue.run,
}
CHECKS = {get_task_queue.TOKEN: get_task_queue.check}
