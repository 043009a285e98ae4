"""An attempt at a transfer, and its result, as they are recorded."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Self


class Phase(StrEnum):
    """How far an attempt has come."""

    CREATING = "CREATING"
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
    new_task_sid : str or None
        Known from `Phase.HANDING_OVER` on.
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
    phase: Phase = Phase.CREATING
    new_task_sid: str | None = None
    close_sent: bool = False
    accepted: bool = False
    doubted: str | None = None

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
