"""Flex's Interactions over HTTP: channels, their participants, and invites.

Sources: https://www.twilio.com/docs/flex/developer/conversations/interactions-api/interactions and
the pages next to it on channels, participants and invites;
https://www.twilio.com/docs/flex/developer/conversations/park-an-interaction.
"""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from twilio_emulator.account import Account
from twilio_emulator.calls import Answer, Call, Routes
from twilio_emulator.errors import invalid, not_found
from twilio_emulator.fields import fields
from twilio_emulator.flex.invites import send_invite
from twilio_emulator.flex.model import ChannelParticipant, InteractionChannel, Invite
from twilio_emulator.flex.orchestration import release
from twilio_emulator.paging import page
from twilio_emulator.taskrouter.lifecycle import cancel, wrap
from twilio_emulator.taskrouter.model import TaskStatus
from twilio_emulator.taskrouter.routing_loop import settle

HOST = "https://flex-api.twilio.com/v1"
CHANNEL = "/Interactions/{interaction}/Channels/{channel}"


def fetch_channel(account: Account, call: Call) -> Answer:
    """Show a channel."""
    return Answer(200, _channel_form(_channel(account, call)))


def update_channel(account: Account, call: Call) -> Answer:
    """End a channel.

    The agents' tasks go to wrapping, or are completed if the routing's status is ``closed``,
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
            _release(account, channel, participant, routing or "wrapup")
    if account.settings.closing_cancels_invited_tasks:
        _withdraw_invites(account, channel)
    if status == "closed":
        room = account.flex.conversations.get(channel.conversation_sid)
        if room is not None:
            account.flex.conversations[room.sid] = replace(room, state="closed")
    account.flex.channels[channel.sid] = replace(channel, status=status)
    settle(account.workspace(channel.workspace_sid))
    return fetch_channel(account, call)


def _withdraw_invites(account: Account, channel: InteractionChannel) -> None:
    workspace = account.workspace(channel.workspace_sid)
    for invite in account.flex.invites.values():
        task = workspace.tables.tasks.get(invite.task_sid or "")
        if invite.channel_sid == channel.sid and task is not None and task.status.waiting:
            cancel(workspace, task, "Channel closed")


def show_participants(account: Account, call: Call) -> Answer:
    """List the participants of a channel; closed ones too, if the switch says so."""
    channel = _channel(account, call)
    closed_too = account.settings.lists_closed_participants
    shown = [p for p in _participants(account, channel) if p.present or closed_too]
    return page(call, "participants", shown, _participant_form)


def update_participant(account: Account, call: Call) -> Answer:
    """Let an agent wrap up, or leave: ``closed`` completes their task and keeps the channel.

    Raises
    ------
    TwilioError
        404 with code 20404 for a participant that the channel does not have; 400 with code 20001
        for one who is no agent. The account's settings say whether and how one who was closed
        already is refused: the documentation has no table of errors for this call.
    """
    channel = _channel(account, call)
    participant = account.flex.participants.get(call.path["participant"])
    if participant is None or participant.channel_sid != channel.sid:
        raise not_found(call.path_below_host)
    status = call.required("Status")
    if status not in {"closed", "wrapup"}:
        raise invalid(f"Status must be closed or wrapup, not {status}")
    if participant.type != "agent":
        raise invalid(f"Participant {participant.sid} is not an agent")
    if participant.present:
        _release(account, channel, participant, status)
        settle(account.workspace(channel.workspace_sid))
    elif account.settings.refuses_second_close:
        if not account.settings.lists_closed_participants:
            raise not_found(call.path_below_host)
        raise invalid(f"Participant {participant.sid} is closed already")
    return Answer(200, _participant_form(participant))


def _release(
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
    closed = channel.status in {"closed", "inactive", "failed"}
    if closed and account.settings.refuses_invites_into_closed_channels:
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
        raise not_found(call.path_below_host)
    return channel


def _participants(account: Account, channel: InteractionChannel) -> list[ChannelParticipant]:
    return [p for p in account.flex.participants.values() if p.channel_sid == channel.sid]


def _in_channel(part: ChannelParticipant | Invite, collection: str) -> dict[str, Any]:
    """Return what all resources below a channel have."""
    channel = f"{HOST}/Interactions/{part.interaction_sid}/Channels/{part.channel_sid}"
    return {
        **fields(part, "sid interaction_sid channel_sid"),
        "url": f"{channel}/{collection}/{part.sid}",
    }


def _channel_form(channel: InteractionChannel) -> dict[str, Any]:
    url = f"{HOST}/Interactions/{channel.interaction_sid}/Channels/{channel.sid}"
    return {
        **fields(channel, "sid interaction_sid type status"),
        "error_code": None,
        "error_message": None,
        "url": url,
        "links": {
            name: f"{url}/{name.title()}" for name in ("participants", "invites", "transfers")
        },
    }


def _participant_form(participant: ChannelParticipant) -> dict[str, Any]:
    """Return a participant as the API shows it; only agents have routing properties.

    Source: the example of a list on the page ``interaction-channel-participants``.
    """
    routing = fields(participant, "task_sid worker_sid reservation_sid")
    return {
        **_in_channel(participant, "Participants"),
        "type": participant.type,
        "routing_properties": routing if participant.type == "agent" else None,
    }


def _invite_form(invite: Invite) -> dict[str, Any]:
    return {
        **_in_channel(invite, "Invites"),
        "routing": {"reservation": None, "properties": invite.properties},
    }


ROUTES: Routes = (
    ("GET", CHANNEL, fetch_channel),
    ("POST", CHANNEL, update_channel),
    ("GET", CHANNEL + "/Participants", show_participants),
    ("POST", CHANNEL + "/Participants/{participant}", update_participant),
    ("GET", CHANNEL + "/Invites", show_invites),
    ("POST", CHANNEL + "/Invites", create_invite),
)
