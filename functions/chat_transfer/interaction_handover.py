"""How a Flex Conversations task is handed over."""

from collections.abc import Sequence
from http import HTTPStatus

from chat_transfer.attributes import sid_in
from chat_transfer.handover import Step, TaskEnded, unless
from chat_transfer.interactions import (
    InteractionChannel,
    Participant,
    invite_routing,
    participant_of,
)
from chat_transfer.problems import Conflict
from chat_transfer.taskrouter import NewTask, Task
from chat_transfer.twilio_context import TwilioContext
from chat_transfer.twilio_failures import Missing, NoAnswer, Refused

INTERACTION = ("flexInteractionSid", "flexInteractionChannelSid", "conversationSid")


def is_interaction(task: Task) -> bool:
    """Whether this is a Flex Conversations task, whether or not it has a ``channelSid`` too."""
    return all(sid_in(task.attributes, name) for name in INTERACTION)


class InteractionHandover:
    """A Flex Conversations task: it belongs to an interaction, which makes and completes its tasks.

    TaskRouter tasks must not be made by hand here: an invite makes the new one. Closing the agent's
    own participant completes the old one; the conversation stays open and waits for the next agent.
    """

    def __init__(self, twilio: TwilioContext, original: Task, holder_sid: str) -> None:
        self._twilio = twilio
        self._taskrouter = twilio.taskrouter
        self._original = original
        self._holder_sid = holder_sid
        interaction, channel, conversation = (
            str(sid_in(original.attributes, name)) for name in INTERACTION
        )
        self._conversation_sid = conversation
        self._channel = InteractionChannel(twilio.client, interaction, channel, twilio.retries)
        self._agents: tuple[Participant, ...] | None = None
        self._may_be_closing = False

    @property
    def steps(self) -> Sequence[Step]:
        """Close the participant of the agent who holds the task."""
        return (Step("close participant", self._close, self._check_open),)

    def other_agents(self) -> Sequence[str]:
        """The agents whom the channel lists, less those who are done and the one who holds it."""
        if self._own() is None:
            if self._taskrouter.has_ended(self._original.sid):
                raise TaskEnded
            raise Conflict(
                "The agent who holds this task is not a participant of its interaction channel, or "
                "has left it already. Open the task in Flex again, or complete it there.",
                code="agent_not_in_conversation",
                customer_stays=False,
            )
        present = (one for one in self._participants() if not one.is_done and one.worker_sid)
        workers = {one.worker_sid: None for one in present if one.worker_sid != self._holder_sid}
        return [sid for sid in workers if sid]

    def create(self, task: NewTask) -> str | None:
        """Invite by the workflow, which makes the task."""
        return self._channel.invite(invite_routing(self._twilio.settings.workspace_sid, task))

    def has_open_invite(self) -> bool:
        """Whether an invite's task waits for an agent who is not in the conversation yet.

        An invite does not tell its state, so the task that it made is asked. Those that agents of
        this conversation have, or had, need not be.
        """
        settled = {one.task_sid for one in self._participants()} | {self._original.sid}
        return any(
            self._is_waiting(sid)
            for sid in self._channel.invited_tasks()
            if sid and sid not in settled
        )

    def equip(self, made: str) -> None:
        """Nothing: an interaction's task leads to the customer by the interaction."""

    def strip(self, made: Task) -> Task:
        """Nothing, for the same reason."""
        return made

    def join(self, identity: str) -> None:
        """Add a participant to the conversation, which is in the account's default service."""
        conversation = self._twilio.client.conversations.v1.conversations(self._conversation_sid)
        unless(
            HTTPStatus.CONFLICT,
            lambda: self._twilio.retries.call(
                lambda: conversation.participants.create(identity=identity)
            ),
        )

    def leave(self, identity: str) -> None:
        """Nothing is left to do: who closes their participant leaves the conversation with it."""

    def _is_waiting(self, task_sid: str) -> bool:
        try:
            task = self._taskrouter.fetch_task(task_sid)
        except Missing:
            return False
        return not task.is_accepted and not task.is_ended

    def _participants(self) -> tuple[Participant, ...]:
        if self._agents is None:
            self._agents = self._channel.agents()
        return self._agents

    def _own(self) -> Participant | None:
        return participant_of(self._participants(), self._original.sid, self._holder_sid)

    def _close(self) -> None:
        own = self._own()
        if own is None:
            return
        try:
            self._twilio.retries.call(lambda: self._send_close(own.sid))
        except Refused:
            if not self._is_over():
                raise

    def _send_close(self, participant_sid: str) -> None:
        try:
            self._channel.close(participant_sid)
        except NoAnswer:
            self._may_be_closing = True
            raise

    def _check_open(self) -> None:
        """Undo nothing: a participant is closed, or it is not, or it may still be.

        Flex may complete the task a moment after it has closed the participant, so the participant
        is asked too. A close that was never answered may be carried out later: then the new task
        must stay, or the customer would be alone.
        """
        if self._is_over():
            raise TaskEnded
        if self._may_be_closing:
            raise NoAnswer

    def _is_over(self) -> bool:
        return self.has_let_go() or self._taskrouter.has_ended(self._original.sid)

    def has_let_go(self) -> bool:
        """Whether the agent's participant is closed, or not there any more."""
        self._agents = None
        return self._own() is None
