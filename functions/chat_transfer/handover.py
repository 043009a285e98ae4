"""How a task is handed over: what the saga asks of either kind of messaging task.

The saga does not know which kind it has: `channel_handover` and `interaction_handover` are the two.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from chat_transfer.taskrouter import NewTask, Task
from chat_transfer.twilio_failures import Refused


class TaskEnded(Exception):
    """A task of the transfer was completed, cancelled or deleted meanwhile."""


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the handover, after the new task was made.

    Attributes
    ----------
    name : str
        For the log.
    do : callable
        May be called again, also when it happened already.
    undo : callable
        May be called whether the step happened, half happened or did not. Raises `TaskEnded`
        where there is nothing left to go back to.
    """

    name: str
    do: Callable[[], None]
    undo: Callable[[], None]


class Handover(Protocol):
    """What differs between the kinds of task. Every method may raise a `TwilioFailure`."""

    @property
    def steps(self) -> Sequence[Step]:
        """What follows the creation of the new task, in order."""

    def other_agents(self) -> Sequence[str]:
        """The worker SIDs of the agents in the conversation, without the one who holds the task.

        Raises
        ------
        Conflict
            The agent who holds the task is not in its conversation, and so cannot leave it.
        TaskEnded
            Because somebody has ended the task.
        """

    def has_open_invite(self) -> bool:
        """Whether somebody else is being brought into the conversation at this moment."""

    def create(self, task: NewTask) -> str | None:
        """Make the new task, once; None where its SID is not known yet."""

    def equip(self, made: str) -> None:
        """Give the new task what leads to the customer, where an undo has taken that from it.

        Raises
        ------
        Missing
            Nobody will ever take it: it was cancelled, or deleted.
        """

    def strip(self, made: Task) -> Task:
        """Take from a new task what leads to the customer, before it is cancelled.

        Returns
        -------
        Task
            As it is then.

        Raises
        ------
        Stale
            It is not as it was read.
        """

    def has_let_go(self) -> bool:
        """Whether the original was let go of, by this attempt or one before, so that it may end."""

    def join(self, identity: str) -> None:
        """Put an agent into the chat again; one who is there already is fine."""

    def leave(self, identity: str) -> None:
        """Take the agent who has handed the task over out of the chat for good."""


def unless(status: HTTPStatus, call: Callable[[], object]) -> None:
    """Make a call whose purpose this refusal says is reached already."""
    try:
        call()
    except Refused as refused:
        if refused.status != status:
            raise
