"""What a transfer needs of either kind of messaging task.

`chat` is a task with a ``channelSid``, `conversation` one that belongs to a Flex interaction.
"""

from collections.abc import Sequence
from typing import Protocol

from chat_transfer.http.request import Target
from chat_transfer.twilio.taskrouter import NewTask, Task


class OriginalEnded(Exception):
    """The original task was completed, cancelled or deleted."""


class NoWayBack(Exception):
    """The transfer cannot be undone any more: it is carried forward."""


class Handover(Protocol):
    """What differs between the kinds of task. Every method may raise a `TwilioFailure`."""

    @property
    def is_final(self) -> bool:
        """Whether what `finish` sends cannot be taken back."""

    def other_agents(self, target: Target, offered: str | None) -> Sequence[str]:
        """The worker SIDs of the other agents who are in the conversation now.

        Parameters
        ----------
        offered : str or None
            The new task of our own open offer, which is to be taken back.

        Raises
        ------
        Conflict
            The target is one of them, or another agent is being invited, or the agent who holds the
            task cannot leave.
        """

    def create(self, task: NewTask) -> str | None:
        """Send the creation of the new task once; None where its SID is not known yet."""

    def candidates(self) -> Sequence[Task]:
        """Find the tasks that this transfer may have made, by what a browser cannot write."""

    def detach(self) -> None:
        """Take the original from its customer as far as that can be undone.

        Raises
        ------
        OriginalEnded
            The original is over.
        """

    def finish(self, leaving: str | None) -> None:
        """End the original, and let the agent of this identity leave the chat.

        Raises
        ------
        OriginalEnded
            The original is over already.
        NoWayBack
            It may have ended, and Twilio does not say so.
        """

    def restore(self) -> None:
        """Give the original back what `detach` took, whether or not that took effect.

        Raises
        ------
        OriginalEnded
            The original is over.
        """

    def outlives(self, original: Task | None, made: Task | None) -> bool:
        """Whether the customer's conversation goes on after the original, which is over."""

    def give_channel(self, task: Task) -> None:
        """Give a new task the channel again, where an undo has removed it."""

    def take_channel(self, task: Task) -> Task:
        """Remove the channel from a new task before it is cancelled; return the changed task.

        Raises
        ------
        Stale
            It is not as it was read.
        """

    def join(self, identity: str) -> None:
        """Put an agent into the chat again; one who is there already is fine."""
