"""Makes tasks of every kind that a contact centre has, assigned to a given worker.

They look as if Flex and Studio had made them: with channel, conversation and customer.
"""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from twilio_emulator.account import Account
from twilio_emulator.flex import rooms
from twilio_emulator.flex.model import ChannelParticipant, InteractionChannel, Room
from twilio_emulator.sids import new_sid, seeded_sid
from twilio_emulator.taskrouter.lifecycle import accept
from twilio_emulator.taskrouter.model import Reservation, Task, waiting_in
from twilio_emulator.taskrouter.workspace import Workspace

CUSTOMER_NUMBER = "+15005550001"
COMPANY_NUMBER = "+15005550006"
# Two who wrote together: one is written to, the other gets a copy.
CUSTOMER_EMAIL, COPIED_EMAIL = "robin@example.com", "casey@example.com"
COMPANY_EMAIL = "support@example.org"
_TASK_CHANNELS = {"web": "chat", "sms": "sms", "email": "email"}


@dataclass(slots=True)
class Work:
    """An account with one workspace, and the tasks in it.

    ``workers``, ``queues``, ``workflows`` and ``tasks`` give SIDs by name. A task made with a
    ``name`` is stored under it, and has the same SIDs every time.
    """

    account: Account
    workspace: Workspace
    workers: dict[str, str] = field(default_factory=dict)
    queues: dict[str, str] = field(default_factory=dict)
    workflows: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)

    def chat_task(self, holder: str = "ana", name: str | None = None, **attributes: Any) -> str:
        """Make a web chat of Programmable Chat, accepted by the holder; return the task's SID."""
        own = {"name": "Casey", "customerName": "Casey", "identity": "casey"}
        return self._chat_task("web", holder, name, {**own, **attributes})

    def sms_task(self, holder: str = "ana", name: str | None = None, **attributes: Any) -> str:
        """Make an SMS conversation of Programmable Chat, accepted by the holder."""
        own = {"name": CUSTOMER_NUMBER, "customerAddress": CUSTOMER_NUMBER}
        return self._chat_task("sms", holder, name, {**own, **attributes})

    def conversation_task(
        self, holder: str = "ana", name: str | None = None, **attributes: Any
    ) -> str:
        """Make a web chat of Flex Conversations, accepted by the holder."""
        own = {"name": "Robin", "customerName": "Robin", "from": "Robin"}
        return self._interaction_task("web", holder, name, {**own, **attributes})

    def sms_conversation_task(
        self, holder: str = "ana", name: str | None = None, **attributes: Any
    ) -> str:
        """Make an SMS conversation of Flex Conversations, accepted by the holder."""
        own = {"name": CUSTOMER_NUMBER, "customerAddress": CUSTOMER_NUMBER}
        return self._interaction_task("sms", holder, name, {**own, **attributes})

    def email_conversation_task(
        self, holder: str = "ana", name: str | None = None, **attributes: Any
    ) -> str:
        """Make an e-mail conversation of Flex with two customers, accepted by the holder.

        Sources: for the customers, https://www.twilio.com/docs/api/errors/50420, and the example of
        a channel's participant in the OpenAPI document of Flex. Its example of an invite has
        ``customerName`` and ``customerAddress``. No page says whether who gets a copy is a
        customer, as here, or ``external``.
        """
        own = {"name": "Robin", "customerName": "Robin", "customerAddress": CUSTOMER_EMAIL}
        return self._interaction_task("email", holder, name, {**own, **attributes})

    def add_agent(self, task: str, agent: str, name: str | None = None) -> str:
        """Bring one more agent into a task's interaction; return the SID of that agent's task."""
        with self.account.lock:
            sid = self.tasks.get(task, task)
            first = self.workspace.task(sid)
            channel = self.workspace.tables.task_channels[first.task_channel_sid]
            own = {
                **json.loads(first.attributes),
                "flexChannelInviteSid": self._sid("KG", f"{name} invite" if name else None),
            }
            return self._held(channel.unique_name, agent, name, own)

    def voice_task(self, holder: str = "ana", name: str | None = None, **attributes: Any) -> str:
        """Make a call, accepted by the holder."""
        with self.account.lock:
            own = {
                "direction": "inbound",
                "call_sid": self._sid("CA", name),
                "from": CUSTOMER_NUMBER,
            }
            return self._held("voice", holder, name, {**own, **attributes})

    def bare_task(self, holder: str = "ana", name: str | None = None, **attributes: Any) -> str:
        """Make a task without any channel to a customer, accepted by the holder."""
        with self.account.lock:
            return self._held("default", holder, name, {"type": "callback", **attributes})

    def pending_task(
        self, queue: str = "Billing", name: str | None = None, **attributes: Any
    ) -> str:
        """Make a chat that waits in a queue; no available worker is a member of Billing."""
        with self.account.lock:
            channel = self._chat_channel(name)
            own = {"channelType": "web", "channelSid": channel.sid, "name": "Casey"}
            return self._new_task("chat", name, {**own, **attributes}, queue).sid

    def _chat_task(
        self, medium: str, holder: str, name: str | None, attributes: dict[str, Any]
    ) -> str:
        with self.account.lock:
            own = {"channelType": medium, "channelSid": self._chat_channel(name).sid}
            return self._held(_TASK_CHANNELS[medium], holder, name, {**own, **attributes})

    def _interaction_task(
        self, medium: str, holder: str, name: str | None, attributes: dict[str, Any]
    ) -> str:
        with self.account.lock:
            channel = self._interaction(medium, name)
            own = {
                "channelType": medium,
                "flexInteractionSid": channel.interaction_sid,
                "flexInteractionChannelSid": channel.sid,
                "flexChannelInviteSid": self._sid("KG", name),
                "conversationSid": channel.conversation_sid,
                # For Flex Insights, by an example below
                # https://www.twilio.com/docs/flex/developer/conversations/interactions-api
                "conversations": {
                    "communication_channel": medium.title(),
                    "direction": "Inbound",
                    "initiated_by": "Customer",
                    "media": [{"conversation_sid": channel.conversation_sid}],
                },
            }
            return self._held(_TASK_CHANNELS[medium], holder, name, {**own, **attributes})

    def _interaction(self, medium: str, name: str | None) -> InteractionChannel:
        flex = self.account.flex
        now = self.account.clock.now()
        room = Room(
            self._sid("CH", name), flex.chat_service_sid, f"{medium} conversation", now, now
        )
        channel = InteractionChannel(
            self._sid("UO", name), self._sid("KD", name), medium, room.sid, self.workspace.sid
        )
        if medium == "email":
            room = replace(room, email={"projected_address": COMPANY_EMAIL, "name": "Support"})
        flex.conversations[room.sid] = room
        flex.channels[channel.sid] = channel
        for number, (identity, binding) in enumerate(_customers(medium, room)):
            rooms.enter(
                flex.conversation_participants,
                room.sid,
                identity,
                now,
                self.account.random,
                binding=binding,
            )
            sid = self._sid("UT", f"{name}{number or ''}" if name else None)
            flex.participants[sid] = ChannelParticipant(
                sid, channel.sid, channel.interaction_sid, "customer", identity
            )
        return channel

    def _chat_channel(self, name: str | None) -> Room:
        flex = self.account.flex
        now = self.account.clock.now()
        room = Room(self._sid("CH", name), flex.chat_service_sid, "Flex chat", now, now)
        flex.chat_channels[room.sid] = room
        rooms.enter(
            flex.chat_members, room.sid, f"customer-{room.sid[-6:]}", now, self.account.random
        )
        return room

    def _held(self, channel: str, holder: str, name: str | None, attributes: dict[str, Any]) -> str:
        """Make a task that a worker has accepted, without routing it."""
        task = self._new_task(channel, name, attributes, "Everyone")
        now = self.workspace.now()
        worker, queue = self.workers[holder], self.queues["Everyone"]
        reservation = Reservation(self._sid("WR", name), task.sid, worker, queue, now, now)
        self.workspace.tables.reservations[reservation.sid] = reservation
        accept(self.workspace, reservation)
        return task.sid

    def _new_task(
        self, channel: str, name: str | None, attributes: dict[str, Any], queue: str
    ) -> Task:
        now = self.workspace.now()
        task = Task(
            sid=self._sid("WT", name),
            attributes=json.dumps(attributes),
            workflow_sid=self.workflows["Assign to Anyone"],
            task_channel_sid=self.workspace.channel(channel).sid,
            date_created=now,
            date_updated=now,
            virtual_start_time=now,
        )
        task = waiting_in(task, self.queues[queue], now)
        self.workspace.tables.tasks[task.sid] = task
        if name is not None:
            self.tasks[name] = task.sid
        return task

    def _sid(self, prefix: str, name: str | None) -> str:
        random = self.account.random
        return new_sid(prefix, random) if name is None else seeded_sid(prefix, name)


def _customers(medium: str, room: Room) -> list[tuple[str | None, dict[str, str] | None]]:
    """Return the identity or the binding of each customer of a conversation."""
    if medium == "sms":
        both = {"address": CUSTOMER_NUMBER, "proxy_address": COMPANY_NUMBER}
        return [(None, {"type": "sms", **both})]
    if medium == "email":
        to, copy = {"level": "to", "name": "Robin"}, {"level": "cc", "name": "Casey"}
        return [
            (None, {"type": "email", "address": CUSTOMER_EMAIL, **to}),
            (None, {"type": "email", "address": COPIED_EMAIL, **copy}),
        ]
    return [(f"customer-{room.sid[-6:]}", None)]
