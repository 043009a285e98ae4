"""Lists what a task can be transferred to, as the directory of a Flex plugin shows it."""

from collections.abc import Collection, Iterable
from concurrent.futures import Future
from typing import Any

from chat_transfer.targets import allowed, availability
from chat_transfer.targets.availability import Asked
from chat_transfer.targets.routing import configuration_of, routed_queues, routes_to_agents
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


def queues(
    twilio: Twilio, caller: Caller, asking: "Future[Asked | None] | None"
) -> list[dict[str, Any]]:
    """The task queues that the transfer workflow routes to, as far as they are the caller's.

    Parameters
    ----------
    asking : Future of Asked or None
        What a task that is to be transferred needs, if one is named.

    Returns
    -------
    list of dict
        As `workflows`, and with ``availableWorkers``: how many agents were available some seconds
        ago. For a task also ``availableAgents``: how many of them could take it. None is not known.
    """
    routed = routed_queues(configuration_of(twilio))
    names = allowed.names_of(twilio, caller)
    listed = _by_name(
        one
        for one in twilio.taskrouter.task_queues()
        if one.sid in routed and allowed.is_allowed(names, one)
    )
    sids = [one["sid"] for one in listed]
    numbers = availability.of_queues(twilio, sids, asking)
    return [
        {
            **one,
            "availableWorkers": numbers[one["sid"]].workers,
            "availableAgents": numbers[one["sid"]].agents,
        }
        for one in listed
    ]


def agents(
    twilio: Twilio, asked: Asked | None, workers: Collection[Named] | None
) -> list[dict[str, Any]]:
    """The agents who could be asked to take a task.

    Who asks, who holds the task and who is in its conversation are not among them. A stack whose
    workflow routes to no agent has none.

    Parameters
    ----------
    workers : collection of Named or None
        Those of the workspace; None if they are not known.

    Returns
    -------
    list of dict
        As `workflows`, with ``available``: whether the agent's activity was so some seconds ago,
        and ``hasCapacity``: whether they can take one more task of this channel. None is not known.
    """
    if asked is None or not workers or not routes_to_agents(configuration_of(twilio)):
        return []
    found = {one.sid: one for one in workers if one.sid not in asked.without}
    free = availability.of_agents(twilio, found.values(), asked)
    return [
        {
            **one,
            "available": found[one["sid"]].is_available,
            "hasCapacity": free.get(one["sid"]),
        }
        for one in _by_name(found.values())
    ]


def _by_name(targets: Iterable[Named]) -> list[dict[str, Any]]:
    ordered = sorted(targets, key=lambda one: (one.friendly_name.casefold(), one.sid))
    return [{"sid": one.sid, "friendlyName": one.friendly_name} for one in ordered]
