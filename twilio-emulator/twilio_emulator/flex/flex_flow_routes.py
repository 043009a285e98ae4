"""Flex Flows and Flex's chat channels, of Programmable Chat in Flex alone.

Only flows that make a task are carried out; of the others a channel has no task. The Channel
Janitor cleans up channels of all flows here, whatever ``JanitorEnabled`` is.

Sources: https://www.twilio.com/docs/flex/developer/messaging/flow,
https://www.twilio.com/docs/flex/developer/messaging/chat-channel
"""

import json
from typing import Any

from twilio_emulator.account import Account
from twilio_emulator.calls import Answer, Call, Routes
from twilio_emulator.clock import iso8601
from twilio_emulator.errors import TwilioError, invalid, not_found
from twilio_emulator.flex import rooms
from twilio_emulator.flex.model import Room
from twilio_emulator.paging import page
from twilio_emulator.sids import new_sid
from twilio_emulator.taskrouter.creation import TaskOrder, create_task

HOST = "https://flex-api.twilio.com/v1"
FLOWS = "/FlexFlows"
FLOW = FLOWS + "/{flow}"
CHANNELS = "/Channels"
CHANNEL = CHANNELS + "/{room}"
CHANNEL_TYPES = ("web", "sms", "facebook", "whatsapp", "line", "custom")
INTEGRATION_TYPES = ("studio", "external", "task")
# https://www.twilio.com/docs/api/errors/50307: the unique name exists already.
NAME_EXISTS = 50307

Entry = dict[str, Any]


def show_flows(account: Account, call: Call) -> Answer:
    """List the flows, all or those of one name."""
    name = call.query.get("FriendlyName")
    found = [f for f in account.flex.flows.values() if name in {None, f["friendly_name"]}]
    return page(call, "flex_flows", found, lambda flow: flow)


def create_flow(account: Account, call: Call) -> Answer:
    """Create a flow."""
    kind, integration = call.required("ChannelType"), call.form.get("IntegrationType") or None
    if kind not in CHANNEL_TYPES:
        raise invalid(f"ChannelType must be one of {', '.join(CHANNEL_TYPES)}")
    if integration not in {None, *INTEGRATION_TYPES}:
        raise invalid(f"IntegrationType must be one of {', '.join(INTEGRATION_TYPES)}")
    if call.required("ChatServiceSid") != account.flex.chat_service_sid:
        raise invalid("ChatServiceSid is not the SID of Flex's chat service")
    sid, now = new_sid("FO", account.random), iso8601(account.clock.now())
    account.flex.flows[sid] = {
        "account_sid": account.sid,
        "sid": sid,
        "friendly_name": call.required("FriendlyName"),
        "chat_service_sid": account.flex.chat_service_sid,
        "channel_type": kind,
        "contact_identity": call.form.get("ContactIdentity") or None,
        "enabled": call.boolean("Enabled", default=False),
        "integration_type": integration,
        "integration": _integration(account, call) if integration == "task" else {},
        "long_lived": call.boolean("LongLived", default=False),
        "janitor_enabled": call.boolean("JanitorEnabled", default=False),
        "date_created": now,
        "date_updated": now,
        "url": f"{HOST}{FLOWS}/{sid}",
    }
    return Answer(201, account.flex.flows[sid])


def _integration(account: Account, call: Call) -> Entry:
    workspace = account.workspace(call.required("Integration.WorkspaceSid"))
    workflow = call.required("Integration.WorkflowSid")
    if workflow not in workspace.tables.workflows:
        raise invalid(f"Workflow {workflow} does not exist")
    return {
        "workspace_sid": workspace.sid,
        "workflow_sid": workflow,
        "channel": call.form.get("Integration.Channel") or "default",
        "timeout": call.integer("Integration.Timeout", 86_400, minimum=1),
        "priority": call.integer("Integration.Priority", 0),
    }


def delete_flow(account: Account, call: Call) -> Answer:
    """Delete a flow; its channels stay."""
    if account.flex.flows.pop(call.path["flow"], None) is None:
        raise not_found(call.path_below_host)
    return Answer(204)


def create_channel(account: Account, call: Call) -> Answer:
    """Create a chat channel with its customer, and the task that the flow asks for."""
    flow = account.flex.flows.get(call.required("FlexFlowSid"))
    if flow is None:
        raise invalid("FlexFlowSid is not the SID of a Flex Flow")
    identity, name = call.required("Identity"), call.form.get("ChatUniqueName") or None
    call.required("ChatUserFriendlyName")
    chats = account.flex.chat_channels
    if name is not None and any(each.unique_name == name for each in chats.values()):
        raise TwilioError(409, NAME_EXISTS, "Channel with provided unique name already exists")
    attributes = json.loads(call.json_object("TaskAttributes"))
    now = account.clock.now()
    chat = Room(
        new_sid("CH", account.random),
        account.flex.chat_service_sid,
        call.required("ChatFriendlyName"),
        now,
        now,
        unique_name=name,
    )
    chats[chat.sid] = chat
    rooms.enter(account.flex.chat_members, chat.sid, identity, now, account.random)
    own = {"channelSid": chat.sid, "channelType": flow["channel_type"]}
    task_sid = _task(account, flow, {**own, **attributes})
    return Answer(201, _form(account, chat, flow["sid"], task_sid))


def _task(account: Account, flow: Entry, attributes: Entry) -> str | None:
    asked = flow["integration"]
    if not asked:
        return None
    order = TaskOrder(
        attributes=json.dumps(attributes),
        workflow_sid=asked["workflow_sid"],
        task_channel=asked["channel"],
        timeout=asked["timeout"],
        priority=asked["priority"],
    )
    return create_task(account.workspace(asked["workspace_sid"]), order).sid


def _form(account: Account, chat: Room, flow: str, task: str | None) -> Entry:
    return {
        "account_sid": account.sid,
        "flex_flow_sid": flow,
        "sid": chat.sid,
        "user_sid": new_sid("US", account.random),
        "task_sid": task,
        "date_created": iso8601(chat.date_created),
        "date_updated": iso8601(chat.date_updated),
        "url": f"{HOST}{CHANNELS}/{chat.sid}",
    }


def delete_channel(account: Account, call: Call) -> Answer:
    """Delete a chat channel and its members."""
    flex = account.flex
    if flex.chat_channels.pop(call.path["room"], None) is None:
        raise not_found(call.path_below_host)
    for member in rooms.occupants_of(flex.chat_members, call.path["room"]):
        del flex.chat_members[member.sid]
    return Answer(204)


ROUTES: Routes = (
    ("GET", FLOWS, show_flows),
    ("POST", FLOWS, create_flow),
    ("DELETE", FLOW, delete_flow),
    ("POST", CHANNELS, create_channel),
    ("DELETE", CHANNEL, delete_channel),
)
