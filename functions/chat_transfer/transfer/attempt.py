"""An attempt at a transfer, its result, and what became of an offer, as they are recorded."""

import json
import time
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Self


class Phase(StrEnum):
    """How far an attempt has come."""

    CREATING = "CREATING"
    OFFERED = "OFFERED"
    HANDING_OVER = "HANDING_OVER"
    UNDOING = "UNDOING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt at a transfer that has not ended.

    Attributes
    ----------
    held_by, identity : str or None
        The worker SID and the identity of the agent who holds the original.
    channel_sid : str or None
        The original's ``channelSid``, which a transfer takes from its attributes.
    began_at : int
        Milliseconds since the epoch: the new task is not older.
    since : int
        Milliseconds since the epoch: when its phase began.
    hand_over : str
        ``now``, or ``accepted`` for an offer.
    asked_by : str or None
        The identity of the agent who asked.
    new_task_sid : str or None
        Known from `Phase.OFFERED` or `Phase.HANDING_OVER` on.
    close_sent : bool
        Whether the agent's participant may have been closed.
    accepted : bool
        Whether an agent was seen to have accepted the new task.
    doubted : str or None
        The target of an earlier creation that was not answered and not found: its task may still
        appear.
    """

    task_sid: str
    target_sid: str
    held_by: str | None
    identity: str | None
    channel_sid: str | None
    began_at: int
    since: int = 0
    hand_over: str = "now"
    asked_by: str | None = None
    phase: Phase = Phase.CREATING
    new_task_sid: str | None = None
    close_sent: bool = False
    accepted: bool = False
    doubted: str | None = None

    @property
    def is_offer(self) -> bool:
        """Whether it hands over at the acceptance."""
        return self.hand_over == "accepted"

    def entering(self, phase: Phase) -> Self:
        """The attempt as its next phase begins."""
        return replace(self, phase=phase, since=milliseconds())

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `as_json` wrote."""
        values = json.loads(text)
        return cls(**{**values, "phase": Phase(values["phase"])})

    def as_json(self) -> str:
        """Write it as one JSON object, with these names."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferDone:
    """A transfer that succeeded.

    Attributes
    ----------
    task_sid : str
        The new task.
    held_by : str or None
        The worker who held the original.
    asked_by : str
        The identity of the caller.
    doubted_attempt : str or None
        Its `Attempt` as JSON, where the task of an unanswered creation may still appear.
    """

    task_sid: str
    held_by: str | None
    asked_by: str
    doubted_attempt: str | None = None


class OfferState(StrEnum):
    """What became of an offer, in the words of the HTTP API."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is or was offered, and what became of it.

    Attributes
    ----------
    held_by : str or None
        The worker who holds the original.
    since : int
        Milliseconds since the epoch: when the state began.
    accepted_by : str or None
        The worker who accepted.
    """

    task_sid: str
    new_task_sid: str | None
    target_sid: str
    held_by: str | None
    state: OfferState
    since: int
    accepted_by: str | None = None

    @classmethod
    def of(cls, attempt: Attempt, state: OfferState = OfferState.OFFERED) -> Self:
        """The offer that an attempt makes, in the state that its phase has begun."""
        return cls(
            task_sid=attempt.task_sid,
            new_task_sid=attempt.new_task_sid,
            target_sid=attempt.target_sid,
            held_by=attempt.held_by,
            state=state,
            since=attempt.since,
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `as_json` wrote."""
        values = json.loads(text)
        return cls(**{**values, "state": OfferState(values["state"])})

    def as_json(self) -> str:
        """Write it as one JSON object, with these names."""
        return json.dumps(asdict(self))


def milliseconds() -> int:
    """Now, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000
