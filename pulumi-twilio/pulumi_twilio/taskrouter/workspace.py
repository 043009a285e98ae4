"""`twilio:taskrouter:Workspace`: https://www.twilio.com/docs/taskrouter/api/workspace."""

from pulumi_twilio import declaration as declare
from pulumi_twilio import shapes
from pulumi_twilio.declaration import Declaration, Kind, Property
from pulumi_twilio.taskrouter import events_filter


class Workspace(Kind):
    """Settings of a workspace that exists, such as the one of Flex.

    https://www.twilio.com/docs/taskrouter/api/workspace.

    Pulumi neither creates nor deletes a workspace: it changes what is declared and leaves the rest
    as it is. Import one with `pulumi import twilio:taskrouter:Workspace <name> WS…`.

    Parameters
    ----------
    friendly_name
        Its name at Twilio, by which it is found; `Flex Task Assignment` for Flex.
    default_activity_sid
        The activity (`WA…`) of new workers.
    timeout_activity_sid
        The activity (`WA…`) of workers who let a reservation time out.
    event_callback_url
        What Twilio calls when an event occurs; an empty string clears it.
    events_filter
        The events to call it for, such as `task.created`, separated by commas in any order; an
        empty string means all.
    multi_task_enabled
        Whether workers handle several tasks at once.
    prioritize_queue_order
        `FIFO` or `LIFO`: which tasks come first when a worker of several queues is available.
    """

    declaration = Declaration(
        token="twilio:taskrouter:Workspace",  # noqa: S106 - a type token, not a secret
        kind="workspace",
        product="taskrouter",
        path="/Workspaces",
        sid_prefix="WS",
        properties=(
            declare.FRIENDLY_NAME,
            Property("defaultActivitySid", shapes.sid("WA")),
            Property("timeoutActivitySid", shapes.sid("WA")),
            Property("eventCallbackUrl", shapes.URL, default=""),
            Property("eventsFilter", events_filter.SHAPE, default="", same=events_filter.same),
            Property("multiTaskEnabled", shapes.FLAG),
            Property("prioritizeQueueOrder", shapes.one_of("FIFO", "LIFO")),
        ),
        only_adopted=True,
    )
