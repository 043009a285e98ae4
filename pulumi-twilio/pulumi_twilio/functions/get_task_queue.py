"""`twilio:taskrouter:getTaskQueue`: find a queue by its friendly name, or by its SID."""

import difflib
from collections.abc import Sequence
from typing import Final

from pulumi.provider.experimental.provider import CheckFailure
from twilio.rest import Client

from pulumi_twilio.errors import AmbiguousError, GoneError, NotFoundError, asking_twilio
from pulumi_twilio.property_values import Properties
from pulumi_twilio.resources import properties as rule
from pulumi_twilio.resources.properties import Property
from pulumi_twilio.resources.task_queue import TaskQueues, TaskQueueState

TOKEN = "twilio:taskrouter:getTaskQueue"  # noqa: S105 - a function token, not a secret

_MOST_LISTED: Final = 10

ARGUMENTS = (
    Property("workspaceSid", rule.sid("WS"), required=True),
    Property("friendlyName", rule.name),
    Property("sid", rule.sid("WQ")),
)


def check(arguments: Properties) -> list[CheckFailure]:
    """Find what is wrong with the arguments.

    Parameters
    ----------
    arguments
        What the program gave.

    Returns
    -------
    list
        One failure for each thing wrong.
    """
    failures = rule.check(ARGUMENTS, arguments)
    if not failures and ("friendlyName" in arguments) == ("sid" in arguments):
        failures.append(CheckFailure("friendlyName", "give friendlyName or sid, one of the two"))
    return failures


def run(client: Client, arguments: Properties) -> Properties:
    """Find the queue.

    Parameters
    ----------
    client
        Whom to ask.
    arguments
        What `check` found nothing wrong with. A `friendlyName` that is the SID of a queue of the
        workspace finds that queue, so that settings may hold either.

    Returns
    -------
    Properties
        The queue's outputs.

    Raises
    ------
    NotFoundError
        The workspace has no such queue; the message names those it has.
    AmbiguousError
        More than one queue has that name.
    TwilioFailedError
        Twilio refused, failed or could not be reached.
    """
    workspace_sid = arguments["workspaceSid"]
    wanted = arguments.get("sid") or arguments["friendlyName"]
    try:
        with asking_twilio(f"list the task queues of {workspace_sid}"):
            queues = TaskQueues().all(client.taskrouter.v1.workspaces(workspace_sid))
    except GoneError as error:
        raise NotFoundError(
            f"the account has no workspace {workspace_sid}: check workspaceSid"
        ) from error
    queue = _the_one(workspace_sid, queues, wanted, by_name="sid" not in arguments)
    outputs = queue.outputs(adopted=False)
    del outputs["adopted"]
    return outputs


def _the_one(
    workspace_sid: str, queues: Sequence[TaskQueueState], wanted: str, *, by_name: bool
) -> TaskQueueState:
    found = [queue for queue in queues if queue.sid == wanted]
    if by_name and not found:
        found = [queue for queue in queues if queue.friendly_name == wanted]
    if not found:
        raise NotFoundError(f"{workspace_sid} has no task queue {wanted!r}. {_has(queues, wanted)}")
    if len(found) > 1:
        raise AmbiguousError(
            f"{workspace_sid} has {len(found)} task queues named {wanted!r}: give the SID of one "
            f"instead. It has: {_listed(queues)}"
        )
    return found[0]


def _has(queues: Sequence[TaskQueueState], wanted: str) -> str:
    """Say which there are: all of a few, or those of many whose names are close."""
    if len(queues) <= _MOST_LISTED:
        return f"It has: {_listed(queues) or 'none'}"
    names = {queue.friendly_name for queue in queues}
    close = difflib.get_close_matches(wanted, names, n=_MOST_LISTED)
    found = _listed([queue for queue in queues if queue.friendly_name in close])
    return f"It has {len(queues)}, such as {found}" if found else f"It has {len(queues)} others"


def _listed(queues: Sequence[TaskQueueState]) -> str:
    ordered = sorted(queues, key=lambda queue: (queue.friendly_name.casefold(), queue.sid))
    return ", ".join(f"{queue.friendly_name} ({queue.sid})" for queue in ordered)
