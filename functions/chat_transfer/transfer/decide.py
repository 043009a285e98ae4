"""What comes next: one pure function from what is wanted and what is known to one move.

The only place that decides. Its rows follow from these principles, and the tests hold it to them in
every combination of facts and in every interleaving of a small world:

1. While the conversation is open, at least one open task leads to the customer. In doubt two tasks
   for a moment are better than none.
2. Of all its tasks but the original at most one stays open: one that an agent serves before one
   that waits, the one under way before an older one.
3. An agent who has a task of the conversation serves the customer, no matter who made it. An
   accepted task whose agent has left serves no one.
4. Another agent serves, and the original is open: the original is ended. An agent who was to join
   the original's serves together with them, until one of the two leaves or is to leave.
5. Only the original's agent serves. Forward and ``now``: the original is ended as soon as the new
   task waits. Forward and ``accepted``: it stays. Back: the new task is cancelled, unless the
   original's end may have been carried out.
6. No agent serves, and the original is over: a task that waits is the customer's. If none waits,
   one is created again, in the workflow that cancels none.
7. The conversation is closed: what waits is cancelled.
8. Nothing unanswered is forgotten, and an agent who has the chat again is never made to leave by an
   old request.
"""

from collections.abc import Sequence

from chat_transfer.transfer.facts import (
    CLOSED,
    OVER,
    Answer,
    Cancel,
    Create,
    CreateAgain,
    Detach,
    End,
    Facts,
    Look,
    Move,
    OtherTask,
    Restore,
    Result,
    SendAway,
    State,
)
from chat_transfer.transfer.record import MADE, Wanted, When


def decide(wanted: Wanted, facts: Facts) -> Move:  # noqa: PLR0911 - a table
    """Decide what comes next.

    Returns
    -------
    Move
        A `Look` if a row needs what is not known.
    """
    if any(one.state is None for one in facts.others):
        return Look()
    if facts.creation_unanswered and not facts.complete:
        return Look(everything=True)
    if facts.conversation_open is False:
        return _closed(facts)
    offered = _offered(wanted, facts)
    if offered and facts.conversation_open:
        return Answer(Result.WAITING, offered.sid)
    if offered or facts.original is None:
        return Look()
    if serving := _first(facts, State.SERVES, present=False):
        return _served(wanted, facts, serving)
    return _left(wanted, facts) if facts.original in OVER else _held(wanted, facts)


def _offered(wanted: Wanted, facts: Facts) -> OtherTask | None:
    """The new task of an open offer that waits: then nothing depends on the original."""
    is_open = wanted.when is When.ACCEPTED and wanted.became is None and not wanted.back
    if not is_open or facts.end_unanswered or facts.creation_unanswered:
        return None
    open_tasks = [one for one in facts.others if one.state not in OVER and not one.present]
    if len(open_tasks) != 1 or open_tasks[0].state is not State.WAITS:
        return None
    one = open_tasks[0]
    return one if one.ours and one.fits and not one.declined else None


def _closed(facts: Facts) -> Move:
    """Decide for a conversation that is closed (7)."""
    for one in _cancellable(facts):
        return Cancel(one.sid, CLOSED)
    return Answer(Result.CLOSED)


def _served(wanted: Wanted, facts: Facts, serving: OtherTask) -> Move:
    """Decide if another agent serves the customer (4, 2)."""
    if _has_joined(wanted, facts, serving):
        return _joined(wanted, facts, serving)
    # To make an agent leave who has the chat again would be an old request's doing (8).
    if not (_has_gone(wanted, facts) or _has_chat_again(wanted)):
        if facts.end_failed:
            return Answer(Result.NOT_FINISHED, serving.sid)
        return End(serving.sid)
    for one in _cancellable(facts):
        return Cancel(one.sid, serving.sid)
    return Answer(Result.MADE, serving.sid)


def _has_joined(wanted: Wanted, facts: Facts, serving: OtherTask) -> bool:
    """Whether another agent and the original's serve together, as long as both like."""
    is_warm = wanted.warm and wanted.became is None and serving.ours
    is_to_end = wanted.leaves or facts.end_unanswered
    return is_warm and facts.original is State.SERVES and not is_to_end


def _joined(wanted: Wanted, facts: Facts, serving: OtherTask) -> Move:
    """Decide if another agent has joined the original's (4, 2)."""
    for one in _cancellable(facts):
        return Cancel(one.sid, wanted.original)
    if not wanted.back:
        return Answer(Result.JOINED, serving.sid)
    if serving.kept:
        return Answer(Result.KEPT, serving.sid)
    return SendAway(serving.sid, wanted.original)


def _has_gone(wanted: Wanted, facts: Facts) -> bool:
    """Whether the original needs no end: its agent has left, or leaves it to one who joined."""
    leaves_alone = wanted.warm and not wanted.leaves and facts.original is State.LEAVES
    return facts.original in OVER or leaves_alone


