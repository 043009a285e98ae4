"""What is known of a conversation, and what can come next, as plain data."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What a task does for its customer."""

    WAITS = "waits for an agent"
    SERVES = "an agent has it"
    LEAVES = "its agent wraps up"
    LEFT = "completed or deleted, so an agent may have had it"
    CANCELLED = "cancelled before an agent had it"


OVER = frozenset({State.LEFT, State.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherTask:
    """A task of the conversation that is not the original.

    Attributes
    ----------
    state : State or None
        None until it is read.
    ours : bool
        Whether it was made by a transfer, by what Twilio itself says.
    fits : bool
        Whether it was made for what is wanted now, and no cancellation of it was sent.
    offered : bool
        Whether it may be cancelled without us: its target's time is up, or an unanswered
        cancellation takes effect.
    present : bool
        Whether its agent was in the conversation when the transfer began.
    declined : bool
        Whether the one agent whom it is for has rejected it or let it time out.
    kept : bool
        Whether Twilio refuses to cancel it, or to let its agent be sent away.
    """

    sid: str
    state: State | None = None
    ours: bool = True
    fits: bool = True
    offered: bool = False
    present: bool = False
    declined: bool = False
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known while a lock is held. A move changes them.

    Attributes
    ----------
    original : State or None
        None until it is read, and again when it may have changed.
    conversation_open : bool or None
        None until it is read.
    others : sequence of OtherTask
        The other tasks, the ones under way first.
    complete : bool
        Whether `others` has every task that Twilio shows of this conversation.
    attached : bool
        Whether the original leads to the customer, for sure: a chat's channel may be off it.
    end_unanswered : bool
        Whether the original's end was sent for good, and may have been carried out.
    creation_unanswered : bool
        Whether a new task may still appear.
    detaches : bool
        Whether the original is detached before it is ended, as a Programmable Chat's is.
    end_failed : bool
        Whether the end of the original was tried in vain a moment ago.
    may_create : bool
        Whether a request asks for a new task, its checks passed, and it has created none.
    unsent : bool
        Whether nothing was sent yet: its function was killed before that.
    unconfirmed : bool
        Whether the transfer was made a moment ago, and relies on an agent who may just have left.
    may_create_again : bool
        Whether a customer without a task gets one: not tried a moment ago.
    """

    original: State | None = None
    conversation_open: bool | None = None
    others: Sequence[OtherTask] = ()
    complete: bool = False
    attached: bool = True
    end_unanswered: bool = False
    creation_unanswered: bool = False
    detaches: bool = False
    end_failed: bool = False
    may_create: bool = False
    may_create_again: bool = True
    unsent: bool = False
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """Read what is not known: the known tasks, or every task and whether the chat is open."""

    everything: bool = False


@dataclass(frozen=True, slots=True)
class Create:
    """Create the new task that is asked for."""


@dataclass(frozen=True, slots=True)
class CreateAgain:
    """Create a task for a customer who has none, in the workflow that cancels none."""


@dataclass(frozen=True, slots=True)
class Detach:
    """Take the channel off the original, which can be undone."""


@dataclass(frozen=True, slots=True)
class Restore:
    """Give the original its channel back."""


@dataclass(frozen=True, slots=True)
class End:
    """End the original: `instead` is the open task that leads to the customer."""

    instead: str


@dataclass(frozen=True, slots=True)
class SendAway:
    """Close the participant of the agent who has joined: `instead` is the original."""

    task: str
    instead: str


CLOSED = "the conversation is closed"


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel a task: `instead` is the open task that leads to the customer, or `CLOSED`."""

    task: str
    instead: str


class Result(StrEnum):
    """How a look ends."""

    MADE = "the customer has another task, and the original is over"
    WAITING = "a new task waits, and the original's agent keeps the customer as long as they stay"
    JOINED = "another agent has the customer together with the original's agent"
    DECLINED = "the new task is over, the original's agent has the customer"
    BACK = "nothing is left, the original's agent has the customer"
    KEPT = "Twilio refuses to cancel the new task, the original's agent has the customer"
    UNKNOWN = "the original's agent has the customer, but what was sent may still take effect"
    CLOSED = "the conversation is closed"
    NOT_FINISHED = "it goes forward only, and is not finished"


# A new task waits, or an agent has joined: it goes on until something else happens.
OPEN = frozenset({Result.WAITING, Result.JOINED})


@dataclass(frozen=True, slots=True)
class Answer:
    """Nothing is left to do now."""

    result: Result
    task: str | None = None


Move = Look | Create | CreateAgain | Detach | Restore | End | SendAway | Cancel | Answer
