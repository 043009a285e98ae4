"""`twilio:taskrouter:TaskChannel`: https://www.twilio.com/docs/taskrouter/api/task-channel."""

from collections.abc import Mapping
from typing import Any

import pulumi

from pulumi_twilio import declaration as declare
from pulumi_twilio import shapes
from pulumi_twilio.declaration import Api, Declaration, Property
from pulumi_twilio.sdk import Resource


def _is_default(_api: Api, state: Mapping[str, Any]) -> bool:
    return state.get("uniqueName") == "default"


class TaskChannel(Resource):
    """A kind of task: https://www.twilio.com/docs/taskrouter/api/task-channel.

    Import one with `pulumi import twilio:taskrouter:TaskChannel <name> WS…/TC…`. The channel
    `default`, if Twilio refuses to delete it, is forgotten on destroy.

    Parameters
    ----------
    resource_name
        Its name in the program.
    opts
        Pulumi's resource options.
    workspace_sid
        The workspace, `WS` and 32 hexadecimal digits. Another one replaces the channel.
    unique_name
        The name that tasks give, such as `voice`. Another one replaces the channel.
    friendly_name
        Its name in the Console.
    channel_optimized_routing
        Whether workers who have been idle the longest come first; false is the default.
    adopt_existing
        True to use the channel of that unique name if the workspace has one. What is declared is
        then changed on it, the rest stays as it is, and it is never deleted.
    """

    declaration = Declaration(
        token="twilio:taskrouter:TaskChannel",  # noqa: S106 - a type token, not a secret
        kind="task channel",
        product="taskrouter",
        path="/Workspaces/{workspaceSid}/TaskChannels",
        sid_prefix="TC",
        properties=(
            declare.IN_WORKSPACE,
            Property("uniqueName", shapes.NAME, required=True, replaces=True),
            declare.FRIENDLY_NAME,
            Property("channelOptimizedRouting", shapes.FLAG, default=False),
            declare.ADOPT_EXISTING,
        ),
        key="uniqueName",
        filtered=False,
        is_kept=_is_default,
    )

    account_sid: pulumi.Output[str]
    workspace_sid: pulumi.Output[str]
    unique_name: pulumi.Output[str]
    friendly_name: pulumi.Output[str]
    channel_optimized_routing: pulumi.Output[bool]

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        workspace_sid: pulumi.Input[str],
        unique_name: pulumi.Input[str],
        friendly_name: pulumi.Input[str],
        channel_optimized_routing: pulumi.Input[bool] | None = None,
        adopt_existing: pulumi.Input[bool] | None = None,
    ) -> None:
        self._register(resource_name, opts, locals())
