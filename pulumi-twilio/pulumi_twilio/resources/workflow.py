"""`twilio:taskrouter:Workflow`: https://www.twilio.com/docs/taskrouter/api/workflow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from twilio.rest.taskrouter.v1.workspace import WorkspaceContext
from twilio.rest.taskrouter.v1.workspace.workflow import WorkflowInstance

from pulumi_twilio.errors import TwilioFailedError
from pulumi_twilio.property_values import Properties
from pulumi_twilio.resources import properties as rule
from pulumi_twilio.resources import workflow_configuration
from pulumi_twilio.resources.lifecycle import Lifecycle
from pulumi_twilio.resources.properties import Property
from pulumi_twilio.resources.state import State, camel, timestamp

_DAY = 24 * 60 * 60
_CALLBACKS = ("assignment_callback_url", "fallback_assignment_callback_url")

INPUTS = (
    Property("workspaceSid", rule.sid("WS"), required=True, replaces=True),
    Property("friendlyName", rule.name, required=True),
    Property(
        "configuration",
        workflow_configuration.rule,
        required=True,
        same=workflow_configuration.same,
    ),
    Property("taskReservationTimeout", rule.whole_number(1, _DAY, "seconds"), default=120),
    Property("assignmentCallbackUrl", rule.url, default=""),
    Property("fallbackAssignmentCallbackUrl", rule.url, default=""),
    Property("adoptExisting", rule.flag, managed=False),
)


@dataclass(frozen=True, slots=True)
class WorkflowState(State):
    """What is recorded of a workflow; the configuration as the JSON that Twilio answers."""

    configuration: str | None
    task_reservation_timeout: int | None
    assignment_callback_url: str | None
    fallback_assignment_callback_url: str | None

    @classmethod
    def of(cls, workflow: WorkflowInstance) -> Self:
        """Take from Twilio's answer what is recorded."""
        return cls(
            sid=str(workflow.sid),
            account_sid=str(workflow.account_sid),
            workspace_sid=str(workflow.workspace_sid),
            friendly_name=str(workflow.friendly_name),
            date_created=timestamp(workflow.date_created),
            configuration=workflow.configuration,
            task_reservation_timeout=workflow.task_reservation_timeout,
            assignment_callback_url=workflow.assignment_callback_url or None,
            fallback_assignment_callback_url=workflow.fallback_assignment_callback_url or None,
        )


class Workflows(Lifecycle[WorkflowState]):
    """The operations on workflows."""

    token = "twilio:taskrouter:Workflow"  # noqa: S105 - a type token, not a secret
    kind = "workflow"
    sid_prefix = "WW"
    declared = INPUTS
    recorded = WorkflowState

    def named(self, workspace: WorkspaceContext, friendly_name: str) -> Sequence[WorkflowState]:
        """List the workflows of a workspace that have a friendly name."""
        found = workspace.workflows.list(friendly_name=friendly_name)
        return [WorkflowState.of(workflow) for workflow in found]

    def fetch(self, workspace: WorkspaceContext, sid: str) -> WorkflowState:
        """Fetch one workflow."""
        return WorkflowState.of(workspace.workflows(sid).fetch())

    def post_new(self, workspace: WorkspaceContext, arguments: dict[str, Any]) -> WorkflowState:
        """Create a workflow with the SDK's arguments; a new one has no callback to clear."""
        given = {name: value for name, value in arguments.items() if value != ""}
        return WorkflowState.of(workspace.workflows.create(**given))

    def post_changes(
        self, workspace: WorkspaceContext, sid: str, arguments: dict[str, Any]
    ) -> WorkflowState:
        """Change what the arguments name, nothing else.

        An empty URL clears a callback. Twilio's reference leaves that open and gives these
        parameters ``format: uri``, but Twilio's CLI sends the same to clear a callback URL
        (https://github.com/twilio/twilio-cli-core/pull/57), and the acceptance tests of a Terraform
        provider clear these two so (https://github.com/RJPearson94/terraform-provider-twilio,
        TestAccTwilioTaskRouterWorkflow_assignmentCallback). The answer is checked all the same: a
        URL that stays goes on receiving the attributes of every task.

        Raises
        ------
        TwilioFailedError
            Twilio kept a callback that should be cleared.
        """
        changed = WorkflowState.of(workspace.workflows(sid).update(**arguments))
        cleared = [name for name in _CALLBACKS if arguments.get(name) == ""]
        kept = [camel(name) for name in cleared if getattr(changed, name)]
        if kept:
            raise TwilioFailedError(
                f"could not clear {' and '.join(kept)} of the workflow {sid}: Twilio kept the URL. "
                "Remove it in the Console, then run `pulumi refresh`",
                outcome_unknown=False,
            )
        return changed

    def remove(self, workspace: WorkspaceContext, sid: str) -> None:
        """Delete one workflow."""
        workspace.workflows(sid).delete()

    def expected(self, values: Properties) -> Properties:
        """Turn a configuration that is declared as an object into the JSON that Twilio keeps."""
        if "configuration" not in values:
            return values
        return values | {"configuration": workflow_configuration.as_json(values["configuration"])}

    def imported(self, name: str, value: Any) -> Any:
        """Write an imported configuration as an object: it reads better than JSON in a string."""
        return workflow_configuration.as_object(value) if name == "configuration" else value
