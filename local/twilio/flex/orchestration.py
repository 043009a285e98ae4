"""What Flex does when TaskRouter's tasks change hands: agents enter and leave, rooms are closed.

Sources: https://www.twilio.com/docs/flex/developer/conversations/park-an-interaction (closing an
agent completes the task and leaves the conversation open),
https://www.twilio.com/docs/flex/developer/messaging/manage-flows#channel-janitor.
"""

from dataclasses import dataclass, replace

from local.twilio.account import Account
from local.twilio.flex import rooms
from local.twilio.flex.model import ChannelParticipant
from local.twilio.sids import new_sid
from local.twilio.taskrouter.model import Reservation, Task, Worker


@dataclass(frozen=True, slots=True)
class Orchestration:
    """Listens to a workspace on behalf of its account's Flex."""

    account: Account

    def reservation_accepted(self, task: Task, worker: Worker, reservation: Reservation) -> None:
        """Bring the agent into the interaction's channel, or into the chat channel."""
        flex = self.account.flex
        channel = flex.channels.get(str(task.attribute("flexInteractionChannelSid")))
        now = self.account.clock.now()
        if channel is not None:
            participant = ChannelParticipant(
                sid=new_sid("UT"),
                channel_sid=channel.sid,
                interaction_sid=channel.interaction_sid,
                type="agent",
                routing=_routing(channel.workspace_sid, task, reservation),
                identity=worker.identity,
            )
            flex.participants[participant.sid] = participant
            rooms.enter(
                flex.conversation_participants, channel.conversation_sid, worker.identity, now
            )
            return
        chat = flex.chat_channels.get(str(task.attribute("channelSid")))
        if chat is not None:
            rooms.enter(flex.chat_members, chat.sid, worker.identity, now)

    def task_ended(self, task: Task) -> None:
        """Let the agent of an interaction's task go; let the Janitor have a chat's channel."""
        for participant in list(self.account.flex.participants.values()):
            if participant.routing.get("task_sid") == task.sid and participant.present:
                self._leave(participant)
        after = self.account.settings.janitor_after
        deleted = not task.status.ended
        if task.status in after or (after and deleted):
            self._clean_up(str(task.attribute("channelSid")))

    def _leave(self, participant: ChannelParticipant) -> None:
        """Mark the agent's participant as closed and take them out of the conversation.

        The list goes on showing them, with routing properties whose ``status`` is ``closed``: the
        documentation does not say whether closed participants are listed, and a caller who copes
        with them copes without them.
        """
        flex = self.account.flex
        flex.participants[participant.sid] = replace(
            participant, routing={**participant.routing, "status": "closed"}
        )
        others = [
            other
            for other in flex.participants.values()
            if other.channel_sid == participant.channel_sid
            and other.identity == participant.identity
            and other.present
        ]
        if not others:
            channel = flex.channels[participant.channel_sid]
            rooms.leave(
                flex.conversation_participants, channel.conversation_sid, participant.identity
            )

    def _clean_up(self, channel_sid: str) -> None:
        """Do the Channel Janitor's work: everybody out, the channel inactive."""
        flex = self.account.flex
        chat = flex.chat_channels.get(channel_sid)
        if chat is None:
            return
        flex.chat_channels[chat.sid] = replace(
            chat, state="inactive", date_updated=self.account.clock.now()
        )
        for member in list(flex.chat_members.values()):
            if member.room_sid == chat.sid:
                del flex.chat_members[member.sid]


def _routing(workspace_sid: str, task: Task, reservation: Reservation) -> dict[str, str | None]:
    return {
        "workspace_sid": workspace_sid,
        "workflow_sid": task.workflow_sid,
        "queue_sid": task.task_queue_sid,
        "task_sid": task.sid,
        "worker_sid": reservation.worker_sid,
        "reservation_sid": reservation.sid,
        "status": "accepted",
    }
