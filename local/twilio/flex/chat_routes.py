"""Programmable Chat over HTTP: the channels of ``channelSid`` tasks and who is in them.

Sources: https://www.twilio.com/docs/chat/rest/channel-resource,
https://www.twilio.com/docs/chat/rest/member-resource
"""

from dataclasses import replace
from typing import Any

from local.twilio.account import Account
from local.twilio.calls import Answer, Call, Routes
from local.twilio.clock import iso8601
from local.twilio.errors import TwilioError, not_found
from local.twilio.flex import rooms
from local.twilio.flex.model import Occupant, Room
from local.twilio.paging import MAX_CHAT_PAGE_SIZE, page

HOST = "https://chat.twilio.com/v2"
CHANNEL = "/Services/{service}/Channels/{channel}"
MEMBERS = CHANNEL + "/Members"

# https://www.twilio.com/docs/api/errors/50404: the member already exists.
MEMBER_EXISTS = 50404


def fetch(account: Account, call: Call) -> Answer:
    """Show a channel."""
    return Answer(200, _channel_form(account, _channel(account, call)))


def update(account: Account, call: Call) -> Answer:
    """Change a channel's attributes or name."""
    channel = _channel(account, call)
    account.flex.chat_channels[channel.sid] = replace(
        channel,
        attributes=call.json_object("Attributes", channel.attributes),
        friendly_name=call.form.get("FriendlyName", channel.friendly_name),
        date_updated=account.clock.now(),
    )
    return fetch(account, call)


def show_members(account: Account, call: Call) -> Answer:
    """List the members of a channel."""
    channel = _channel(account, call)
    members = rooms.occupants_of(account.flex.chat_members, channel.sid)
    if call.query.get("Identity"):
        members = [m for m in members if m.identity in call.query["Identity"].split(",")]
    return page(
        call,
        "members",
        members,
        lambda member: _member_form(account, channel, member),
        MAX_CHAT_PAGE_SIZE,
    )


def create_member(account: Account, call: Call) -> Answer:
    """Add a member; 409 with code 50404 for one who is there already."""
    channel = _channel(account, call)
    identity = call.required("Identity")
    if rooms.find(account.flex.chat_members, channel.sid, identity) is not None:
        raise TwilioError(409, MEMBER_EXISTS, "Member already exists")
    member = rooms.enter(
        account.flex.chat_members,
        channel.sid,
        identity,
        account.clock.now(),
        attributes=call.json_object("Attributes"),
    )
    return Answer(201, _member_form(account, channel, member))


def fetch_member(account: Account, call: Call) -> Answer:
    """Show a member, by SID or identity."""
    channel = _channel(account, call)
    return Answer(200, _member_form(account, channel, _member(account, call, channel)))


def delete_member(account: Account, call: Call) -> Answer:
    """Take a member out of a channel."""
    member = _member(account, call, _channel(account, call))
    del account.flex.chat_members[member.sid]
    return Answer(204)


def _channel(account: Account, call: Call) -> Room:
    for channel in account.flex.chat_channels.values():
        if call.path["service"] == channel.service_sid and call.path["channel"] in {
            channel.sid,
            channel.unique_name,
        }:
            return channel
    raise not_found(f"/Services/{call.path['service']}/Channels/{call.path['channel']}")


def _member(account: Account, call: Call, channel: Room) -> Occupant:
    member = rooms.find(account.flex.chat_members, channel.sid, call.path["member"])
    if member is None:
        raise not_found(call.url.removeprefix(HOST))
    return member


def _channel_form(account: Account, channel: Room) -> dict[str, Any]:
    url = f"{HOST}/Services/{channel.service_sid}/Channels/{channel.sid}"
    return {
        "sid": channel.sid,
        "account_sid": account.sid,
        "service_sid": channel.service_sid,
        "friendly_name": channel.friendly_name,
        "unique_name": channel.unique_name,
        "attributes": channel.attributes,
        "type": "private",
        "created_by": "system",
        "members_count": len(rooms.occupants_of(account.flex.chat_members, channel.sid)),
        "messages_count": 0,
        "date_created": iso8601(channel.date_created),
        "date_updated": iso8601(channel.date_updated),
        "url": url,
        "links": {
            "members": f"{url}/Members",
            "messages": f"{url}/Messages",
            "invites": f"{url}/Invites",
            "webhooks": f"{url}/Webhooks",
            "last_message": None,
        },
    }


def _member_form(account: Account, channel: Room, member: Occupant) -> dict[str, Any]:
    url = f"{HOST}/Services/{channel.service_sid}/Channels/{channel.sid}"
    return {
        "sid": member.sid,
        "account_sid": account.sid,
        "service_sid": channel.service_sid,
        "channel_sid": channel.sid,
        "identity": member.identity,
        "attributes": member.attributes,
        "role_sid": None,
        "last_consumed_message_index": None,
        "last_consumption_timestamp": None,
        "date_created": iso8601(member.date_created),
        "date_updated": iso8601(member.date_updated),
        "url": f"{url}/Members/{member.sid}",
    }


ROUTES: Routes = (
    ("GET", CHANNEL, fetch),
    ("POST", CHANNEL, update),
    ("GET", MEMBERS, show_members),
    ("POST", MEMBERS, create_member),
    ("GET", MEMBERS + "/{member}", fetch_member),
    ("DELETE", MEMBERS + "/{member}", delete_member),
)
