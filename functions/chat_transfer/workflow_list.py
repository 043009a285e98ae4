"""The workflows that an agent may choose from."""

from twilio.rest import Client

from chat_transfer.budget import Budget
from chat_transfer.retries import RetryPolicy
from chat_transfer.settings import Settings
from chat_transfer.taskrouter import TaskRouter, Workflow
from chat_transfer.tokens import validate_token


def list_workflows(
    settings: Settings, client: Client, budget: Budget, token: str
) -> list[Workflow]:
    """List the workspace's workflows, by name without regard to case, then by SID.

    Raises
    ------
    Forbidden
        The token is not valid; then the workflows are not even read.
    TwilioFailure
        Twilio could not be asked.
    """
    retries = RetryPolicy(budget)
    validate_token(client, settings.account_sid, token, retries)
    workflows = TaskRouter(client, settings.workspace_sid, retries).workflows()
    return sorted(workflows, key=lambda one: (one.friendly_name.casefold(), one.sid))
