"""The "Everyone" queue and the transfer workflow in the company's workspace."""

from collections.abc import Callable, Sequence
from typing import Final

import pulumi

import pulumi_twilio as twilio
from transfer_stack.component import Component
from transfer_stack.settings import StackSettings
from transfer_stack.workflow import Timeouts, workflow_configuration

Queue = twilio.taskrouter.GetTaskQueueResult

# The queue that Flex creates in every workspace.
EVERYONE: Final = "Everyone"


class TransferRouting(Component):
    """The queue and the workflow that transferred tasks go through."""

    everyone_queue_sid: pulumi.Output[str]
    workflow_sid: pulumi.Output[str]

    def __init__(self, name: str, *, settings: StackSettings, queue_sids: Sequence[str]) -> None:
        super().__init__(name)
        routing = settings.routing
        timeouts = Timeouts(routing.agent_timeout, routing.queue_timeout, routing.fallback_timeout)
        everyone = twilio.TaskQueue(
            "everyone",
            workspace_sid=settings.routing.workspace_sid,
            friendly_name=EVERYONE,
            target_workers="1==1",
            adopt_existing=True,
            # Flex and other workflows use this queue, so it outlives the stack.
            opts=self.child(retain_on_delete=True),
        )
        workflow = twilio.Workflow(
            "transfer",
            workspace_sid=settings.routing.workspace_sid,
            friendly_name=routing.workflow_name,
            configuration=everyone.sid.apply(
                lambda sid: workflow_configuration(
                    sid, queue_sids, timeouts, offers=settings.offers.are_possible
                )
            ),
            task_reservation_timeout=routing.reservation_timeout,
            # Tasks that wait in a deleted workflow would be lost.
            opts=self.child(protect=settings.protect),
        )
        self.everyone_queue_sid = everyone.sid
        self.workflow_sid = workflow.sid
        self.register_outputs(
            {"everyoneQueueSid": self.everyone_queue_sid, "workflowSid": self.workflow_sid}
        )


class UnknownQueueError(pulumi.RunError):
    """Some of the configured queues could not be looked up in the workspace: one line a queue."""


def find_queues(settings: StackSettings) -> list[Queue]:
    """Look up the configured queues, "Everyone" left out as it is always there.

    Called before any resource is declared, so that an unknown queue stops the program in time.

    Raises
    ------
    UnknownQueueError
        When a queue could not be looked up, with all that could not.
    """

    def find(queue: str) -> Queue:
        return twilio.taskrouter.get_task_queue(
            workspace_sid=settings.routing.workspace_sid, friendly_name=queue
        )

    return _all_found(
        [queue for queue in settings.routing.transfer_queues if queue != EVERYONE], find
    )


def _all_found(queues: Sequence[str], find: Callable[[str], Queue]) -> list[Queue]:
    found: list[Queue] = []
    faults: list[str] = []
    for queue in queues:
        try:
            found.append(find(queue))
        except Exception as error:  # noqa: BLE001 - what the SDK raises for a failed look-up has no narrower type
            # What the provider said comes after what the engine and the SDK say about the call.
            faults.append(f"  {queue!r}: {str(error).rpartition('returned an error: ')[2]}")
    if faults:
        lines = "\n".join(faults)
        raise UnknownQueueError(
            f"transferQueues cannot be looked up, nothing was changed:\n{lines}"
        )
    return found
