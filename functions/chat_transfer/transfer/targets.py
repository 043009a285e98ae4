"""Lists what a task can be transferred to, as the directory of a Flex plugin shows it."""

from collections.abc import Iterable, Mapping
from typing import Any

from aws_lambda_powertools import Logger

from chat_transfer.transfer.routing import configuration_of, routed_queues
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import TwilioFailure
from chat_transfer.twilio.taskrouter import Named

logger = Logger(child=True)

AVAILABLE_SECONDS = 5.0


def workflows(twilio: Twilio) -> list[dict[str, Any]]:
    """The workflows of the workspace without the transfer workflow, which is no target.

    Returns
    -------
    list of dict
        Each with ``sid`` and ``friendlyName``, by name without regard to case, then by SID.
    """
    own_sid = twilio.settings.transfer_workflow_sid
    return _by_name(one for one in twilio.taskrouter.workflows() if one.sid != own_sid)


def queues(twilio: Twilio) -> list[dict[str, Any]]:
    """The task queues that the transfer workflow routes to.

    Returns
    -------
    list of dict
        As `workflows`, and with ``availableWorkers``: how many agents were available some seconds
        ago, None if Twilio does not say.
    """
    routed = routed_queues(configuration_of(twilio))
    listed = _by_name(one for one in twilio.taskrouter.task_queues() if one.sid in routed)
    numbers = twilio.threads.map(lambda one: _available_workers(twilio, one), listed)
    return [
        {**one, "availableWorkers": number} for one, number in zip(listed, numbers, strict=True)
    ]


def _available_workers(twilio: Twilio, queue: Mapping[str, Any]) -> int | None:
    sid = queue["sid"]
    try:
        return twilio.warm.get(
            f"workers of {sid}", AVAILABLE_SECONDS, lambda: twilio.taskrouter.available_workers(sid)
        )
    except TwilioFailure as failure:
        logger.warning("available workers not known", queue_sid=sid, failure=repr(failure))
        return None


def _by_name(targets: Iterable[Named]) -> list[dict[str, Any]]:
    ordered = sorted(targets, key=lambda one: (one.friendly_name.casefold(), one.sid))
    return [{"sid": one.sid, "friendlyName": one.friendly_name} for one in ordered]
