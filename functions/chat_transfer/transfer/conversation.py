"""How a Flex Conversations task is handed over.

It belongs to an interaction, so TaskRouter tasks must not be made by hand: an invite makes the new
one. Closing the agent's own participant completes the old one; the conversation stays open and
waits for the next agent.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress

from chat_transfer.http.problems import Conflict, Problem, TaskEnded
from chat_transfer.http.request import Target
from chat_transfer.transfer.attributes import sid_in
from chat_transfer.transfer.handover import NoWayBack, OriginalEnded
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import Missing, Refused, TwilioFailure
from chat_transfer.twilio.interactions import InteractionChannel, Participant
from chat_transfer.twilio.taskrouter import NewTask, Task

INTERACTION = ("flexInteractionSid", "flexInteractionChannelSid", "conversationSid")
# What Twilio answers to a second close: https://www.twilio.com/docs/api/errors/20001 and 20404.
CLOSED_ALREADY = frozenset({20001, 20404})


def is_conversation(task: Task) -> bool:
    """Whether this is a Flex Conversations task, whether or not it has a ``channelSid`` too."""
    return all(sid_in(task.attributes, name) for name in INTERACTION)


class ConversationHandover:
    """The handover of a task of an interaction, see `Handover`.

    Parameters
    ----------
    task : Task
        The original, or where that is deleted the new task: both belong to the interaction.
    close_sent : bool
        Whether an earlier attempt may have closed the agent's participant.
    """

    is_final = True

    def __init__(self, twilio: Twilio, task_sid: str, task: Task, *, close_sent: bool) -> None:
        self._twilio = twilio
        self._taskrouter = twilio.taskrouter
        self._task_sid = task_sid
        self._may_be_closed = close_sent
        interaction, channel, conversation = (str(sid_in(task.attributes, n)) for n in INTERACTION)
        self._conversation_sid = conversation
        self._channel = InteractionChannel(twilio.client, interaction, channel, twilio.retries)
        # Read at once, for they are needed whatever is recorded of an earlier attempt.
        self._agents: Future[tuple[Participant, ...]] = twilio.threads.submit(self._channel.agents)
        self._invited = twilio.threads.submit(self._channel.invited_tasks)

    def other_agents(self, target: Target, offered: str | None) -> Sequence[str]:
        """The agent participants whose own task is open in TaskRouter.

        Neither a participant nor an invite tells its state, so the tasks behind them are read.
        """
        try:
            agents, invited = self._agents.result(), self._invited.result()
        except Missing:
            raise _interaction_gone() from None
        if self._own(agents) is None:
            try:
                self._check_open()
            except OriginalEnded:
                raise TaskEnded from None
            raise Conflict(
                "The agent who holds this task is not a participant of its interaction channel, or "
                "has left it already. Open the task in Flex again, or complete it there.",
                code="agent_not_in_conversation",
            )
        theirs = {*(one.task_sid for one in agents), *invited}
        tasks = self._read(theirs - {self._task_sid, offered, None})
        if any(not task.is_accepted and not task.is_ended for task in tasks):
            raise Conflict(
                "Another agent is being invited into this conversation. Try again when that invite "
                "is accepted or over.",
                code="invite_open",
            )
        open_tasks = {task.sid for task in tasks if not task.is_ended}
        present = [one.worker_sid for one in agents if one.task_sid in open_tasks]
        if target.sid in present:
            raise Conflict(
                "The target is in this conversation already.", code="target_in_conversation"
            )
        return list(dict.fromkeys(filter(None, present)))

    def create(self, task: NewTask) -> str | None:
        """Invite by the workflow, which makes the task."""
        try:
            return self._channel.invite(self._twilio.settings.workspace_sid, task)
        except Refused:
            if self._channel.is_over():
                raise _interaction_gone() from None
            raise

    def candidates(self) -> Sequence[Task]:
        """The tasks that the channel's invites made, from this one."""
        try:
            invited = self._channel.invited_tasks()
        except Missing:  # the interaction is gone, and its invites with it
            return ()
        tasks = self._read({*invited} - {self._task_sid, None})
        return [one for one in tasks if one.attributes.get("transferredFrom") == self._task_sid]

    def detach(self) -> None:
        """Do nothing: a conversation is left in one step, and for good."""

    def finish(self, leaving: str | None) -> None:  # noqa: ARG002 - who is closed has left
        """Close the participant of the agent who holds this task, and no other."""
        try:
            own = self._own(self._agents.result())
        except Missing:
            raise OriginalEnded from None
        if own is None:
            return
        try:
            self._twilio.retries.call(lambda: self._close(own.sid))
        except TwilioFailure as failure:
            if self._may_be_closed and getattr(failure, "code", None) in CLOSED_ALREADY:
                return
            if self._may_be_closed:
                with suppress(TwilioFailure):
                    self._check_open()
                raise NoWayBack from failure
            self._check_open()
            raise

    def restore(self) -> None:
        """Do nothing: a participant is closed, or it is not."""
        self._check_open()

    def outlives(self, original: Task | None, made: Task | None) -> bool:  # noqa: ARG002
        """Whether the interaction channel is open."""
        return not self._channel.is_over()

    def give_channel(self, task: Task) -> None:
        """Do nothing: an interaction's task leads to the customer by the interaction."""

    def take_channel(self, task: Task) -> Task:
        """Do nothing, for the same reason."""
        return task

    def join(self, identity: str) -> None:
        """Add a participant to the conversation, which is in the account's default service."""
        conversation = self._twilio.client.conversations.v1.conversations(self._conversation_sid)
        self._twilio.join(conversation.participants, identity)

    def _own(self, agents: Iterable[Participant]) -> Participant | None:
        return next((one for one in agents if one.task_sid == self._task_sid), None)

    def _close(self, participant_sid: str) -> None:
        try:
            self._channel.close(participant_sid)
        except TwilioFailure as failure:
            self._may_be_closed |= failure.may_have_happened
            raise

    def _read(self, task_sids: Iterable[str | None]) -> Sequence[Task]:
        tasks = self._twilio.threads.map(lambda sid: self._taskrouter.task(str(sid)), task_sids)
        return [task for task in tasks if task]

    def _check_open(self) -> None:
        task = self._taskrouter.task(self._task_sid)
        if task is None or task.is_ended:
            raise OriginalEnded


def _interaction_gone() -> Problem:
    return Conflict(
        "The task's interaction or its channel is closed or deleted, so there is no conversation "
        "to transfer.",
        code="interaction_gone",
    )
