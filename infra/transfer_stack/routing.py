"""The "Everyone" queue and the transfer workflow in the company's workspace."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import pulumi

import pulumi_twilio as twilio
from transfer_stack.component import Component
from transfer_stack.settings import StackSettings
from transfer_stack.workflow import Timeouts, workflow_configuration

# A look-up and a list have results of two types, with the same properties.
Queue = twilio.taskrouter.GetTaskQueueResult | twilio.taskrouter.outputs.GetTaskQueueResult
Found = TypeVar("Found")

# The queue that Flex creates in every workspace.
EVERYONE: Final = "Everyone"
EVERY_WORKER: Final = "1==1"


class TransferRouting(Component):
    """The queue and the workflow that transferred tasks go through.

    Parameters
    ----------
    queue_sids
        The queues that chats can be transferred to.
    everyone
        The workspace's "Everyone" queue, as it was found; None if there is none.
    """

    everyone_queue_sid: pulumi.Output[str]
    workflow_sid: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        settings: StackSettings,
        queue_sids: Sequence[str],
        everyone: Queue | None,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__(name, opts)
        routing = settings.routing
        timeouts = Timeouts(routing.agent_timeout, routing.queue_timeout, routing.fallback_timeout)
        if everyone and routing.keeps_everyone:
            self.everyone_queue_sid = pulumi.Output.from_input(everyone.sid)
        else:
            self.everyone_queue_sid = twilio.TaskQueue(
                "everyone",
                workspace_sid=settings.routing.workspace_sid,
                friendly_name=EVERYONE,
                target_workers=EVERY_WORKER,
                adopt_existing=True,
                # Flex and other workflows use this queue, so it outlives the stack.
                opts=self.child(retain_on_delete=True),
            ).sid
        workflow = twilio.Workflow(
            "transfer",
            workspace_sid=settings.routing.workspace_sid,
            friendly_name=routing.workflow_name,
            configuration=self.everyone_queue_sid.apply(
                lambda sid: workflow_configuration(
                    sid, queue_sids, timeouts, offers=settings.offers.are_possible
                )
            ),
            task_reservation_timeout=routing.reservation_timeout,
            # Tasks that wait in a deleted workflow would be lost.
            opts=self.child(protect=settings.protect),
        )
        self.workflow_sid = workflow.sid
        self.register_outputs(
            {"everyoneQueueSid": self.everyone_queue_sid, "workflowSid": self.workflow_sid}
        )


class UnknownTargetError(pulumi.RunError):
    """Some queues or workflows could not be looked up in the workspace: one line for each."""


def find_queues(settings: StackSettings, invoke: pulumi.InvokeOptions) -> list[Queue]:
    """Look up the configured queues, "Everyone" left out as it is always there.

    Called before any resource is declared, so that an unknown queue stops the program in time.

    Raises
    ------
    UnknownTargetError
        When a queue could not be looked up, with all that could not.
    """

    def find(queue: str) -> Queue:
        return twilio.taskrouter.get_task_queue(
            workspace_sid=settings.routing.workspace_sid, friendly_name=queue, opts=invoke
        )

    queues = [queue for queue in settings.routing.transfer_queues if queue != EVERYONE]
    return _all_found("transferQueues", queues, find)


def find_workflows(settings: StackSettings, invoke: pulumi.InvokeOptions) -> list[str] | None:
    """Look up the SIDs of the configured workflows; None if the config names none.

    Raises
    ------
    UnknownTargetError
        When a workflow could not be looked up, with all that could not.
    """
    workflows = settings.plugin.workflows
    if workflows is None:
        return None

    def find(workflow: str) -> str:
        return twilio.taskrouter.get_workflow(
            workspace_sid=settings.routing.workspace_sid, friendly_name=workflow, opts=invoke
        ).sid

    return _all_found("transferWorkflows", workflows, find)


def _all_found(key: str, names: Sequence[str], find: Callable[[str], Found]) -> list[Found]:
    found: list[Found] = []
    faults: list[str] = []
    for name in names:
        try:
            found.append(find(name))
        except Exception as error:  # noqa: BLE001 - what the SDK raises for a failed look-up has no narrower type
            faults.append(f"  {name!r}: {_said(error)}")
    if faults:
        lines = "\n".join(faults)
        raise UnknownTargetError(f"{key} cannot be looked up, nothing was changed:\n{lines}")
    return found


def find_everyone(settings: StackSettings, invoke: pulumi.InvokeOptions) -> Queue | None:
    """Look up the workspace's "Everyone" queue; None if there is none.

    Raises
    ------
    UnknownTargetError
        When it could not be looked up, or is to stay as it is and there is none.
    """
    routing = settings.routing
    try:
        found = twilio.taskrouter.get_task_queues(
            workspace_sid=routing.workspace_sid, friendly_name=EVERYONE, opts=invoke
        ).task_queues
    except Exception as error:
        raise UnknownTargetError(
            f"The queue {EVERYONE} cannot be looked up, nothing was changed: {_said(error)}"
        ) from error
    if not found and routing.keeps_everyone:
        raise UnknownTargetError(
            f"keepEveryoneQueue is true, and {routing.workspace_sid} has no queue {EVERYONE}. "
            "Nothing was changed; run: pulumi config rm keepEveryoneQueue"
        )
    return found[0] if found else None


def _said(error: Exception) -> str:
    """Return what the provider said: it comes after what the engine and the SDK say of the call."""
    return str(error).rpartition("returned an error: ")[2]
