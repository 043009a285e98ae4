"""What differs between the kinds of messaging task: how they are looked at, and how they move.

What is decided does not differ. `conversation` is a task of a Flex interaction, `chat` one of
Programmable Chat with a ``channelSid``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from chat_transfer.transfer.record import Creation, Place, Wanted
from chat_transfer.twilio.tasks import NewTask, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The tasks that Twilio lists for a conversation.

    Attributes
    ----------
    agents : mapping of str to str or None
        The tasks of the agents in it, and their worker SIDs; an agent who left may be listed.
    participants : mapping of str to str
        The participants (``UT…``) of those tasks.
    invited : sequence of str
        The tasks that its invites made.
    """

    agents: Mapping[str, str | None] = field(default_factory=dict)
    participants: Mapping[str, str] = field(default_factory=dict)
    invited: Sequence[str] = ()


class TaskKind(Protocol):
    """One conversation. Every method may raise a `TwilioFailure`.

    Attributes
    ----------
    detaches : bool
        Whether the original is detached before it is ended, and can be restored.
    """

    place: Place
    detaches: bool

    def listed(self) -> Listed:
        """List the tasks of the conversation; raises `Missing` if it is gone."""

    def made(self, creation: Creation, task: Task, original: Task | None) -> bool:
        """Whether a listed task can be what an unanswered creation made, by what Twilio says."""

    def is_open(
        self,
        original: Task | None = None,
        others: Collection[Task] = (),
        *,
        detached: bool = False,
    ) -> bool:
        """Whether the customer's conversation is open.

        Parameters
        ----------
        original : Task or None
            None if it is deleted.
        others : collection of Task
            The other tasks of the conversation.
        detached : bool
            Whether it was detached before that.
        """

    def create(self, task: NewTask) -> str | None:
        """Send the creation of a task once; None if the answer does not name it."""

    def detach(self, original: Task | None) -> None:
        """Take the original from its customer as far as that can be undone."""

    def end(self, wanted: Wanted, instead: Task | None) -> None:
        """End the original, and let its agent leave.

        Parameters
        ----------
        instead : Task or None
            The task that the customer has, if it was read.
        """

    def send_away(self, task: str) -> None:
        """Let the agent of another task leave; the conversation stays open."""

    def restore(self) -> None:
        """Put on the original again what `detach` takes off, even if `detach` was not answered."""

    def cancel(self, task: Task) -> None:
        """Cancel a task, provided that it is still as it was read."""

    def join(self, identity: str) -> None:
        """Put an agent into the chat again; one who is there already is fine."""
