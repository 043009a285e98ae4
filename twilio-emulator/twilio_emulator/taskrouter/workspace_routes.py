"""Workspaces and their activities over HTTP; reading only.

Sources: https://www.twilio.com/docs/taskrouter/api/workspace,
https://www.twilio.com/docs/taskrouter/api/activity
"""

from twilio_emulator.account import Account
from twilio_emulator.calls import Answer, Call, Routes, in_workspace, truth
from twilio_emulator.paging import named, page
from twilio_emulator.taskrouter.resources import activity_form, workspace_form
from twilio_emulator.taskrouter.workspace import Workspace

BASE = "/Workspaces"


def show_all(account: Account, call: Call) -> Answer:
    """List the workspaces, all or those of one name."""
    return page(call, "workspaces", named(call, account.workspaces), workspace_form)


def fetch(workspace: Workspace, _call: Call) -> Answer:
    """Show a workspace."""
    return Answer(200, workspace_form(workspace))


def show_activities(workspace: Workspace, call: Call) -> Answer:
    """List the activities that pass all the filters of the query."""
    found = named(call, workspace.tables.activities)
    if available := call.query.get("Available"):
        found = [activity for activity in found if activity.available is truth(available)]
    return page(call, "activities", found, lambda a: activity_form(workspace, a))


ROUTES: Routes = (
    ("GET", BASE, show_all),
    *in_workspace(
        ("GET", BASE + "/{workspace}", fetch),
        ("GET", BASE + "/{workspace}/Activities", show_activities),
    ),
)
