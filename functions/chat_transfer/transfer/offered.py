"""What a record says of the offers in it, and in whose list each of them is. Pure functions.

An offer is a transfer whose original ends when an agent has accepted the new task. It is in the
list of the agent who held the original: while it is open, and for some time after that, so that
they learn how it has ended.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from chat_transfer.transfer.record import Became, Record, Wanted, When

OFFERED = "offered"
JOINED = "joined"
# Of a transfer at once, which is no offer.
RUNNING = "running"
IS_OPEN = frozenset({OFFERED, JOINED})
LISTED_MS = 10 * 60 * 1000
# Later than any time, and as DynamoDB's numbers and JSON's can have it.
OPEN = 2**53 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is or was offered, and what became of it.

    Attributes
    ----------
    held_by : str or None
        The worker SID of the agent who held the original.
    state : str
        ``offered``, ``joined``, ``accepted``, ``declined`` or ``cancelled``; ``running`` for a
        transfer at once.
    since : int
        When the state began, in milliseconds since the epoch.
    accepted_by : str or None
        The worker SID of the agent who has joined or taken over, once that is recorded.
    """

    task_sid: str
    new_task_sid: str | None
    target_sid: str
    held_by: str | None
    state: str
    since: int
    accepted_by: str | None = None

    def is_listed(self, holder: str, now: int) -> bool:
        """Whether it is in the list of a worker, in milliseconds since the epoch."""
        is_recent = self.state in IS_OPEN or self.since > now - LISTED_MS
        return self.held_by == holder and is_recent


@dataclass(frozen=True, slots=True)
class Listing:
    """In whose list a task's offer is, and until when.

    Attributes
    ----------
    holder : str
        The worker SID of the agent who held the task.
    until : int
        In milliseconds since the epoch; `OPEN` while the offer is open.
    """

    holder: str
    until: int


def offer_in(record: Record, task_sid: str) -> Offer | None:
    """The last offer of a task, as it is recorded."""
    wanted = record.under_way
    if wanted and wanted.original == task_sid and wanted.when is When.ACCEPTED:
        creation = record.last_made
        if creation is not None:
            accepted_at = next((at for task, at in record.ends if task == task_sid), None)
            return Offer(
                task_sid=task_sid,
                new_task_sid=creation.task,
                target_sid=wanted.target,
                held_by=wanted.held_by,
                state=_state(wanted, accepted_at),
                since=accepted_at or wanted.joined_at or creation.at,
                accepted_by=wanted.joined_by,
            )
    offers = [
        one
        for one in record.done
        if one.original == task_sid and one.when is When.ACCEPTED and one.new_task
    ]
    if not offers:
        return None
    done = offers[-1]
    return Offer(
        task_sid=task_sid,
        new_task_sid=done.new_task,
        target_sid=done.target,
        held_by=done.held_by,
        state=done.became,
        since=done.since,
        accepted_by=done.accepted_by if done.became is Became.ACCEPTED else None,
    )


def _state(wanted: Wanted, accepted_at: int | None) -> str:
    if accepted_at is not None:
        return Became.ACCEPTED
    return JOINED if wanted.joined_at else OFFERED


def under_way(record: Record) -> Offer | None:
    """What is under way in a conversation: an offer, or a transfer at once."""
    wanted = record.under_way
    if wanted is None:
        return None
    if wanted.when is When.ACCEPTED:
        return offer_in(record, wanted.original)
    creation = record.last_made
    return Offer(
        task_sid=wanted.original,
        new_task_sid=creation.task if creation else None,
        target_sid=wanted.target,
        held_by=wanted.held_by,
        state=RUNNING,
        since=wanted.since,
    )


def listings(record: Record) -> Mapping[str, Listing]:
    """In whose list the offers of a conversation are, by their originals."""
    listed = {
        one.original: Listing(one.held_by, one.since + LISTED_MS)
        for one in record.done
        if one.when is When.ACCEPTED and one.held_by
    }
    wanted = record.under_way
    if wanted and wanted.when is When.ACCEPTED and wanted.held_by:
        listed[wanted.original] = Listing(wanted.held_by, OPEN)
    return listed


def changed(before: Record, after: Record) -> frozenset[str]:
    """The tasks whose listing changes with a record; what only goes out of date does not."""
    was, now = listings(before), listings(after)
    new = {task for task, one in now.items() if was.get(task) != one}
    ended = {task for task, one in was.items() if one.until == OPEN and task not in now}
    return frozenset(new | ended)
