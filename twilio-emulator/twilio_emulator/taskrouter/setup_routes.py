"""A workspace's settings, activities and task channels.

Sources: https://www.twilio.com/docs/taskrouter/api/workspace,
https://www.twilio.com/docs/taskrouter/api/activity,
https://www.twilio.com/docs/taskrouter/api/task-channel
"""

from dataclasses import replace

from twilio_emulator.calls import Answer, Call, Routes, in_workspace, truth
from twilio_emulator.errors import invalid, not_found
from twilio_emulator.paging import page
from twilio_emulator.sids import new_sid
from twilio_emulator.taskrouter import resources
from twilio_emulator.taskrouter.model import Activity, TaskChannel
from twilio_emulator.taskrouter.routing_routes import activity_sid, free_name
from twilio_emulator.taskrouter.workspace import Workspace

WORKSPACE = "/Workspaces/{workspace}"
ACTIVITIES = WORKSPACE + "/Activities"
TASK_CHANNELS = WORKSPACE + "/TaskChannels"


def fetch_activity(workspace: Workspace, call: Call) -> Answer:
    """Show an activity."""
    return Answer(200, resources.activity_form(workspace, _activity(workspace, call)))


def show_task_channels(workspace: Workspace, call: Call) -> Answer:
    """List the task channels."""
    found = list(workspace.tables.task_channels.values())
    return page(call, "channels", found, lambda c: resources.task_channel_form(workspace, c))


def fetch_task_channel(workspace: Workspace, call: Call) -> Answer:
    """Show a task channel, by SID or unique name."""
    return Answer(200, resources.task_channel_form(workspace, _channel(workspace, call)))


def update_workspace(workspace: Workspace, call: Call) -> Answer:
    """Change a workspace's settings; an empty text clears one."""
    order = call.form.get("PrioritizeQueueOrder") or workspace.prioritize_queue_order
    if order not in {"FIFO", "LIFO"}:
        raise invalid(f"PrioritizeQueueOrder must be FIFO or LIFO, not {order}")
    workspace.friendly_name = call.form.get("FriendlyName") or workspace.friendly_name
    workspace.default_activity_sid = activity_sid(
        workspace, call, "DefaultActivitySid", workspace.default_activity_sid
    )
    workspace.timeout_activity_sid = activity_sid(
        workspace, call, "TimeoutActivitySid", workspace.timeout_activity_sid
    )
    if "EventCallbackUrl" in call.form:
        workspace.event_callback_url = call.form["EventCallbackUrl"] or None
    if "EventsFilter" in call.form:
        workspace.events_filter = call.form["EventsFilter"] or None
    workspace.multi_task_enabled = call.boolean(
        "MultiTaskEnabled", default=workspace.multi_task_enabled
    )
    workspace.prioritize_queue_order = order
    return Answer(200, resources.workspace_form(workspace))


def create_activity(workspace: Workspace, call: Call) -> Answer:
    """Create an activity; its name must be free."""
    available = truth(call.form.get("Available", ""))
    activity = Activity(
        new_sid("WA", workspace.random), call.required("FriendlyName"), available, workspace.now()
    )
    free_name(call, activity, workspace.tables.activities)
    workspace.tables.activities[activity.sid] = activity
    return Answer(201, resources.activity_form(workspace, activity))


def update_activity(workspace: Workspace, call: Call) -> Answer:
    """Change an activity's name; whether it is available cannot be changed."""
    activity = _activity(workspace, call)
    name = free_name(call, activity, workspace.tables.activities)
    activity = replace(activity, friendly_name=name)
    workspace.tables.activities[activity.sid] = activity
    return Answer(200, resources.activity_form(workspace, activity))


def delete_activity(workspace: Workspace, call: Call) -> Answer:
    """Delete an activity, unless it is a default or a worker is in it.

    The documentation does not say how Twilio refuses it.
    """
    activity = _activity(workspace, call)
    used = {workspace.default_activity_sid, workspace.timeout_activity_sid}
    used |= {worker.activity_sid for worker in workspace.tables.workers.values()}
    if activity.sid in used:
        raise invalid(f"Activity {activity.sid} is in use")
    del workspace.tables.activities[activity.sid]
    return Answer(204)


def create_task_channel(workspace: Workspace, call: Call) -> Answer:
    """Create a task channel; its unique name must be free."""
    name = call.required("UniqueName")
    if any(each.unique_name == name for each in workspace.tables.task_channels.values()):
        raise invalid(f"{name} already exists")
    channel = TaskChannel(
        new_sid("TC", workspace.random),
        name,
        call.required("FriendlyName"),
        workspace.now(),
        channel_optimized_routing=call.boolean("ChannelOptimizedRouting", default=False),
    )
    workspace.tables.task_channels[channel.sid] = channel
    return Answer(201, resources.task_channel_form(workspace, channel))


def update_task_channel(workspace: Workspace, call: Call) -> Answer:
    """Change a task channel."""
    channel = _channel(workspace, call)
    channel = replace(
        channel,
        friendly_name=call.form.get("FriendlyName") or channel.friendly_name,
        channel_optimized_routing=call.boolean(
            "ChannelOptimizedRouting", default=channel.channel_optimized_routing
        ),
    )
    workspace.tables.task_channels[channel.sid] = channel
    return Answer(200, resources.task_channel_form(workspace, channel))


def delete_task_channel(workspace: Workspace, call: Call) -> Answer:
    """Delete a task channel that is not the default and that no task uses."""
    channel = _channel(workspace, call)
    used = {task.task_channel_sid for task in workspace.tables.tasks.values()}
    if channel.unique_name == "default" or channel.sid in used:
        raise invalid(f"Task channel {channel.unique_name} cannot be deleted")
    del workspace.tables.task_channels[channel.sid]
    return Answer(204)


def _activity(workspace: Workspace, call: Call) -> Activity:
    return workspace.find(workspace.tables.activities, "Activities", call.path["activity"])


def _channel(workspace: Workspace, call: Call) -> TaskChannel:
    wanted = call.path["channel"]
    for channel in workspace.tables.task_channels.values():
        if wanted in {channel.sid, channel.unique_name}:
            return channel
    raise not_found(f"/Workspaces/{workspace.sid}/TaskChannels/{wanted}")


ROUTES: Routes = in_workspace(
    ("GET", ACTIVITIES + "/{activity}", fetch_activity),
    ("GET", TASK_CHANNELS, show_task_channels),
    ("GET", TASK_CHANNELS + "/{channel}", fetch_task_channel),
    ("POST", WORKSPACE, update_workspace),
    ("POST", ACTIVITIES, create_activity),
    ("POST", ACTIVITIES + "/{activity}", update_activity),
    ("DELETE", ACTIVITIES + "/{activity}", delete_activity),
    ("POST", TASK_CHANNELS, create_task_channel),
    ("POST", TASK_CHANNELS + "/{channel}", update_task_channel),
    ("DELETE", TASK_CHANNELS + "/{channel}", delete_task_channel),
)
