"""How a task is handed over: the two kinds of messaging task behind one interface.

The saga asks a `Handover` for its steps and does not know which kind it has.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

from twilio.rest import Client

from chat_transfer.attributes import CHANNEL, with_channel, without_channel
from chat_transfer.interactions import (
    InteractionChannel,
    Participant,
    invite_routing,
    participant_of,
)
from chat_transfer.problems import Conflict
from chat_transfer.retries import RetryPolicy, is_stale
from chat_transfer.taskrouter import NewTask, Task, TaskRouter
from chat_transfer.twilio_failures import Missing, Refused, Stale

REASON = "task transferred"


# What attributes become, None where they are right already.
Change = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]


class OriginalEnded(Exception):
    """The task that is being handed over was completed, cancelled or deleted meanwhile."""


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
        May be called whether the step happened, half happened or did not. Raises `OriginalEnded`
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
        OriginalEnded
            Because somebody has ended the task.
        """

    def create(self, task: NewTask) -> str | None:
        """Make the new task, once; None where its SID is not known yet."""

    def join(self, identity: str) -> None:
        """Put an agent into the chat again; one who is there already is fine."""


class ChannelHandover:
    """A chat or an SMS of Programmable Chat: the task's ``channelSid`` is the whole conversation.

    The channel is taken off the original before that is completed, since the Channel Janitor closes
    the channel of a task that ends
    (https://www.twilio.com/docs/flex/developer/messaging/chat-channel-janitor).
    """

    def __init__(
        self,
        client: Client,
        taskrouter: TaskRouter,
        original: Task,
        channel_sid: str,
        retries: RetryPolicy,
    ) -> None:
        self._client = client
        self._taskrouter = taskrouter
        self._original = original
        self._channel_sid = channel_sid
        self._retries = retries

    @property
    def steps(self) -> Sequence[Step]:
        """Take the channel off the original, then complete it."""
        return (
            Step("detach channel", self._detach, self._attach),
            Step("complete original", self._complete, lambda: None),
        )

    def other_agents(self) -> Sequence[str]:
        """Nobody: such a channel has one agent."""
        return ()

    def create(self, task: NewTask) -> str | None:
        """Create the task in TaskRouter."""
        return self._taskrouter.create(task)

    def join(self, identity: str) -> None:
        """Add a member to the channel; Flex's configuration names the service that has it."""
        configuration = self._retries.call(self._client.flex_api.v1.configuration().fetch)
        channel = self._client.chat.v2.services(
            configuration.chat_service_instance_sid or ""
        ).channels(self._channel_sid)
        _unless_there(lambda: self._retries.call(lambda: channel.members.create(identity=identity)))

    def _detach(self) -> None:
        self._rewrite(
            lambda attributes: without_channel(attributes) if CHANNEL in attributes else None,
            known=self._original,
        )

    def _attach(self) -> None:
        self._rewrite(
            lambda attributes: (
                with_channel(attributes, self._channel_sid)
                if attributes.get(CHANNEL) != self._channel_sid
                else None
            )
        )

    def _rewrite(self, change: Change, known: Task | None = None) -> None:
        """Write the original's attributes; what others wrote in between stays."""
        for attempt in self._retries.retrying(is_stale):
            with attempt:
                task = known or self._open_original()
                known = None
                attributes = change(task.attributes)
                if attributes is not None:
                    self._write(task, attributes)

    def _write(self, task: Task, attributes: Mapping[str, Any]) -> None:
        try:
            self._taskrouter.write_attributes(task, attributes)
        except Stale:
            raise
        except Refused:
            self._open_original()
            raise

    def _open_original(self) -> Task:
        try:
            task = self._taskrouter.fetch_task(self._original.sid)
        except Missing:
            raise OriginalEnded from None
        if task.is_ended:
            raise OriginalEnded
        return task

    def _complete(self) -> None:
        try:
            self._taskrouter.complete(self._original.sid, REASON)
        except Refused:
            if not self._taskrouter.has_ended(self._original.sid):
                raise


class InteractionHandover:
    """A Flex Conversations task: it belongs to an interaction, which makes and completes its tasks.

    TaskRouter tasks must not be made by hand here: an invite makes the new one. Closing the agent's
    own participant completes the old one; the conversation stays open and waits for the next agent.
    """

    def __init__(
        self,
        client: Client,
        taskrouter: TaskRouter,
        original: Task,
        holder_sid: str,
        workspace_sid: str,
        retries: RetryPolicy,
    ) -> None:
        attributes = original.attributes
        self._client = client
        self._taskrouter = taskrouter
        self._original = original
        self._holder_sid = holder_sid
        self._workspace_sid = workspace_sid
        self._conversation_sid = str(attributes["conversationSid"])
        self._channel = InteractionChannel(
            client,
            str(attributes["flexInteractionSid"]),
            str(attributes["flexInteractionChannelSid"]),
            retries,
        )
        self._retries = retries
        self._agents: tuple[Participant, ...] | None = None

    @property
    def steps(self) -> Sequence[Step]:
        """Close the participant of the agent who holds the task."""
        return (Step("close participant", self._close, self._check_open),)

    def other_agents(self) -> Sequence[str]:
        """The agents whom the channel lists, less those who are done and the one who holds it."""
        if self._own() is None:
            self._check_open()
            raise Conflict(
                "The agent who holds this task is not a participant of its interaction channel, or "
                "has left it already. Open the task in Flex again, or complete it there.",
                code="agent_not_in_conversation",
            )
        present = (one for one in self._participants() if not one.is_done and one.worker_sid)
        workers = {one.worker_sid: None for one in present if one.worker_sid != self._holder_sid}
        return [sid for sid in workers if sid]

    def create(self, task: NewTask) -> str | None:
        """Invite by the workflow, which makes the task."""
        return self._channel.invite(invite_routing(self._workspace_sid, task))

    def join(self, identity: str) -> None:
        """Add a participant to the conversation, which is in the account's default service."""
        conversation = self._client.conversations.v1.conversations(self._conversation_sid)
        _unless_there(
            lambda: self._retries.call(lambda: conversation.participants.create(identity=identity))
        )

    def _participants(self) -> tuple[Participant, ...]:
        if self._agents is None:
            self._agents = self._channel.agents()
        return self._agents

    def _own(self) -> Participant | None:
        return participant_of(self._participants(), self._original.sid, self._holder_sid)

    def _close(self) -> None:
        own = self._own()
        if own is None:
            self._check_open()
            raise Missing(404)
        try:
            self._channel.close(own.sid)
        except Refused as refused:
            if refused.code not in (20001, 20404):
                raise

    def _check_open(self) -> None:
        """There is nothing to undo: a participant is closed, with its task, or it is not."""
        if self._taskrouter.has_ended(self._original.sid):
            raise OriginalEnded


def _unless_there(join: Callable[[], object]) -> None:
    try:
        join()
    except Refused as refused:
        if refused.status != HTTPStatus.CONFLICT:
            raise


def is_interaction(task: Task) -> bool:
    """Whether this is a Flex Conversations task, whether or not it has a ``channelSid`` too."""
    names = ("flexInteractionSid", "flexInteractionChannelSid", "conversationSid")
    return all(isinstance(task.attributes.get(name), str) for name in names)
