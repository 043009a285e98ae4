"""What Flex keeps: interactions, the conversations and chat channels below them, user tokens.

Source: https://www.twilio.com/docs/flex/developer/conversations/interactions-api
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Interaction:
    """A customer's contact; one channel each, as in Flex today."""

    sid: str
    channel: dict[str, Any]
    routing: dict[str, Any]


@dataclass(frozen=True, slots=True)
class InteractionChannel:
    """The medium of an interaction: ``type`` is web, sms and so on."""

    sid: str
    interaction_sid: str
    type: str
    conversation_sid: str
    workspace_sid: str
    status: str = "active"


@dataclass(frozen=True, slots=True)
class ChannelParticipant:
    """Somebody in an interaction's channel; an agent's ``routing`` names their task."""

    sid: str
    channel_sid: str
    interaction_sid: str
    type: str
    routing: dict[str, Any] = field(default_factory=dict)
    identity: str | None = None

    @property
    def present(self) -> bool:
        """Tell whether they are still in the channel."""
        return self.routing.get("status") != "closed"


@dataclass(frozen=True, slots=True)
class Invite:
    """A call for one more agent, and the task that was made for it."""

    sid: str
    channel_sid: str
    interaction_sid: str
    routing: dict[str, Any]
    task_sid: str


@dataclass(frozen=True, slots=True)
class Room:
    """A conversation (``CH``) or a Programmable Chat channel (``CH`` too)."""

    sid: str
    service_sid: str
    friendly_name: str
    date_created: datetime
    date_updated: datetime
    attributes: str = "{}"
    state: str = "active"
    unique_name: str | None = None


@dataclass(frozen=True, slots=True)
class Occupant:
    """Somebody in a room: by an identity, or by the address of a messaging binding."""

    sid: str
    room_sid: str
    identity: str | None
    date_created: datetime
    date_updated: datetime
    attributes: str = "{}"
    messaging_binding: dict[str, str] | None = None


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
    interactions: dict[str, Interaction] = field(default_factory=dict)
    channels: dict[str, InteractionChannel] = field(default_factory=dict)
    participants: dict[str, ChannelParticipant] = field(default_factory=dict)
    invites: dict[str, Invite] = field(default_factory=dict)
    conversations: dict[str, Room] = field(default_factory=dict)
    conversation_participants: dict[str, Occupant] = field(default_factory=dict)
    chat_channels: dict[str, Room] = field(default_factory=dict)
    chat_members: dict[str, Occupant] = field(default_factory=dict)
    tokens: dict[str, UserToken] = field(default_factory=dict, repr=False)
