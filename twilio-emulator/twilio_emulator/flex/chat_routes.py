"""Programmable Chat over HTTP: the channels of ``channelSid`` tasks and their members.

Sources: https://www.twilio.com/docs/chat/rest/channel-resource,
https://www.twilio.com/docs/chat/rest/member-resource
"""

from typing import Any

from twilio_emulator.account import Account
from twilio_emulator.calls import Call
from twilio_emulator.fields import fields
from twilio_emulator.flex import rooms
from twilio_emulator.flex.model import Occupant, Room
from twilio_emulator.flex.room_routes import RoomApi

# https://www.twilio.com/docs/api/errors/50404: the member already exists.
MEMBER_EXISTS = 50404


def _url(channel: Room) -> str:
    service = f"https://chat.twilio.com/v2/Services/{channel.service_sid}"
    return f"{service}/Channels/{channel.sid}"


def _channel_form(account: Account, channel: Room) -> dict[str, Any]:
    url = _url(channel)
    names = "sid service_sid friendly_name unique_name attributes date_created date_updated"
    return {
        **fields(channel, names),
        "account_sid": account.sid,
        "type": "private",
        "created_by": "system",
        "members_count": len(rooms.occupants_of(account.flex.chat_members, channel.sid)),
        "messages_count": 0,
        "url": url,
        "links": {
            name: f"{url}/{name.title()}" for name in ("members", "messages", "invites", "webhooks")
        },
    }


def _member_form(account: Account, channel: Room, member: Occupant) -> dict[str, Any]:
    return {
        **fields(member, "sid identity attributes date_created date_updated"),
        "account_sid": account.sid,
        "service_sid": channel.service_sid,
        "channel_sid": channel.sid,
        "role_sid": None,
        "last_consumed_message_index": None,
        "last_consumption_timestamp": None,
        "url": f"{_url(channel)}/Members/{member.sid}",
    }


def _check_identity(call: Call) -> None:
    call.required("Identity")


ROUTES = RoomApi(
    path="/Services/{service}/Channels/{room}",
    collection="members",
    exists=MEMBER_EXISTS,
    rooms=lambda flex: flex.chat_channels,
    occupants=lambda flex: flex.chat_members,
    room_form=_channel_form,
    occupant_form=_member_form,
    binding=_check_identity,
).routes()
