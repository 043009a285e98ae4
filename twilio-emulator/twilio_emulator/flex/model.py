"""The state of Flex: interactions, their conversations, chat channels, user tokens.

Source: https://www.twilio.com/docs/flex/developer/conversations/interactions-api
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from twilio_emulator.taskrouter.creation import TaskOrder

# https://www.twilio.com/docs/flex/developer/conversations/interactions-api/channels-subresource
CHANNEL_STATUSES = ("setup", "active", "failed", "closed", "inactive", "pause", "transfer")


@dataclass(frozen=True, slots=True)
class InteractionChannel:
    """The one channel of an interaction, a customer's contact: ``type`` is web, sms and so on."""

    sid: str
    interaction_sid: str
    type: str
    conversation_sid: str
    workspace_sid: str
    status: str = "active"


@dataclass(frozen=True, slots=True)
class ChannelParticipant:
    """A participant of an interaction's channel; an agent has a task and a reservation.

    ``present`` tells whether they are still in it, which the API never shows.
    ``completes_at`` is when the task of an agent who was closed is to be completed.
    """

    sid: str
    channel_sid: str
    interaction_sid: str
    type: str
    identity: str | None = None
    task_sid: str | None = None
    worker_sid: str | None = None
    reservation_sid: str | None = None
    present: bool = True
    completes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Invite:
    """An invitation of one more agent, and the task that was made for it, as it then was.

    Until the task is created, when it is ``due``, there is an ``order`` and no ``task_sid``.
    """

    sid: str
    channel_sid: str
    interaction_sid: str
    workspace_sid: str
    properties: dict[str, Any]
    task_sid: str | None = None
    order: TaskOrder | None = None
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """A conversation (``CH``) or a Programmable Chat channel (``CH`` too).

    ``email`` has the address and the name that a conversation's e-mail is sent from, as
    ``bindings`` shows them.
    """

    sid: str
    service_sid: str
    friendly_name: str
    date_created: datetime
    date_updated: datetime
    attributes: str = "{}"
    state: str = "active"
    unique_name: str | None = None
    email: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Occupant:
    """A member of a room: by an identity, or by the address of a messaging binding."""

    sid: str
    room_sid: str
    identity: str | None
    date_created: datetime
    date_updated: datetime
    attributes: str = "{}"
    messaging_binding: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A text in a conversation; who wrote it need not be a participant, or be one still."""

    sid: str
    conversation_sid: str
    index: int
    author: str
    participant_sid: str | None
    body: str
    attributes: str
    date_created: datetime


@dataclass(frozen=True, slots=True)
class UserToken:
    """A Flex user's token and what Flex knows of it. Times are UTC."""

    value: str = field(repr=False)
    identity: str
    worker_sid: str
    roles: tuple[str, ...]
    expires_at: datetime
    realm_user_id: str


@dataclass(slots=True)
class Flex:
    """The tables of Flex, Conversations and Programmable Chat, each by SID (tokens by value)."""

    instance_sid: str = ""
    chat_service_sid: str = ""
    workspace_sid: str = ""
    channels: dict[str, InteractionChannel] = field(default_factory=dict)
    participants: dict[str, ChannelParticipant] = field(default_factory=dict)
    invites: dict[str, Invite] = field(default_factory=dict)
    conversations: dict[str, Room] = field(default_factory=dict)
    conversation_participants: dict[str, Occupant] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    # Flex Flows, as the API shows them.
    flows: dict[str, dict[str, Any]] = field(default_factory=dict)
    chat_channels: dict[str, Room] = field(default_factory=dict)
    chat_members: dict[str, Occupant] = field(default_factory=dict)
    tokens: dict[str, UserToken] = field(default_factory=dict, repr=False)

    def channel_of(self, task_sid: str) -> InteractionChannel | None:
        """Return the interaction channel that a task belongs to, whatever its attributes say."""
        links: list[Invite | ChannelParticipant]
        links = [*self.invites.values(), *self.participants.values()]
        for link in links:
            if link.task_sid == task_sid:
                return self.channels[link.channel_sid]
        return None
