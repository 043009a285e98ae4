"""What a look, a move and its answer change: pure functions over the record and what was seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from chat_transfer.transfer.facts import (
    OVER,
    Cancel,
    CreateAgain,
    End,
    Facts,
    Move,
    OtherTask,
    SendAway,
    State,
)
from chat_transfer.transfer.record import Creation, Record, Wanted, When

# How long a customer's next task may be on its way before another one is created.
AGAIN_MS = 10_000
# How soon after a transfer was made a customer who has lost its agent gets a task.
UNCONFIRMED_MS = 180_000


class Effect(StrEnum):
    """What became of a move, as far as Twilio has said."""

    DONE = "done"
    NOT_DONE = "not done"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was read or done under the lock.

    Attributes
    ----------
    original : State or None
        None until it is read, and again when it may have changed.
    others : mapping of str to State or None
        The other tasks of the conversation, by SID; None for one that has to be read again.
    everything : bool
        Whether `others` has every task that Twilio shows, and no creation was sent since.
    declined, kept : frozenset of str
        The new tasks that their one agent has declined, and those that Twilio refuses to cancel.
    gone : frozenset of str
        The new tasks whose agents were sent away; TaskRouter may show them as open for a while.
    detached : bool
        Whether the original's channel may be off it, of a task that is detached before its end.
    end_in_doubt : bool
        Whether the original's end may have been carried out.
    """

    original: State | None = None
    others: Mapping[str, State | None] = field(default_factory=dict)
    everything: bool = False
    conversation_open: bool | None = None
    declined: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    detaches: bool = False
    detached: bool = False
    end_in_doubt: bool = False
    end_failed: bool = False
    may_create: bool = False
    created_again: bool = False

    @classmethod
    def of(cls, record: Record, *, detaches: bool) -> "Seen":
        """What is known from the record alone."""
        wanted = record.wanted
        may_be_ended = wanted is not None and record.end_unanswered(wanted.original)
        return cls(
            detaches=detaches,
            detached=detaches and may_be_ended,
            end_in_doubt=may_be_ended and not detaches,
        )


def facts(record: Record, seen: Seen, now: int) -> Facts:
    """What `decide` needs to know.

    Parameters
    ----------
    now : int
        In milliseconds since the epoch.
    """
    wanted = record.wanted or Wanted()
    made = [one.task for one in reversed(record.creations) if one.task and not one.is_over]
    known = dict.fromkeys(made)
    tasks = [task for task in {**known, **dict.fromkeys(seen.others)} if task != wanted.original]
    unanswered = [one for one in record.creations if one.task is None]
    is_doomed = any(one.cancelling for one in record.creations)
    is_young = any(one.again and one.at > now - AGAIN_MS for one in unanswered)
    return Facts(
        original=seen.original,
        conversation_open=seen.conversation_open,
        others=[_other(task, record, wanted, seen) for task in tasks],
        # Programmable Chat's search is for what was not answered.
        complete=seen.everything or (seen.detaches and not unanswered),
        attached=not seen.detached,
        end_unanswered=seen.end_in_doubt,
        creation_unanswered=bool(unanswered),
        detaches=seen.detaches,
        end_failed=seen.end_failed,
        may_create=seen.may_create,
        may_create_again=not (seen.created_again or is_young),
        unsent=not (record.creations or record.ends or wanted.became),
        unconfirmed=wanted.became is not None
        and (is_doomed or now < wanted.became_at + UNCONFIRMED_MS),
    )


def _other(task: str, record: Record, wanted: Wanted, seen: Seen) -> OtherTask:
    creation = record.creation_of(task)
    goes_there = creation is not None and (
        creation.again or (creation.target, creation.when) == (wanted.target, wanted.when)
    )
    is_doomed = creation is not None and creation.cancelling
    is_offered = creation is not None and creation.when is When.ACCEPTED and not creation.again
    return OtherTask(
        sid=task,
        state=seen.others.get(task),
        ours=creation is not None or task in record.tasks(),
        fits=goes_there and not is_doomed,
        offered=is_offered or is_doomed,
        present=task in wanted.present,
        declined=task in seen.declined,
        kept=task in seen.kept,
    )


def read(record: Record, seen: Seen, states: Mapping[str, State]) -> Seen:
    """What reading tasks at the same time changes.

    If one is over that was open, or that a creation under way has made, what was read before it may
    have changed. An agent may have left meanwhile, or ended the conversation.
    """
    original = (record.wanted or Wanted()).original
    others = {
        task: State.LEFT if task in seen.gone else state
        for task, state in states.items()
        if task != original
    }
    before: Mapping[str, State | None] = seen.others
    over = {
        task for task, state in others.items() if state in OVER and before.get(task) not in OVER
    }
    if any(task in before or record.creation_of(task) for task in over):
        before = {task: state if state in OVER else None for task, state in before.items()}
        seen = replace(
            seen,
            original=seen.original if seen.original in OVER else None,
            conversation_open=seen.conversation_open and None,
        )
    seen = replace(seen, others={**before, **others})
    if original in states:
        # What was sent to end one that is over has no more to do.
        in_doubt = seen.end_in_doubt and states[original] not in OVER
        seen = replace(seen, original=states[original], end_in_doubt=in_doubt)
    return seen