def _held(wanted: Wanted, facts: Facts) -> Move:
    """Decide if the original is open, and only its agent serves the customer (5)."""
    waiting = [one for one in facts.others if one.ours and one.state is State.WAITS]
    new = next((one for one in waiting if one.fits), None)
    if facts.end_unanswered:  # one that waits may soon be all that the customer has
        new = new or next(iter(waiting), None)
        instead = new.sid if new else ""
    else:
        instead = wanted.original
    goes_back = (wanted.back or _has_chat_again(wanted)) and not facts.end_unanswered
    for one in waiting:
        is_unwanted = one is not new or (goes_back and not one.kept)
        if is_unwanted and not one.kept:
            return Cancel(one.sid, instead) if facts.attached or not goes_back else Restore()
    if new and not (goes_back and new.kept and wanted.when is When.ACCEPTED):
        return _new_waits(wanted, facts, new)
    if waiting and (goes_back or not facts.may_create):
        return Answer(Result.KEPT, waiting[0].sid)
    return _no_new(wanted, facts, goes_back=goes_back)


def _new_waits(wanted: Wanted, facts: Facts, new: OtherTask) -> Move:
    """Decide if the new task waits, and the transfer goes forward (5)."""
    if wanted.became is not None:
        return Answer(Result.WAITING, new.sid)
    if wanted.when is When.ACCEPTED:
        if new.declined and not new.kept and not facts.end_unanswered:
            return Cancel(new.sid, wanted.original)
        return Answer(Result.KEPT if wanted.back else Result.WAITING, new.sid)
    if facts.end_failed:
        return Answer(Result.NOT_FINISHED, new.sid)
    return Detach() if facts.detaches and facts.attached else End(new.sid)


def _no_new(wanted: Wanted, facts: Facts, *, goes_back: bool) -> Move:
    """Decide if the original's agent has the customer, and no new task is open (5)."""
    if facts.may_create and not goes_back:
        return Create() if facts.attached else Restore()
    ours = [one for one in facts.others if one.ours]
    # Who had it may have passed the chat on.
    if any(one.state is State.LEFT for one in ours) and not facts.complete:
        return Look(everything=True)
    leaving = next((one for one in ours if one.state is State.LEAVES), None)
    # Who had joined and wraps up leaves the customer to the original's agent.
    if leaving and not (goes_back or wanted.joined_at):
        return Answer(Result.WAITING, leaving.sid)
    if not facts.attached:
        return Restore()
    was_made = any(one.fits for one in ours)
    if facts.end_unanswered or (facts.creation_unanswered and not was_made):
        return Answer(Result.UNKNOWN)
    return Answer(Result.DECLINED if was_made and not goes_back else Result.BACK)


def _left(wanted: Wanted, facts: Facts) -> Move:
    """Decide if the original is over, and no agent has taken the customer since (6, 2)."""
    if not facts.complete or facts.conversation_open is None:
        return Look(everything=True)
    waiting = [one for one in facts.others if one.state is State.WAITS]
    best = min(waiting, key=lambda one: (not one.ours, not one.fits), default=None)
    if best:
        return _waits(wanted, facts, best)
    serving = _first(facts, State.SERVES, present=True)
    if serving or (wanted.became in MADE and not facts.unconfirmed):
        return Answer(Result.MADE, serving.sid if serving else None)
    if leaving := _first(facts, State.LEAVES, present=False):
        return Answer(Result.WAITING, leaving.sid)
    if facts.may_create_again and not facts.unsent:
        return CreateAgain()
    # A request whose checks were cut off makes no task.
    return Answer(Result.BACK if facts.unsent else Result.NOT_FINISHED)


def _waits(wanted: Wanted, facts: Facts, best: OtherTask) -> Move:
    """Decide if a task that waits is all that the customer has (6, 2)."""
    for one in _cancellable(facts):
        if one is not best:
            return Cancel(one.sid, best.sid)
    # What may be cancelled by its workflow is looked at until an agent has it.
    is_ended = wanted.when is When.NOW or wanted.became is not None
    is_sure = best.ours and not best.offered and is_ended
    return Answer(Result.MADE if is_sure else Result.WAITING, best.sid)


def _has_chat_again(wanted: Wanted) -> bool:
    """Whether the original's agent was told that the customer stays theirs."""
    return wanted.became is not None and wanted.became not in MADE


def _first(facts: Facts, state: State, *, present: bool) -> OtherTask | None:
    tasks = (one for one in facts.others if one.state is state and one.present is present)
    return next(tasks, None)


def _cancellable(facts: Facts) -> Sequence[OtherTask]:
    return [one for one in facts.others if one.ours and one.state is State.WAITS and not one.kept]
