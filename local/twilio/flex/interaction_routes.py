"""Flex's Interactions over HTTP: channels, their participants, and invites.

Sources: https://www.twilio.com/docs/flex/developer/conversations/interactions-api/interactions and
the pages beside it on channels, participants and invites;
https://www.twilio.com/docs/flex/developer/conversations/park-an-interaction.
"""

import json
from dataclasses import replace
from typing import Any

from local.twilio.account import Account
from local.twilio.calls import Answer, Call, Routes
from local.twilio.errors import invalid, not_found
from local.twilio.flex.model import ChannelParticipant, InteractionChannel, Invite
from local.twilio.paging import page
from local.twilio.sids import new_sid
from local.twilio.taskrouter.creation import TaskOrder, create_task
from local.twilio.taskrouter.engine import settle
from local.twilio.taskrouter.lifecycle import complete, wrap
from local.twilio.taskrouter.model import TaskStatus
from local.twilio.taskrouter.task_routes import MAX_ATTRIBUTES

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
    """Set a channel's status; ``closed`` and ``inactive`` complete the tasks that are left.

    Source:
    https://www.twilio.com/docs/flex/developer/conversations/interactions-api/interaction-channels
    """
    channel = _channel(account, call)
    status = call.required("Status")
    if status not in {"closed", "inactive", "wrapup"}:
        raise invalid(f"Status must be closed, inactive or wrapup, not {status}")
    if status in {"closed", "inactive"}:
        for participant in _participants(account, channel):
            if participant.type == "agent" and participant.present:
                _let_go(account, channel, participant, "closed")
        room = account.flex.conversations[channel.conversation_sid]
        account.flex.conversations[room.sid] = replace(room, state=status)
    account.flex.channels[channel.sid] = replace(channel, status=status)
    return fetch_channel(account, call)


def show_participants(account: Account, call: Call) -> Answer:
    """List everybody in a channel."""
    channel = _channel(account, call)
    return page(call, "participants", _participants(account, channel), _participant_form)


def create_participant(account: Account, call: Call) -> Answer:
    """Add somebody who is no agent; agents come by invites and their reservations."""
    channel = _channel(account, call)
    kind = call.required("Type")
    if kind not in {"supervisor", "customer", "external", "unknown"}:
        raise invalid(f"Participants of type {kind} cannot be created")
    media = json.loads(call.json_object("MediaProperties"))
    participant = ChannelParticipant(
        new_sid("UT"), channel.sid, channel.interaction_sid, kind, {}, media.get("identity")
    )
    account.flex.participants[participant.sid] = participant
    return Answer(201, _participant_form(participant))


def update_participant(account: Account, call: Call) -> Answer:
    """Let an agent wrap up, or leave: ``closed`` completes their task, the channel stays.

    Raises
    ------
    TwilioError
        404 with code 20404 for a participant that the channel does not have; 400 with code 20001
        for one who is no agent or has left already. The documentation has no table of errors for
        this call; these are TaskRouter's for the task behind it.
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
    if not participant.present:
        raise invalid(f"Participant {participant.sid} is closed already")
    _let_go(account, channel, participant, status)
    return Answer(200, _participant_form(account.flex.participants[participant.sid]))


def _let_go(
    account: Account, channel: InteractionChannel, participant: ChannelParticipant, status: str
) -> None:
    workspace = account.workspace(channel.workspace_sid)
    task = workspace.tables.tasks.get(str(participant.routing.get("task_sid")))
    if status == "closed":
        if task is not None and not task.status.ended:
            complete(workspace, task, None)
        left = account.flex.participants[participant.sid]
        routing = {**left.routing, "status": "closed"}
        account.flex.participants[participant.sid] = replace(left, routing=routing)
    elif task is not None and task.status is TaskStatus.ASSIGNED:
        wrap(workspace, task, None)
        routing = {**participant.routing, "status": "wrapup"}
        account.flex.participants[participant.sid] = replace(participant, routing=routing)
    settle(workspace)


def show_invites(account: Account, call: Call) -> Answer:
    """List the invites of a channel."""
    channel = _channel(account, call)
    invites = [i for i in account.flex.invites.values() if i.channel_sid == channel.sid]
    return page(call, "invites", invites, _invite_form)


def create_invite(account: Account, call: Call) -> Answer:
    """Invite one more agent: makes a task for this interaction and lets TaskRouter route it."""
    channel = _channel(account, call)
    if channel.status in {"closed", "inactive"}:
        raise invalid(f"Channel {channel.sid} is {channel.status}")
    routing = json.loads(call.json_object("Routing", default=""))
    properties = routing.get("properties")
    if not isinstance(properties, dict) or not properties.get("workspace_sid"):
        raise invalid("Routing needs properties with a workspace_sid")
    invite_sid = new_sid("KG")
    order = _order(channel, invite_sid, properties)
    task = create_task(account.workspace(properties["workspace_sid"]), order)
    shown = {**properties, "attributes": json.loads(task.attributes)}
    if account.settings.invite_names_its_task:
        shown["sid"] = task.sid
    invite = Invite(
        invite_sid,
        channel.sid,
        channel.interaction_sid,
        {"properties": shown, "status": "created"},
        task.sid,
    )
    account.flex.invites[invite.sid] = invite
    return Answer(201, _invite_form(invite))


def _order(channel: InteractionChannel, invite_sid: str, properties: dict[str, Any]) -> TaskOrder:
    """Turn an invite's routing into a task: its attributes as they are, plus Flex's own."""
    attributes = properties.get("attributes") or {}
    if isinstance(attributes, str):
        attributes = json.loads(attributes)
    text = json.dumps(
        {
            **attributes,
            "channelType": channel.type,
            "flexInteractionSid": channel.interaction_sid,
            "flexInteractionChannelSid": channel.sid,
            "flexChannelInviteSid": invite_sid,
            "conversationSid": channel.conversation_sid,
        }
    )
    if len(text.encode()) > MAX_ATTRIBUTES:
        size = len(text.encode())
        raise invalid(f"Attributes are {size} bytes long; the limit is {MAX_ATTRIBUTES}")
    task_channel = properties.get("task_channel_unique_name") or properties.get("task_channel_sid")
    return TaskOrder(
        attributes=text,
        workflow_sid=properties.get("workflow_sid"),
        task_channel=task_channel or "default",
        timeout=int(properties.get("timeout") or 86_400),
        priority=int(properties.get("priority") or 0),
        routing_target=properties.get("worker_sid"),
        task_queue_sid=properties.get("queue_sid"),
    )


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
        "links": {"participants": f"{url}/Participants", "invites": f"{url}/Invites"},
    }


def _participant_form(participant: ChannelParticipant) -> dict[str, Any]:
    url = _channel_url(participant.interaction_sid, participant.channel_sid)
    return {
        "sid": participant.sid,
        "type": participant.type,
        "interaction_sid": participant.interaction_sid,
        "channel_sid": participant.channel_sid,
        "url": f"{url}/Participants/{participant.sid}",
        "routing_properties": participant.routing or None,
    }


def _invite_form(invite: Invite) -> dict[str, Any]:
    url = _channel_url(invite.interaction_sid, invite.channel_sid)
    return {
        "sid": invite.sid,
        "interaction_sid": invite.interaction_sid,
        "channel_sid": invite.channel_sid,
        "routing": invite.routing,
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