def before(
    record: Record, seen: Seen, move: Move, now: int, creation: Creation | None = None
) -> Record:
    """What is recorded before a move is sent, so that no kill makes it forgotten.

    Parameters
    ----------
    now : int
        In milliseconds since the epoch.
    creation : Creation or None
        What a creation creates.
    """
    wanted = record.wanted or Wanted()
    if creation:
        record = replace(record, creations=(*record.creations, creation))
        if isinstance(move, CreateAgain) or wanted.when is When.ACCEPTED:
            return record
    if (creation or isinstance(move, End)) and not record.end_unanswered(wanted.original):
        # The end follows the creation at once: it is recorded with it.
        record = replace(record, ends=(*record.ends, (wanted.original, now)))
    if isinstance(move, Cancel | SendAway) and move.task not in seen.kept:
        return _cancelling(record, move.task, sent=True)
    return record


def created(
    record: Record, seen: Seen, effect: Effect, task: str | None, state: State | None
) -> tuple[Record, Seen]:
    """What the answer to the last creation changes.

    Parameters
    ----------
    state : State or None
        Of the new task; None if its workflow may have cancelled it already.
    """
    again = record.creations[-1].again
    seen = replace(seen, may_create=False, created_again=seen.created_again or again)
    if effect is Effect.NOT_DONE:
        return without_end(replace(record, creations=record.creations[:-1]), seen), seen
    if task is None:
        return record, replace(seen, everything=False)
    record = found(record, len(record.creations) - 1, task)
    # Twilio has taken the creation, so the conversation was open.
    is_open = True if record.creations[-1].when is When.ACCEPTED else seen.conversation_open
    others = {**seen.others, task: state}
    return record, replace(seen, others=others, conversation_open=is_open)


def found(record: Record, index: int, task: str) -> Record:
    """Record the task of an unanswered creation."""
    creations = list(record.creations)
    creations[index] = replace(creations[index], task=task)
    return replace(record, creations=tuple(creations))


def ended(seen: Seen, effect: Effect, instead: str, *, may_be_cancelled: bool) -> Seen:
    """What the answer to the original's end changes.

    Parameters
    ----------
    may_be_cancelled : bool
        Whether the task that the customer has instead is read again.
    """
    if effect is Effect.DONE:
        state = None if may_be_cancelled else seen.others.get(instead)
        return replace(
            seen,
            original=State.LEFT,
            detached=False,
            end_in_doubt=False,
            others={**seen.others, instead: state},
        )
    in_doubt = seen.end_in_doubt or (effect is Effect.UNANSWERED and not seen.detaches)
    return replace(
        seen,
        original=None,
        others={**seen.others, instead: None},
        end_failed=True,
        end_in_doubt=in_doubt,
        detached=seen.detaches,
    )


def cancelled(
    record: Record, seen: Seen, move: Cancel, effect: Effect, state: State
) -> tuple[Record, Seen]:
    """What the answer to a cancellation changes; the original may have ended meanwhile.

    Parameters
    ----------
    state : State
        Of the task, as it was read after a refusal.
    """
    if effect is Effect.UNANSWERED:
        return record, seen
    kept = seen.kept | {move.task} if state is State.WAITS else seen.kept
    # Both who has the customer instead and the original's agent may have left meanwhile.
    instead = {move.instead: None} if move.instead in seen.others else {}
    others = {**seen.others, **instead, move.task: state}
    original = seen.original if seen.original in OVER else None
    seen = replace(seen, original=original, others=others, kept=kept)
    return _cancelling(record, move.task, sent=False), seen


def sent_away(record: Record, seen: Seen, task: str, *, is_gone: bool) -> tuple[Record, Seen]:
    """What the answer changes to an attempt to send away the agent of a task.

    Parameters
    ----------
    is_gone : bool
        Whether the agent is out of the conversation; Twilio has refused it otherwise.
    """
    original = seen.original if seen.original in OVER else None  # its agent may have left meanwhile
    if not is_gone:
        seen = replace(seen, original=original, kept=seen.kept | {task})
        return _cancelling(record, task, sent=False), seen
    others = {**seen.others, task: State.LEFT}
    return record, replace(seen, original=original, others=others, gone=seen.gone | {task})


def without_cancellation(record: Record, task: str) -> Record:
    """Record that the cancellation of a task did not take effect."""
    return _cancelling(record, task, sent=False)


def _cancelling(record: Record, task: str, *, sent: bool) -> Record:
    return replace(
        record,
        creations=tuple(
            replace(one, cancelling=sent) if one.task == task else one for one in record.creations
        ),
    )


def going_back(record: Record, *, back: bool = True) -> Record:
    """Take the transfer back, or not any more."""
    return replace(record, wanted=replace(record.wanted or Wanted(), back=back))


def leaving(record: Record) -> Record:
    """Let the original's agent leave the conversation to the one who has joined."""
    return replace(record, wanted=replace(record.wanted or Wanted(), leaves=True))


def without_end(record: Record, seen: Seen) -> Record:
    """Forget the original's end if it was not sent, or did not take effect."""
    wanted = record.wanted or Wanted()
    if seen.end_in_doubt or seen.detached:
        return record
    return replace(record, ends=tuple(one for one in record.ends if one[0] != wanted.original))
