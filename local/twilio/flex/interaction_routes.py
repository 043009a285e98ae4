"""Flex's Interactions over HTTP: channels, their participants, and invites.

Sources: https://www.twilio.com/docs/flex/developer/conversations/interactions-api/interactions and
the pages beside it on channels, participants and invites;
https://www.twilio.com/docs/flex/developer/conversations/park-an-interaction.
"""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from local.twilio.account import Account
from local.twilio.calls import Answer, Call, Routes
from local.twilio.errors import invalid, not_found
from local.twilio.flex.invites import send_invite
from local.twilio.flex.model import ChannelParticipant, InteractionChannel, Invite
from local.twilio.flex.orchestration import release
from local.twilio.paging import page
from local.twilio.sids import new_sid
from local.twilio.taskrouter.engine import settle
from local.twilio.taskrouter.lifecycle import wrap
from local.twilio.taskrouter.model import TaskStatus

HOST = "https://flex-api.twilio.com/v1"
BASE = "/Interactions/{interaction}"
CHANNEL = BASE + "/Channels/{channel}"


def fetch(account: Account, call: Call) -> Answer:
    """Show an interaction."""
    interaction = account.flex.interactions.get(call.path["interaction"])
    if interaction is None:
        raise not_found(f"/Interactions/{call.path['interaction']}")
    url = f"{HOST}/Interactions/{interaction.sid}"
    body = {
        "sid": interaction.sid,
        "channel": interaction.channel,
        "routing": interaction.routing,
        "interaction_context_sid": None,
        "webhook_ttid": None,
        "url": url,
        "links": {"channels": f"{url}/Channels"},
    }
    return Answer(200, body)


def show_channels(account: Account, call: Call) -> Answer:
    """List the channels of an interaction."""
    fetch(account, call)
    wanted = call.path["interaction"]
    channels = [c for c in account.flex.channels.values() if c.interaction_sid == wanted]
    return page(call, "channels", channels, _channel_form)


def fetch_channel(account: Account, call: Call) -> Answer:
    """Show a channel."""
    return Answer(200, _channel_form(_channel(account, call)))


def update_channel(account: Account, call: Call) -> Answer:
    """End a channel.

    The agents' tasks go to wrapping, or are completed where the routing's status is ``closed``,
    as it has to be for ``inactive``. The conversation is closed with a channel that is.
    Source: ``channels-subresource`` among the pages on the Interactions API.
    """
    channel = _channel(account, call)
    status = call.required("Status")
    if status not in {"closed", "inactive"}:
        raise invalid(f"Status must be closed or inactive, not {status}")
    routing = json.loads(call.json_object("Routing")).get("status")
    if routing not in {None, "closed"} or (routing is None and status == "inactive"):
        raise invalid(f"The status of Routing must be closed, not {routing}")
    for participant in _participants(account, channel):
        if participant.type == "agent" and participant.present:
            _let_go(account, channel, participant, routing or "wrapup")
    if status == "closed":
        room = account.flex.conversations[channel.conversation_sid]
        account.flex.conversations[room.sid] = replace(room, state="closed")
    account.flex.channels[channel.sid] = replace(channel, status=status)
    settle(account.workspace(channel.workspace_sid))
    return fetch_channel(account, call)


def show_participants(account: Account, call: Call) -> Answer:
    """List everybody in a channel, and those who were closed if they are still shown."""
    channel = _channel(account, call)
    closed_too = account.settings.lists_closed_participants
    shown = [p for p in _participants(account, channel) if p.present or closed_too]
    return page(call, "participants", shown, _participant_form)


def create_participant(account: Account, call: Call) -> Answer:
    """Add somebody who is no agent; agents come by invites and their reservations."""
    channel = _channel(account, call)
    kind = call.required("Type")
    if kind not in {"supervisor", "customer", "external", "unknown"}:
        raise invalid(f"Participants of type {kind} cannot be created")
    call.required("MediaProperties")
    media = json.loads(call.json_object("MediaProperties"))
    participant = ChannelParticipant(
        new_sid("UT"), channel.sid, channel.interaction_sid, kind, media.get("identity")
    )
    account.flex.participants[participant.sid] = participant
    return Answer(200, _participant_form(participant))


def update_participant(account: Account, call: Call) -> Answer:
    """Let an agent wrap up, or leave: ``closed`` completes their task, the channel stays.

    Raises
    ------
    TwilioError
        404 with code 20404 for a participant that the channel does not have; 400 with code 20001
        for one who is no agent. One who was closed already is refused in either way, or in none,
        as the account's settings say: the documentation has no table of errors for this call.
    """
    channel = _channel(account, call)
    participant = account.flex.participants.get(call.path["participant"])
    if participant is None or participant.channel_sid != channel.sid:
        raise not_found(call.url.removeprefix(HOST))
    status = call.required("Status")
    if status not in {"closed", "wrapup"}:
        raise invalid(f"Status must be closed or wrapup, not {status}")
    if participant.type != "agent":
        raise invalid(f"Participant {participant.sid} is not an agent")
    if participant.present:
        _let_go(account, channel, participant, status)
        settle(account.workspace(channel.workspace_sid))
    elif account.settings.refuses_second_close:
        if not account.settings.lists_closed_participants:
            raise not_found(call.url.removeprefix(HOST))
        raise invalid(f"Participant {participant.sid} is closed already")
    return Answer(200, _participant_form(participant))


