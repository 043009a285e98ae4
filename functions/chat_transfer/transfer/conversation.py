"""How a Flex Conversations task is looked at, and how it moves.

It belongs to an interaction, so TaskRouter tasks must not be made by hand: an invite makes the new
one. Closing the agent's own participant completes the old one; the conversation stays open and
waits for the next agent.

Twilio's SDKs have a Transfers API since 2025-02-20. It is not used: its request has no schema, and
Twilio's pages do not list it.
https://github.com/twilio/twilio-python/blob/main/CHANGES.md
https://www.twilio.com/docs/flex/developer/conversations/interactions-api
"""

from collections.abc import Collection

from chat_transfer.transfer.kind import Listed
from chat_transfer.transfer.record import Creation, Place, Wanted
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import Missing
from chat_transfer.twilio.interactions import InteractionChannel
from chat_transfer.twilio.tasks import NewTask, Task, sid_in

CANCEL_REASON = "transfer undone"


def place_of(task: Task) -> Place | None:
    """Where the customer of a Flex Conversations task is; None if it is of another kind."""
    place = Place(
        conversation_sid=sid_in(task.attributes, "conversationSid") or "",
        interaction_sid=sid_in(task.attributes, "flexInteractionSid"),
        channel_sid=sid_in(task.attributes, "flexInteractionChannelSid"),
    )
    return place if place.conversation_sid and place.interaction_sid and place.channel_sid else None


class Conversation:
    """The conversation of an interaction's channel, see `TaskKind`."""

    detaches = False

    def __init__(self, twilio: Twilio, place: Place) -> None:
        self.place = place
        self._twilio = twilio
        self._channel = InteractionChannel(
            twilio.client, place.interaction_sid or "", place.channel_sid or "", twilio.retries
        )

    def listed(self) -> Listed:
        """List the tasks of the channel's agents and invites, in parallel."""
        agents = self._twilio.threads.submit(self._channel.agents)
        invited = self._channel.invited_tasks()
        known = [one for one in agents.result() if one.task_sid]
        return Listed(
            agents={one.task_sid or "": one.worker_sid for one in known},
            participants={one.task_sid or "": one.sid for one in known},
            invited=[task for task in invited if task],
        )

    def made(self, creation: Creation, task: Task, original: Task | None) -> bool:  # noqa: ARG002
        """Whether an invite made it: the channel's invites name what is listed."""
        return task.attributes.get("transferredFrom") is not None or creation.again

    def is_open(
        self,
        original: Task | None = None,  # noqa: ARG002
        others: Collection[Task] = (),  # noqa: ARG002
        *,
        detached: bool = False,  # noqa: ARG002
    ) -> bool:
        """Whether the interaction's channel is open."""
        return not self._channel.is_over()

    def create(self, task: NewTask) -> str | None:
        """Invite by the workflow, which makes the task."""
        return self._channel.invite(self._twilio.settings.workspace_sid, task)

    def detach(self, original: Task | None) -> None:
        """Do nothing: a conversation is left in one step, and for good."""

    def end(self, wanted: Wanted, instead: Task | None) -> None:  # noqa: ARG002
        """Close the participant of the agent who holds the original, and no other."""
        self._close(wanted.participant or self._participant(wanted.original))

    def send_away(self, task: str) -> None:
        """Close the participant of the agent who holds a task, and no other."""
        self._close(self._participant(task))

    def _participant(self, task: str) -> str:
        participant = self.listed().participants.get(task)
        if participant is None:
            raise Missing(404, None)
        return participant

    def _close(self, participant: str) -> None:
        self._twilio.retries.call(lambda: self._channel.close(participant))

    def restore(self) -> None:
        """Do nothing: a participant is closed, or it is not."""

    def cancel(self, task: Task) -> None:
        """Cancel the task of an invite.

        Twilio's best practices advise against cancelling tasks of an interaction in general, since
        the interaction may stay open without an agent. Here another task leads to the customer.
        Twilio's own ``flex-project-template`` takes back an open invite in the same way.
        https://www.twilio.com/docs/flex/developer/conversations/best-practices
        """
        self._twilio.taskrouter.cancel(task, CANCEL_REASON)

    def join(self, identity: str) -> None:
        """Add a participant to the conversation, which is in the account's default service."""
        conversations = self._twilio.client.conversations.v1.conversations
        self._twilio.join(conversations(self.place.conversation_sid).participants, identity)
