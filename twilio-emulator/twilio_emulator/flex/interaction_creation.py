"""Creates interactions: a channel for a conversation that exists, and its first task.

Sources: https://www.twilio.com/docs/flex/developer/conversations/interactions-api/interactions, and
https://www.twilio.com/docs/flex/developer/conversations/receive-inbound-messages-from-sms-and-whatsapp
for ``media_channel_sid``. Channels that open a conversation of their own are not emulated.
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
TYPES = ("sms", "email", "chat", "whatsapp", "web", "messenger", "gbm")


def create(account: Account, call: Call) -> Answer:
    """Create an interaction for a conversation, and the task that brings an agent into it."""
    call.required("Channel")
    asked = json.loads(call.json_object("Channel"))
    if asked.get("type") not in TYPES:
        raise invalid(f"The type of Channel must be one of {', '.join(TYPES)}")
    room = _conversation(account, asked)
    properties = json.loads(call.json_object("Routing")).get("properties")
    if not isinstance(properties, dict) or not properties.get("workspace_sid"):
        raise invalid("Routing needs properties with a workspace_sid")
    workspace = account.workspace(str(properties["workspace_sid"]))
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
        raise
    _add_customer(account, channel)
    settle(workspace)
    return Answer(200, _form(channel, invite.properties))


def _conversation(account: Account, asked: dict[str, Any]) -> Room:
    sid = (asked.get("properties") or {}).get("media_channel_sid")
    room = account.flex.conversations.get(str(sid))
    if room is None:
        raise invalid(f"properties.media_channel_sid of Channel is no conversation: {sid}")
    return room


def _add_customer(account: Account, channel: InteractionChannel) -> None:
    """Make the conversation's first participant the customer."""
    table = account.flex.conversation_participants
    for occupant in rooms.occupants_of(table, channel.conversation_sid)[:1]:
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
