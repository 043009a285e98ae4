"""What one invocation speaks to Twilio with, handed on as one thing."""

from dataclasses import dataclass, field

from twilio.rest import Client

from chat_transfer.budget import Budget
from chat_transfer.retries import RetryPolicy
from chat_transfer.settings import Settings
from chat_transfer.taskrouter import TaskRouter
from chat_transfer.warm_cache import WarmCache


@dataclass(frozen=True, slots=True)
class TwilioContext:
    """The Twilio of one invocation.

    Attributes
    ----------
    client : Client
        Its calls end within the time of `budget`.
    warm : WarmCache
        Shared by the invocations of a warm function.
    """

    settings: Settings
    client: Client
    budget: Budget
    warm: WarmCache
    retries: RetryPolicy = field(init=False)
    taskrouter: TaskRouter = field(init=False)

    def __post_init__(self) -> None:
        retries = RetryPolicy(self.budget)
        taskrouter = TaskRouter(self.client, self.settings.workspace_sid, retries)
        object.__setattr__(self, "retries", retries)
        object.__setattr__(self, "taskrouter", taskrouter)