def _let_go(
    account: Account, channel: InteractionChannel, participant: ChannelParticipant, status: str
) -> None:
    workspace = account.workspace(channel.workspace_sid)
    task = workspace.tables.tasks.get(participant.task_sid or "")
    if status == "closed":
        delay = timedelta(seconds=account.settings.completes_after_close)
        release(account.flex, participant, account.clock.now() + delay)
    elif task is not None and task.status is TaskStatus.ASSIGNED:
        wrap(workspace, task, None)


def show_invites(account: Account, call: Call) -> Answer:
    """List all the invites of a channel."""
    channel = _channel(account, call)
    invites = [i for i in account.flex.invites.values() if i.channel_sid == channel.sid]
    return page(call, "invites", invites, _invite_form)


def create_invite(account: Account, call: Call) -> Answer:
    """Invite one more agent: makes a task for this interaction and lets TaskRouter route it."""
    channel = _channel(account, call)
    if channel.status in {"closed", "inactive", "failed"}:
        raise invalid(f"Channel {channel.sid} is {channel.status}")
    routing = json.loads(call.json_object("Routing", default=""))
    properties = routing.get("properties")
    if not isinstance(properties, dict) or not properties.get("workspace_sid"):
        raise invalid("Routing needs properties with a workspace_sid")
    invite = send_invite(account, channel, properties)
    settle(account.workspace(invite.workspace_sid))
    return Answer(200, _invite_form(invite))


def _channel(account: Account, call: Call) -> InteractionChannel:
    channel = account.flex.channels.get(call.path["channel"])
    if channel is None or channel.interaction_sid != call.path["interaction"]:
        raise not_found(f"/Interactions/{call.path['interaction']}/Channels/{call.path['channel']}")
    return channel


def _participants(account: Account, channel: InteractionChannel) -> list[ChannelParticipant]:
    return [p for p in account.flex.participants.values() if p.channel_sid == channel.sid]


def _channel_url(interaction_sid: str, channel_sid: str) -> str:
    return f"{HOST}/Interactions/{interaction_sid}/Channels/{channel_sid}"


def _channel_form(channel: InteractionChannel) -> dict[str, Any]:
    url = _channel_url(channel.interaction_sid, channel.sid)
    return {
        "sid": channel.sid,
        "interaction_sid": channel.interaction_sid,
        "type": channel.type,
        "status": channel.status,
        "error_code": None,
        "error_message": None,
        "url": url,
        "links": {
            "participants": f"{url}/Participants",
            "invites": f"{url}/Invites",
            "transfers": f"{url}/Transfers",
        },
    }


def _participant_form(participant: ChannelParticipant) -> dict[str, Any]:
    """Return a participant as the API shows it; only agents have routing properties.

    Source: the example of a list on the page ``interaction-channel-participants``.
    """
    url = _channel_url(participant.interaction_sid, participant.channel_sid)
    return {
        "sid": participant.sid,
        "type": participant.type,
        "interaction_sid": participant.interaction_sid,
        "channel_sid": participant.channel_sid,
        "url": f"{url}/Participants/{participant.sid}",
        "routing_properties": {
            "task_sid": participant.task_sid,
            "worker_sid": participant.worker_sid,
            "reservation_sid": participant.reservation_sid,
        }
        if participant.type == "agent"
        else None,
    }


def _invite_form(invite: Invite) -> dict[str, Any]:
    url = _channel_url(invite.interaction_sid, invite.channel_sid)
    return {
        "sid": invite.sid,
        "interaction_sid": invite.interaction_sid,
        "channel_sid": invite.channel_sid,
        "routing": {"reservation": None, "properties": invite.properties},
        "url": f"{url}/Invites/{invite.sid}",
    }


ROUTES: Routes = (
    ("GET", BASE, fetch),
    ("GET", BASE + "/Channels", show_channels),
    ("GET", CHANNEL, fetch_channel),
    ("POST", CHANNEL, update_channel),
    ("GET", CHANNEL + "/Participants", show_participants),
    ("POST", CHANNEL + "/Participants", create_participant),
    ("POST", CHANNEL + "/Participants/{participant}", update_participant),
    ("GET", CHANNEL + "/Invites", show_invites),
    ("POST", CHANNEL + "/Invites", create_invite),
)
