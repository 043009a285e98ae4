"""Creates interactions: a channel for a conversation that exists, and its first task.

An e-mail may open a conversation of its own: https://support.twilio.com/hc/en-us/articles/43311083362203
names ``from`` and ``from_name``, and the ``level`` of each participant. Other channels that open
one are not emulated.

Sources: https://www.twilio.com/docs/flex/developer/conversations/interactions-api/interactions, and
https://www.twilio.com/docs/flex/developer/conversations/receive-inbound-messages-from-sms-and-whatsapp
for ``media_channel_sid``.
"""

import json
from typing import Any

from twilio_emulator.account import Account
from twilio_emulator.calls import Answer, Call, Routes
from twilio_emulator.errors import invalid
from twilio_emulator.flex import rooms
from twilio_emulator.flex.invites import send_invite
from twilio_emulator.flex.model import ChannelParticipant, InteractionChannel, Room
from twilio_emulator.sids import new_sid
from twilio_emulator.taskrouter.routing_loop import settle

PATH = "/Interactions"
# https://www.twilio.com/docs/flex/developer/conversations/interactions-api/channels-subresource
LEVELS = ("to", "cc", "bcc")
TYPES = ("sms", "email", "chat", "whatsapp", "web", "messenger", "gbm")


def create(account: Account, call: Call) -> Answer:
    """Create an interaction for a conversation, and the task that brings an agent into it."""
    call.required("Channel")
    asked = json.loads(call.json_object("Channel"))
    if asked.get("type") not in TYPES:
        raise invalid(f"The type of Channel must be one of {', '.join(TYPES)}")
    properties = json.loads(call.json_object("Routing")).get("properties")
    if not isinstance(properties, dict) or not properties.get("workspace_sid"):
        raise invalid("Routing needs properties with a workspace_sid")
    workspace = account.workspace(str(properties["workspace_sid"]))
    room = _conversation(account, asked)
    known = room.sid in account.flex.conversations
    account.flex.conversations[room.sid] = room
    channel = InteractionChannel(
        new_sid("UO", account.random),
        new_sid("KD", account.random),
        asked["type"],
        room.sid,
        workspace.sid,
    )
    account.flex.channels[channel.sid] = channel
    try:
        invite = send_invite(account, channel, properties)
    except Exception:
        del account.flex.channels[channel.sid]
        if not known:
            del account.flex.conversations[room.sid]
        raise
    if not known:
        _write_to(account, room, asked)
    _add_customers(account, channel)
    settle(workspace)
    return Answer(200, _form(channel, invite.properties))


def _conversation(account: Account, asked: dict[str, Any]) -> Room:
    """Return the conversation that a channel is for, or a new one for an e-mail."""
    properties = asked.get("properties") or {}
    sid = properties.get("media_channel_sid")
    if sid is None and asked["type"] == "email":
        return _for_email(account, asked, properties)
    room = account.flex.conversations.get(str(sid))
    if room is None:
        raise invalid(f"properties.media_channel_sid of Channel is no conversation: {sid}")
    return room


def _for_email(account: Account, asked: dict[str, Any], properties: dict[str, Any]) -> Room:
    people, by = asked.get("participants") or [], asked.get("initiated_by")
    if by not in {"api", "agent"}:
        raise invalid("initiated_by of an email Channel must be api or agent")
    if not properties.get("from") or not properties.get("from_name"):
        raise invalid("properties of an email Channel needs from and from_name")
    if by == "agent" and not people:
        raise invalid("An email Channel that an agent initiates needs participants")
    for each in people:
        if not isinstance(each, dict) or not each.get("address"):
            raise invalid("Each of participants needs an address")
        if each.get("level", "to") not in LEVELS:
            raise invalid(f"The level of a participant must be one of {', '.join(LEVELS)}")
    now = account.clock.now()
    return Room(
        new_sid("CH", account.random),
        account.flex.chat_service_sid,
        "email conversation",
        now,
        now,
        email={"projected_address": properties["from"], "name": properties["from_name"]},
    )


def _write_to(account: Account, room: Room, asked: dict[str, Any]) -> None:
    """Put the participants of an e-mail into its conversation."""
    for each in asked.get("participants") or []:
        binding = {"type": "email", "address": str(each["address"])}
        binding |= {"level": str(each.get("level", "to"))}
        binding |= {"name": str(each["name"])} if each.get("name") else {}
        rooms.enter(
            account.flex.conversation_participants,
            room.sid,
            None,
            account.clock.now(),
            account.random,
            binding=binding,
        )


def _add_customers(account: Account, channel: InteractionChannel) -> None:
    """Make the conversation's first participant the customer, and all of an e-mail's."""
    table = account.flex.conversation_participants
    found = rooms.occupants_of(table, channel.conversation_sid)
    for occupant in found if channel.type == "email" else found[:1]:
        sid = new_sid("UT", account.random)
        account.flex.participants[sid] = ChannelParticipant(
            sid, channel.sid, channel.interaction_sid, "customer", occupant.identity
        )


def _form(channel: InteractionChannel, properties: dict[str, Any]) -> dict[str, Any]:
    url = f"https://flex-api.twilio.com/v1/Interactions/{channel.interaction_sid}"
    return {
        "sid": channel.interaction_sid,
        "channel": {"type": channel.type, "sid": channel.sid},
        "routing": {"reservation": None, "properties": properties},
        "interaction_context_sid": None,
        "webhook_ttid": None,
        "url": url,
        "links": {"channels": f"{url}/Channels"},
    }


ROUTES: Routes = (("POST", PATH, create),)
