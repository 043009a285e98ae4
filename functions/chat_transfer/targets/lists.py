"""Lists what a task can be transferred to, as the directory of a Flex plugin shows it."""

from collections.abc import Iterable
from typing import Any

from chat_transfer.targets import allowed, availability
from chat_transfer.targets.routing import configuration_of, routed_queues
from chat_transfer.twilio.agents import Caller
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.tasks import Named


def workflows(twilio: Twilio, caller: Caller) -> list[dict[str, Any]]:
    """The workflows of the workspace that are targets of the stack, and of the caller.

    Returns
    -------
    list of dict
        Each with ``sid`` and ``friendlyName``, by name without regard to case, then by SID.
    """
    names = allowed.names_of(twilio, caller)
    return _by_name(
        one
        for one in twilio.taskrouter.workflows()
        if allowed.is_target(twilio.settings, one) and allowed.is_allowed(names, one)
    )


def queues(twilio: Twilio, caller: Caller, task_sid: str | None) -> list[dict[str, Any]]:
    """The task queues that the transfer workflow routes to, as far as they are the caller's.

    Parameters
    ----------
    task_sid : str or None
        The task that is to be transferred.

    Returns
    -------
    list of dict
        As `workflows`, and with ``availableWorkers``: how many agents were available some seconds
        ago. For a task also ``availableAgents``: how many of them could take it. None is not known.
    """
    submit = twilio.threads.submit
    asked = submit(availability.asked_by, twilio, caller, task_sid) if task_sid else None
    routed = routed_queues(configuration_of(twilio))
    names = allowed.names_of(twilio, caller)
    listed = _by_name(
        one
        for one in twilio.taskrouter.task_queues()
        if one.sid in routed and allowed.is_allowed(names, one)
    )
    sids = [one["sid"] for one in listed]
    numbers = availability.of_queues(twilio, sids, asked)
    return [
        {
            **one,
            "availableWorkers": numbers[one["sid"]].workers,
            "availableAgents": numbers[one["sid"]].agents,
        }
        for one in listed
    ]


def _by_name(targets: Iterable[Named]) -> list[dict[str, Any]]:
    ordered = sorted(targets, key=lambda one: (one.friendly_name.casefold(), one.sid))
    return [{"sid": one.sid, "friendlyName": one.friendly_name} for one in ordered]
