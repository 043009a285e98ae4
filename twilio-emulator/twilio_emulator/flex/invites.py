"""Invites of agents into an interaction's channel, and their tasks.

Sources: the page ``invites-subresource`` of the Interactions API, and the example below
https://www.twilio.com/docs/flex/developer/conversations/park-an-interaction#example-response
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from twilio_emulator.account import Account
from twilio_emulator.calls import read_json, whole
from twilio_emulator.errors import TwilioError, invalid
from twilio_emulator.flex.model import InteractionChannel, Invite
from twilio_emulator.sids import new_sid
from twilio_emulator.taskrouter.creation import TaskOrder, create_task, plan_task
from twilio_emulator.taskrouter.model import Task, TaskStatus
from twilio_emulator.taskrouter.task_routes import MAX_ATTRIBUTES, MAX_TIMEOUT
from twilio_emulator.taskrouter.workspace import Workspace


def send_invite(account: Account, channel: InteractionChannel, asked: Mapping[str, Any]) -> Invite:
    """Invite one more agent into a channel.

    Parameters
    ----------
    asked
        The ``properties`` of the invite's routing.

    Returns
    -------
    Invite
        As its answer shows it: without a task if the switches say so.

    Raises
    ------
    TwilioError
        400 with code 20001 for properties that make no valid task.
    """
    workspace = account.workspace(str(asked["workspace_sid"]))
    sid = new_sid("KG", account.random)
    order = _order(channel, sid, asked)
    invite = Invite(sid, channel.sid, channel.interaction_sid, workspace.sid, {})
    if account.settings.invite_names_its_task:
        task = create_task(workspace, order)
        invite = replace(invite, properties=_properties(workspace, task), task_sid=task.sid)
    else:
        properties = _properties(workspace, plan_task(workspace, order))
        del properties["sid"]
        due = workspace.now() + timedelta(seconds=account.settings.invite_task_delay)
        invite = replace(invite, properties=properties, order=order, due=due)
    account.flex.invites[sid] = invite
    return invite


def send_due_invites(account: Account) -> None:
    """Create the tasks of the invites that are due."""
    flex = account.flex
    for sid in list(flex.invites):
        invite = flex.invites[sid]
        if invite.order is None or invite.due is None or account.clock.now() < invite.due:
            continue
        flex.invites[sid] = replace(invite, order=None)
        workspace = account.workspace(invite.workspace_sid)
        try:
            task = create_task(workspace, invite.order)
        except TwilioError:  # Its workflow was deleted, for example: there is no task.
            continue
        flex.invites[sid] = replace(
            invite, order=None, task_sid=task.sid, properties=_properties(workspace, task)
        )


def _order(channel: InteractionChannel, invite_sid: str, asked: Mapping[str, Any]) -> TaskOrder:
    """Turn an invite's routing into a task: its attributes as they are, plus Flex's own."""
    attributes = {
        **_attributes(asked),
        "channelType": channel.type,
        "flexInteractionSid": channel.interaction_sid,
        "flexInteractionChannelSid": channel.sid,
        "flexChannelInviteSid": invite_sid,
        "conversationSid": channel.conversation_sid,
    }
    text = json.dumps(attributes, ensure_ascii=False, separators=(",", ":"))
    if len(text) > MAX_ATTRIBUTES:
        raise invalid(f"Attributes has {len(text)} characters; the limit is {MAX_ATTRIBUTES}")
    given = {"timeout": 86_400, "priority": 0}
    given |= {name: value for name, value in asked.items() if value is not None}
    task_channel = asked.get("task_channel_unique_name") or asked.get("task_channel_sid")
    return TaskOrder(
        attributes=text,
        workflow_sid=asked.get("workflow_sid"),
        task_channel=task_channel or "default",
        timeout=whole("timeout", given["timeout"], 1, MAX_TIMEOUT),
        priority=whole("priority", given["priority"], 0, 2**31 - 1),
        routing_target=asked.get("worker_sid"),
        task_queue_sid=asked.get("queue_sid"),
    )


def _attributes(asked: Mapping[str, Any]) -> dict[str, Any]:
    attributes = asked.get("attributes") or {}
    if isinstance(attributes, str):
        try:
            attributes = read_json(attributes)
        except ValueError:
            attributes = None
    if not isinstance(attributes, dict):
        raise invalid("The attributes of the routing's properties are not a valid JSON object")
    return attributes


def _properties(workspace: Workspace, task: Task) -> dict[str, Any]:
    """Return the task of an invite as its answer shows it; times in seconds since 1970."""
    queue = workspace.tables.task_queues.get(task.task_queue_sid or "")
    workflow = workspace.tables.workflows.get(task.workflow_sid or "")
    channel = workspace.tables.task_channels[task.task_channel_sid]
    return {
        "account_sid": workspace.account_sid,
        "workspace_sid": workspace.sid,
        "sid": task.sid,
        "date_created": _seconds(task.date_created),
        "date_updated": _seconds(task.date_updated),
        "attributes": task.attributes,
        "assignment_status": str(task.status),
        "workflow_sid": task.workflow_sid,
        "workflow_name": workflow.friendly_name if workflow else None,
        "queue_sid": task.task_queue_sid,
        "queue_name": queue.friendly_name if queue else None,
        "priority": task.priority,
        "age": 0,
        "reason": task.reason,
        "timeout": task.timeout,
        "assignmentCounter": int(task.status is TaskStatus.RESERVED),
        "task_channel_sid": channel.sid,
        "task_channel_unique_name": channel.unique_name,
        "routing_target": task.routing_target,
        "task_queue_entered_date": _seconds(task.queue_entered),
        "age_in_queue": 0,
        "addons": "{}",
    }


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())
