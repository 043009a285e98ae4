"""`twilio:taskrouter:Workflow`: https://www.twilio.com/docs/taskrouter/api/workflow."""

from pulumi_twilio import declaration as declare
from pulumi_twilio import shapes
from pulumi_twilio.declaration import Declaration, Kind, Property
from pulumi_twilio.shapes import Shape
from pulumi_twilio.taskrouter import workflow_configuration

_DAY = 24 * 60 * 60


class Workflow(Kind):
    """A workflow: the rules by which tasks are routed to task queues and workers.

    https://www.twilio.com/docs/taskrouter/api/workflow.

    Import one with `pulumi import twilio:taskrouter:Workflow <name> WS…/WW…`.

    Parameters
    ----------
    workspace_sid
        The workspace, `WS` and 32 hexadecimal digits. Another one replaces the workflow.
    friendly_name
        Its name at Twilio.
    configuration
        The rules that route tasks, as a dictionary with the keys of Twilio's documentation
        (`task_routing` and below) or as JSON:
        https://www.twilio.com/docs/taskrouter/workflow-configuration. The order of keys and white
        space make no difference.
    task_reservation_timeout
        Seconds that a worker has to accept a task, 1 to 86,400; Twilio's default is 120.
    assignment_callback_url
        What Twilio calls when a task is assigned.
    fallback_assignment_callback_url
        What Twilio calls when that call fails.
    adopt_existing
        True to use the workflow of that friendly name if the workspace has one. What is declared
        is then changed on it, the rest stays as it is, and it is never deleted.

    Notes
    -----
    A callback that is no longer declared is cleared with an empty URL. Twilio's reference leaves
    that open and gives these parameters ``format: uri``. But Twilio's CLI sends the same to clear
    a callback URL (https://github.com/twilio/twilio-cli-core/pull/57). So do the acceptance tests
    of a Terraform provider (https://github.com/RJPearson94/terraform-provider-twilio,
    TestAccTwilioTaskRouterWorkflow_assignmentCallback).
    """

    declaration = Declaration(
        token="twilio:taskrouter:Workflow",  # noqa: S106 - a type token, not a secret
        kind="workflow",
        product="taskrouter",
        path="/Workspaces/{workspaceSid}/Workflows",
        sid_prefix="WW",
        properties=(
            declare.IN_WORKSPACE,
            declare.FRIENDLY_NAME,
            Property(
                "configuration",
                Shape(workflow_configuration.SCHEMA, workflow_configuration.rule),
                required=True,
                same=workflow_configuration.same,
                to_output=workflow_configuration.as_json,
                to_input=workflow_configuration.as_object,
                output_schema={"type": "string"},
            ),
            Property(
                "taskReservationTimeout", shapes.whole_number(1, _DAY, "seconds"), default=120
            ),
            Property("assignmentCallbackUrl", shapes.URL, default=""),
            Property("fallbackAssignmentCallbackUrl", shapes.URL, default=""),
            declare.ADOPT_EXISTING,
        ),
    )
