"""Workspaces, and what is set up in them once: activities and task channels; reading only.

Sources: https://www.twilio.com/docs/taskrouter/api/workspace,
https://www.twilio.com/docs/taskrouter/api/activity,
https://www.twilio.com/docs/taskrouter/api/task-channel
"""

from local.twilio.account import Account
from local.twilio.calls import Answer, Call, Routes, truth
from local.twilio.paging import page
from local.twilio.taskrouter import resources

BASE = "/Workspaces"


def show_all(account: Account, call: Call) -> Answer:
    """List the workspaces, all or those of one name."""
    name = call.query.get("FriendlyName")
    found = [w for w in account.workspaces.values() if not name or w.friendly_name == name]
    return page(call, "workspaces", found, resources.workspace_form)


def fetch(account: Account, call: Call) -> Answer:
    """Show a workspace."""
    return Answer(200, resources.workspace_form(account.workspace(call.path["workspace"])))


def show_activities(account: Account, call: Call) -> Answer:
    """List the activities that pass all the filters of the query."""
    workspace = account.workspace(call.path["workspace"])
    name, available = call.query.get("FriendlyName"), call.query.get("Available")
    found = [
        activity
        for activity in workspace.tables.activities.values()
        if (not name or activity.friendly_name == name)
        and (not available or activity.available is truth(available))
    ]
    return page(call, "activities", found, lambda a: resources.activity_form(workspace, a))


def fetch_activity(account: Account, call: Call) -> Answer:
    """Show an activity."""
    workspace = account.workspace(call.path["workspace"])
    activity = workspace.find(workspace.tables.activities, "Activities", call.path["activity"])
    return Answer(200, resources.activity_form(workspace, activity))


def show_task_channels(account: Account, call: Call) -> Answer:
    """List the task channels."""
    workspace = account.workspace(call.path["workspace"])
    found = list(workspace.tables.task_channels.values())
    return page(call, "channels", found, lambda c: resources.task_channel_form(workspace, c))


def fetch_task_channel(account: Account, call: Call) -> Answer:
    """Show a task channel, by SID or unique name."""
    workspace = account.workspace(call.path["workspace"])
    channel = workspace.channel(call.path["channel"])
    return Answer(200, resources.task_channel_form(workspace, channel))


ROUTES: Routes = (
    ("GET", BASE, show_all),
    ("GET", BASE + "/{workspace}", fetch),
    ("GET", BASE + "/{workspace}/Activities", show_activities),
    ("GET", BASE + "/{workspace}/Activities/{activity}", fetch_activity),
    ("GET", BASE + "/{workspace}/TaskChannels", show_task_channels),
    ("GET", BASE + "/{workspace}/TaskChannels/{channel}", fetch_task_channel),
)
