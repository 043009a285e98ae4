"""`twilio:taskrouter:Worker`: https://www.twilio.com/docs/taskrouter/api/worker."""

from types import MappingProxyType

from pulumi_twilio import declaration as declare
from pulumi_twilio import json_values, shapes
from pulumi_twilio.declaration import Declaration, Kind, Property


class Worker(Kind):
    """A worker: an agent, or anything else that tasks are routed to by its attributes.

    https://www.twilio.com/docs/taskrouter/api/worker.

    Import one with `pulumi import twilio:taskrouter:Worker <name> WS…/WK…`. Flex makes a worker for
    each agent who logs in: declare those with `adoptExisting`. The activity is the worker's own
    matter and is not managed.

    Parameters
    ----------
    workspace_sid
        The workspace, `WS` and 32 hexadecimal digits. Another one replaces the worker.
    friendly_name
        Its name at Twilio, by which an existing one is found.
    attributes
        What routes tasks to the worker, such as `{"routing": {"skills": ["billing"]}}`, as a
        dictionary or as JSON. Only the declared keys are managed, at any depth: Flex writes others.
    adopt_existing
        True to use the worker of that friendly name if the workspace has one. What is declared is
        then changed on it, the rest stays as it is, and it is never deleted.
    """

    declaration = Declaration(
        token="twilio:taskrouter:Worker",  # noqa: S106 - a type token, not a secret
        kind="worker",
        product="taskrouter",
        path="/Workspaces/{workspaceSid}/Workers",
        sid_prefix="WK",
        properties=(
            declare.IN_WORKSPACE,
            declare.FRIENDLY_NAME,
            Property(
                "attributes",
                json_values.OBJECT,
                same=json_values.includes,
                to_output=json_values.as_json,
                to_input=json_values.as_object,
                output_schema={"type": "string"},
                merged=True,
            ),
            declare.ADOPT_EXISTING,
        ),
        computed=MappingProxyType(
            {
                "accountSid": "The account's SID.",
                "dateCreated": "When it was created, ISO 8601.",
                "activitySid": "The activity that the worker is in.",
                "activityName": "The name of that activity.",
                "available": "Whether tasks are offered to the worker.",
            }
        ),
        flags=frozenset({"available"}),
        # https://www.twilio.com/docs/taskrouter/api/worker#read-multiple-worker-resources
        filters=(Property("taskQueueSid", shapes.sid("WQ")),),
    )
