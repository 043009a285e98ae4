"""What Flex does when tasks change hands: agents join and leave, rooms are closed.

Sources: https://www.twilio.com/docs/flex/developer/conversations/park-an-interaction (closing an
agent completes the task and leaves the conversation open),
https://www.twilio.com/docs/flex/developer/messaging/manage-flows#channel-janitor.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from twilio_emulator.account import Account
from twilio_emulator.flex import rooms
from twilio_emulator.flex.invites import send_due_invites
from twilio_emulator.flex.model import ChannelParticipant, Flex
from twilio_emulator.sids import new_sid
from twilio_emulator.taskrouter.lifecycle import complete
from twilio_emulator.taskrouter.model import Reservation, Task, Worker


@dataclass(frozen=True, slots=True)
class Orchestration:
    """Listens to a workspace on behalf of its account's Flex."""

    account: Account

    def owns(self, task: Task) -> bool:
        """Tell whether the task belongs to an interaction, whatever its attributes say."""
        return self.account.flex.channel_of(task.sid) is not None

    def time_passed(self) -> None:
        """Create the tasks of invites that are due, complete those of agents who were closed."""
        send_due_invites(self.account)
        now = self.account.clock.now()
        for sid, participant in list(self.account.flex.participants.items()):
            if participant.completes_at is not None and now >= participant.completes_at:
                self.account.flex.participants[sid] = replace(participant, completes_at=None)
                self._complete(participant)

    def _complete(self, participant: ChannelParticipant) -> None:
        channel = self.account.flex.channels[participant.channel_sid]
        workspace = self.account.workspace(channel.workspace_sid)
        task = workspace.tables.tasks.get(participant.task_sid or "")
        if task is not None and not task.status.ended:
            complete(workspace, task, None)

    def reservation_accepted(self, task: Task, worker: Worker, reservation: Reservation) -> None:
        """Bring the agent into the interaction's channel, or into the chat channel."""
        flex = self.account.flex
        channel = flex.channel_of(task.sid) or flex.channels.get(
            str(task.attribute("flexInteractionChannelSid"))
        )
        now = self.account.clock.now()
        if channel is not None:
            participant = ChannelParticipant(
                sid=new_sid("UT", self.account.random),
                channel_sid=channel.sid,
                interaction_sid=channel.interaction_sid,
                type="agent",
                identity=worker.identity,
                task_sid=task.sid,
                worker_sid=worker.sid,
                reservation_sid=reservation.sid,
            )
            flex.participants[participant.sid] = participant
            rooms.enter(
                flex.conversation_participants,
                channel.conversation_sid,
                worker.identity,
                now,
                self.account.random,
            )
            return
        chat = flex.chat_channels.get(str(task.attribute("channelSid")))
        if chat is not None:
            rooms.enter(flex.chat_members, chat.sid, worker.identity, now, self.account.random)

    def task_wrapping(self, task: Task) -> None:
        """Clean up a chat's channel, if the Janitor does so before the task is completed."""
        if task.status in self.account.settings.janitor_after:
            self._clean_up(str(task.attribute("channelSid")))

    def task_ended(self, task: Task) -> None:
        """Take the agent of an interaction's task out; clean up a chat's channel."""
        for participant in list(self.account.flex.participants.values()):
            if participant.task_sid == task.sid and participant.present:
                release(self.account.flex, participant)
        after = self.account.settings.janitor_after
        deleted = not task.status.ended
        if task.status in after or (after and deleted):
            self._clean_up(str(task.attribute("channelSid")))

    def _clean_up(self, channel_sid: str) -> None:
        """Do what the Channel Janitor does: remove all members, make the channel inactive."""
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


def release(
    flex: Flex, participant: ChannelParticipant, completes_at: datetime | None = None
) -> None:
    """Close an agent's participant and take them out of the conversation.

    They stay in it while they have another task of the same channel.
    """
    flex.participants[participant.sid] = replace(
        participant, present=False, completes_at=completes_at
    )
    channel = flex.channels[participant.channel_sid]
    if not any(
        other.channel_sid == channel.sid
        and other.identity == participant.identity
        and other.present
        for other in flex.participants.values()
    ):
        table = flex.conversation_participants
        occupant = rooms.find(table, channel.conversation_sid, participant.identity or "")
        if occupant is not None:
            del table[occupant.sid]
