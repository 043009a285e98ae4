"""The record of a customer's conversation, as plain data: lock, progress and memory in one item.

What is sent to Twilio and not answered belongs to the conversation, so no refusal, other target or
later transfer forgets it. Versions of this code run next to each other during a deployment, and a
rollback reads what a newer one wrote. So names that are not known are ignored, and those that are
missing have a default.
"""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Self, TypeVar

REMEMBERED_MS = 24 * 60 * 60 * 1000
UNANSWERED_MS = 2 * REMEMBERED_MS
MOST_DONE = 50

T = TypeVar("T")


class When(StrEnum):
    """When the original is ended: at once, or when an agent has accepted the new task."""

    NOW = "now"
    ACCEPTED = "accepted"


# A request's third choice: `ACCEPTED`, and then both agents have the customer.
WARM = "warm"


class Became(StrEnum):
    """What became of a transfer."""

    MADE = "made"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    FAILED = "failed"


MADE = frozenset({Became.MADE, Became.ACCEPTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the customer is.

    Attributes
    ----------
    conversation_sid : str
        ``CH…``: the conversation, or the chat channel of a Programmable Chat.
    interaction_sid, channel_sid : str or None
        ``KD…`` and ``UO…`` of a Flex conversation; a Programmable Chat has none.
    """

    conversation_sid: str = ""
    interaction_sid: str | None = None
    channel_sid: str | None = None

    @property
    def key(self) -> str:
        """The key of the conversation's record."""
        return self.channel_sid or self.conversation_sid


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A transfer that is under way, or that has ended while something it sent is unanswered.

    Attributes
    ----------
    held_by, identity : str or None
        The worker SID and the identity of the agent who holds the original.
    asked_by : str or None
        The identity of the agent who asked.
    since : int
        When it began, in milliseconds since the epoch.
    back : bool
        Whether it is taken back.
    became : Became or None
        What became of it; None while it is under way.
    became_at : int
        When it became so, in milliseconds since the epoch.
    participant : str or None
        ``UT…``: the original's agent in the interaction channel.
    present : tuple of str
        The tasks of other agents who were in the conversation when it began.
    for_now : bool
        Whether it is taken back for a transfer at once of the same original.
    warm : bool
        Whether an agent who accepts joins the original's agent, until one of the two leaves.
    joined_by : str or None
        The worker SID of the agent who has joined.
    joined_at : int
        When that agent joined, in milliseconds since the epoch; 0 if no agent has.
    leaves : bool
        Whether the original's agent is to leave the conversation to the one who has joined.
    """

    original: str = ""
    target: str = ""
    when: When = When.NOW
    held_by: str | None = None
    identity: str | None = None
    asked_by: str | None = None
    since: int = 0
    back: bool = False
    became: Became | None = None
    became_at: int = 0
    participant: str | None = None
    present: tuple[str, ...] = ()
    for_now: bool = False
    warm: bool = False
    joined_by: str | None = None
    joined_at: int = 0
    leaves: bool = False

    @property
    def has_left(self) -> bool:
        """Whether the original's agent may have left the chat for a request to end it at once."""
        return self.for_now or self.when is When.NOW

    def replaced_by(self, other: "Wanted") -> "Wanted":
        """As it is brought to its end for another transfer, which may have made its agent leave."""
        for_now = other.original == self.original and other.when is When.NOW
        return replace(self, for_now=self.for_now or for_now)

    def asks_for(self, other: "Wanted") -> bool:
        """Whether the other one is the same transfer."""
        mine = self.original, self.target, self.when, self.warm
        return mine == (other.original, other.target, other.when, other.warm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """A creation of a new task that was sent.

    Attributes
    ----------
    task : str or None
        The new task; None until Twilio has shown it.
    at : int
        When it was sent, in milliseconds since the epoch.
    again : bool
        Whether it is for a customer who had no task any more: nothing cancels it.
    cancelling : bool
        Whether the task's end was sent, and may still take effect: it was cancelled, or its agent,
        who had joined, was sent away.
    is_over : bool
        Whether the task is over, and only kept so that it is not taken for another creation's.
    """

    workflow: str = ""
    target: str = ""
    when: When = When.NOW
    at: int = 0
    task: str | None = None
    again: bool = False
    cancelling: bool = False
    is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of a transfer, for a day: answers repetitions and questions.

    Attributes
    ----------
    since : int
        When it became so, in milliseconds since the epoch.
    """

    original: str = ""
    target: str = ""
    when: When = When.NOW
    new_task: str | None = None
    held_by: str | None = None
    asked_by: str | None = None
    accepted_by: str | None = None
    became: Became = Became.MADE
    since: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that is known of one conversation.

    Attributes
    ----------
    ends : tuple of (str, int)
        The originals whose end was sent, and when: a close of a participant, or the removal of the
        channel and the completion. Each stays until Twilio has shown what became of it.
    waits : bool
        Whether the last look has found a task that waits for an agent.
    touched : int
        When it was last written, in milliseconds since the epoch.
    """

    place: Place = field(default_factory=Place)
    wanted: Wanted | None = None
    creations: tuple[Creation, ...] = ()
    ends: tuple[tuple[str, int], ...] = ()
    done: tuple[Done, ...] = ()
    waits: bool = False
    touched: int = 0

    @property
    def is_unfinished(self) -> bool:
        """Whether something is under way, or unanswered."""
        return self.wanted is not None

    @property
    def under_way(self) -> Wanted | None:
        """The transfer that is under way."""
        return self.wanted if self.wanted and self.wanted.became is None else None

    @property
    def last_made(self) -> Creation | None:
        """The last creation whose task is known."""
        return next((one for one in reversed(self.creations) if one.task), None)

    def done_of(self, original: str) -> Done | None:
        """What became of the last transfer of a task."""
        return next((one for one in reversed(self.done) if one.original == original), None)

    def end_unanswered(self, original: str) -> bool:
        """Whether the end of a task was sent, and Twilio has not shown what became of it."""
        return any(task == original for task, _ in self.ends)

    def tasks(self) -> frozenset[str]:
        """The tasks that were made for this conversation, as far as they are known."""
        made = {one.task for one in self.creations} | {one.new_task for one in self.done}
        return frozenset(filter(None, made))

    def creation_of(self, task: str) -> Creation | None:
        """The creation that made a task."""
        return next((one for one in self.creations if one.task == task), None)

    def forgetting(self, now: int) -> "Record":
        """Without what is too old to matter."""
        return replace(
            self,
            creations=tuple(one for one in self.creations if one.at > now - UNANSWERED_MS),
            ends=tuple(one for one in self.ends if one[1] > now - UNANSWERED_MS),
            done=tuple(one for one in self.done if one.since > now - REMEMBERED_MS)[-MOST_DONE:],
        )

    def as_json(self) -> str:
        """Write it as one JSON object, without what has its default."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `as_json` wrote, or another version of it."""
        values = json.loads(text)
        wanted = values.get("wanted")
        record = _of(cls, values)
        return replace(
            record,
            place=_of(Place, values.get("place") or {}),
            wanted=_wanted(wanted) if wanted else None,
            creations=tuple(_of(Creation, one, when=When) for one in values.get("creations", ())),
            ends=tuple((str(task), int(at)) for task, at in values.get("ends", ())),
            done=tuple(_of(Done, one, when=When, became=Became) for one in values.get("done", ())),
        )


def _wanted(values: Mapping[str, Any]) -> Wanted:
    wanted = _of(Wanted, values, when=When, became=Became)
    return replace(wanted, present=tuple(wanted.present))


def _of(kind: type[T], values: Mapping[str, Any], **enums: type[StrEnum]) -> T:
    """Make a dataclass of the values whose names it has."""
    names: Iterable[str] = {one.name for one in fields(kind)}  # type: ignore[arg-type]
    known = {name: value for name, value in values.items() if name in names}
    for name, enum in enums.items():
        if known.get(name) is not None:
            known[name] = enum(known[name])
    return kind(**known)


def milliseconds() -> int:
    """Now, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000
