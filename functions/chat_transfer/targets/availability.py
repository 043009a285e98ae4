"""Which agents, and how many of a queue, could take a task now.

TaskRouter counts the workers of a queue who are in an available activity. The agent who asks is
among them, and so are those who are busy. So the workers are listed, and the capacity of each for
the task's channel is read. A list does not show it, and its filter is documented for a worker's
attributes and activity alone. Many workers are not looked at one by one: their number is not known.

https://www.twilio.com/docs/taskrouter/api/worker
https://www.twilio.com/docs/taskrouter/api/worker-channel
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from aws_lambda_powertools import Logger

from chat_transfer.twilio.agents import Caller
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import TwilioFailure
from chat_transfer.twilio.interactions import InteractionChannel
from chat_transfer.twilio.tasks import Named, Task, sid_in

logger = Logger(child=True)
T = TypeVar("T")

# How old a number may be. Twilio asks callers of its statistics to cache them.
SECONDS = 5.0
MOST_WORKERS = 40
# As many as one call reads.
MOST_LISTED = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """What the agents are asked for.

    Attributes
    ----------
    channel : str
        The unique name of the task's channel.
    without : frozenset of str
        The worker SIDs of who asks, who holds the task and who is in the conversation.
    """

    channel: str
    without: frozenset[str]


@dataclass(frozen=True, slots=True)
class Availability:
    """The numbers of one queue; None for what is not known.

    Attributes
    ----------
    workers : int or None
        Who are in an available activity.
    agents : int or None
        Those of them who could take the task now.
    """

    workers: int | None = None
    agents: int | None = None


def asked_by(twilio: Twilio, caller: Caller, task_sid: str) -> Asked | None:
    """What a caller asks about a task; None if it is not theirs to transfer, or not known."""
    try:
        holder = twilio.threads.submit(twilio.holder, task_sid)
        task = twilio.taskrouter.task(task_sid)
        holder_sid = holder.result()
        if task is None or not caller.may_act_for(holder_sid):
            return None
        others = _others(twilio, task)
    except TwilioFailure as failure:
        logger.warning("conversation not known", task_sid=task_sid, failure=repr(failure))
        return None
    without = {caller.worker_sid, holder_sid, *others} - {None}
    return Asked(task.task_channel, frozenset(map(str, without)))


def of_queues(
    twilio: Twilio, queue_sids: Sequence[str], asking: "Future[Asked | None] | None"
) -> Mapping[str, Availability]:
    """The numbers of queues; how many agents could take a task if one is asked about."""
    each = partial(_each, twilio)
    listed = each(_listed, queue_sids) if asking else {}
    asked = asking.result() if asking else None
    workers = {sid: found for sid, found in listed.items() if asked and found is not None}
    candidates = {sid: found - asked.without for sid, found in workers.items() if asked}
    counted = each(_counted, set(queue_sids) - set(workers))
    channel = asked.channel if asked else ""
    free = each(partial(_has_capacity, channel), to_look_at(candidates))
    return {
        **{sid: Availability(number) for sid, number in counted.items()},
        **{
            sid: Availability(len(found), with_capacity(candidates[sid], free))
            for sid, found in workers.items()
        },
    }


def workers(twilio: Twilio) -> Sequence[Named] | None:
    """The workers of the workspace, at most `MOST_LISTED`; None if that is not known."""
    return _kept(twilio, "workers", lambda: twilio.taskrouter.workers(most=MOST_LISTED))


def of_agents(twilio: Twilio, agents: Iterable[Named], asked: Asked) -> Mapping[str, bool | None]:
    """Whether agents have capacity for one more task; of many who are available some are asked."""
    available = sorted(one.sid for one in agents if one.is_available)[:MOST_WORKERS]
    return _each(twilio, partial(_has_capacity, asked.channel), available)


def to_look_at(
    candidates: Mapping[str, Collection[str]], most: int = MOST_WORKERS
) -> frozenset[str]:
    """The workers to look at: of whole queues, the smallest first, and not too many.

    Examples
    --------
    >>> sorted(to_look_at({"WQ1": {"WK1"}, "WQ2": {"WK1", "WK2"}, "WQ3": {"WK3", "WK4"}}, most=2))
    ['WK1', 'WK2']
    """
    chosen: frozenset[str] = frozenset()
    for _, workers in sorted(candidates.items(), key=lambda one: (len(one[1]), one[0])):
        if len(chosen | set(workers)) <= most:
            chosen |= frozenset(workers)
    return chosen


def with_capacity(workers: Collection[str], free: Mapping[str, bool | None]) -> int | None:
    """How many of the workers have capacity; None if that is not known of each of them."""
    known = [free.get(worker) for worker in workers]
    return None if None in known else sum(map(bool, known))


def _each(twilio: Twilio, read: Callable[[Twilio, str], T], sids: Iterable[str]) -> Mapping[str, T]:
    """Read something of each at the same time."""
    known = list(sids)
    found = twilio.threads.map(lambda sid: read(twilio, sid), known)
    return dict(zip(known, found, strict=True))


def _others(twilio: Twilio, task: Task) -> list[str]:
    """The workers of the other agents in a conversation: who has left may be listed, too.

    A participant does not tell its state, so the tasks behind the participants are asked.
    """
    interaction_sid = sid_in(task.attributes, "flexInteractionSid")
    channel_sid = sid_in(task.attributes, "flexInteractionChannelSid")
    if interaction_sid is None or channel_sid is None:
        return []
    channel = InteractionChannel(twilio.client, interaction_sid, channel_sid, twilio.retries)
    others = [one for one in channel.agents() if one.task_sid not in (None, task.sid)]
    tasks = twilio.threads.map(lambda one: twilio.taskrouter.task(one.task_sid or ""), others)
    return [
        one.worker_sid
        for one, theirs in zip(others, tasks, strict=True)
        if theirs and theirs.is_held and one.worker_sid
    ]


def _listed(twilio: Twilio, queue_sid: str) -> frozenset[str] | None:
    """The available workers of a queue; None if that is not known, or they are many."""
    most = MOST_WORKERS + 1
    found = _kept(
        twilio,
        f"available in {queue_sid}",
        lambda: twilio.taskrouter.available_in(queue_sid, most=most),
    )
    return found if found is not None and len(found) < most else None


def _has_capacity(channel: str, twilio: Twilio, worker_sid: str) -> bool | None:
    """Whether a worker has capacity left for a channel; None if that is not known."""
    return _kept(
        twilio,
        f"capacity of {worker_sid} for {channel}",
        lambda: twilio.taskrouter.has_capacity(worker_sid, channel),
    )


def _counted(twilio: Twilio, queue_sid: str) -> int | None:
    """How many workers of a queue are available; None if Twilio does not say."""
    return _kept(
        twilio,
        f"workers of {queue_sid}",
        lambda: twilio.taskrouter.available_workers(queue_sid),
    )


def _kept(twilio: Twilio, what: str, read: Callable[[], T]) -> T | None:
    """Read a number, or take the one of some seconds ago; None if it cannot be read."""
    try:
        return twilio.warm.get(what, SECONDS, read)
    except TwilioFailure as failure:
        logger.warning("not known", what=what, failure=repr(failure))
        return None
