"""`twilio:taskrouter:Activity`: https://www.twilio.com/docs/taskrouter/api/activity."""

from collections.abc import Mapping
from typing import Any

from pulumi_twilio import declaration as declare
from pulumi_twilio import shapes
from pulumi_twilio.declaration import Api, Declaration, Kind, Property


def _is_default(api: Api, state: Mapping[str, Any]) -> bool:
    workspace = api.fetch(f"/Workspaces/{state['workspaceSid']}")
    names = ("default_activity_sid", "timeout_activity_sid")
    return state["sid"] in {workspace[name] for name in names}


class Activity(Kind):
    """An activity: what a worker is doing, such as `Lunch`, and whether it gets tasks meanwhile.

    https://www.twilio.com/docs/taskrouter/api/activity.

    Import one with `pulumi import twilio:taskrouter:Activity <name> WS…/WA…`. The workspace's
    default and timeout activities cannot be deleted: they are forgotten on destroy.

    Parameters
    ----------
    workspace_sid
        The workspace, `WS` and 32 hexadecimal digits. Another one replaces the activity.
    friendly_name
        Its name at Twilio.
    available
        Whether tasks are offered to workers in it; false is the default. Another value replaces
        the activity.
    adopt_existing
        True to use the activity of that friendly name if the workspace has one. It is then never
        deleted.
    """

    declaration = Declaration(
        token="twilio:taskrouter:Activity",  # noqa: S106 - a type token, not a secret
        kind="activity",
        product="taskrouter",
        path="/Workspaces/{workspaceSid}/Activities",
        sid_prefix="WA",
        properties=(
            declare.IN_WORKSPACE,
            declare.FRIENDLY_NAME,
            Property("available", shapes.FLAG, default=False, replaces=True),
            declare.ADOPT_EXISTING,
        ),
        is_kept=_is_default,
    )
