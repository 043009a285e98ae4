"""`twilio:taskrouter:TaskChannel`: https://www.twilio.com/docs/taskrouter/api/task-channel."""

from collections.abc import Mapping
from typing import Any

from pulumi_twilio import declaration as declare
from pulumi_twilio import shapes
from pulumi_twilio.declaration import Api, Declaration, Kind, Property
from pulumi_twilio.shapes import Shape, Wrong

# Those that every workspace has, and the one for e-mails that Flex adds.
_PREDEFINED = frozenset({"default", "voice", "chat", "sms", "video", "email"})


def _is_predefined(_api: Api, state: Mapping[str, Any]) -> bool:
    return state.get("uniqueName") in _PREDEFINED


def _wrong_name(value: Any) -> Wrong:
    # "Task Channel friendlyName and uniqueName values do not support hyphens":
    # https://www.twilio.com/docs/taskrouter/api/task-channel
    yield from shapes.NAME.wrong(value)
    if isinstance(value, str) and "-" in value:
        yield "", "a name without hyphens, which task channels do not support"


_NAME = Shape({"type": "string"}, _wrong_name)


class TaskChannel(Kind):
    """A task channel: a kind of task, of which a worker handles so many at once.

    https://www.twilio.com/docs/taskrouter/api/task-channel.

    Import one with `pulumi import twilio:taskrouter:TaskChannel <name> WS…/TC…`. A
    predefined channel, such as `voice`, is forgotten on destroy if Twilio refuses to delete it.

    Parameters
    ----------
    workspace_sid
        The workspace, `WS` and 32 hexadecimal digits. Another one replaces the channel.
    unique_name
        The name that tasks give, such as `voice`, without hyphens. Another one replaces the
        channel.
    friendly_name
        Its name in the Console, without hyphens.
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
            Property("uniqueName", _NAME, required=True, replaces=True),
            Property("friendlyName", _NAME, required=True),
            Property("channelOptimizedRouting", shapes.FLAG, default=False),
            declare.ADOPT_EXISTING,
        ),
        key="uniqueName",
        filtered=False,
        is_kept=_is_predefined,
    )
