"""What the stack configures in the company's workspace: the "Everyone" queue and the workflow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi

import pulumi_twilio as twilio
from transfer_stack.settings import RoutingSettings
from transfer_stack.workflow import Timeouts, workflow_configuration

# The name that Flex itself gives to the queue that every workspace begins with.
EVERYONE: Final = "Everyone"


@dataclass(frozen=True, slots=True)
class TransferRoutingArgs:
    """What `TransferRouting` is made from.

    Parameters
    ----------
    settings
        Names, timeouts and the workspace.
    queue_sids
        The SIDs of the queues that can be transferred to, "Everyone" aside.
    protect
        Whether Pulumi refuses to delete the workflow: chats that wait in it would be lost.
    """

    settings: RoutingSettings
    queue_sids: Sequence[str]
    protect: bool


class TransferRouting(pulumi.ComponentResource):
    """The queue and the workflow that transferred tasks go through.

    Parameters
    ----------
    name
        The component's name.
    args
        See `TransferRoutingArgs`.
    opts
        Pulumi's resource options.
    """

    everyone_queue_sid: pulumi.Output[str]
    workflow_sid: pulumi.Output[str]

    def __init__(
        self, name: str, args: TransferRoutingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("flex-chat-transfer:index:TransferRouting", name, None, opts)
        settings = args.settings
        child = pulumi.ResourceOptions(parent=self)
        everyone = twilio.TaskQueue(
            "everyone",
            workspace_sid=settings.workspace_sid,
            friendly_name=EVERYONE,
            target_workers="1==1",
            adopt_existing=True,
            # Flex and other workflows rely on this queue: it was there before us and stays when we
            # go.
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(retain_on_delete=True)),
        )
        timeouts = Timeouts(
            agent=settings.agent_timeout,
            queue=settings.queue_timeout,
            fallback=settings.fallback_timeout,
        )
        workflow = twilio.Workflow(
            "transfer",
            workspace_sid=settings.workspace_sid,
            friendly_name=settings.workflow_name,
            configuration=everyone.sid.apply(
                lambda sid: workflow_configuration(sid, args.queue_sids, timeouts)
            ),
            task_reservation_timeout=settings.reservation_timeout,
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(protect=args.protect)),
        )
        self.everyone_queue_sid = everyone.sid
        self.workflow_sid = workflow.sid
        self.register_outputs(
            {"everyoneQueueSid": self.everyone_queue_sid, "workflowSid": self.workflow_sid}
        )


class UnknownQueueError(pulumi.RunError):
    """Some of the configured queues could not be looked up in the workspace: one line a queue."""


def find_queue_sids(settings: RoutingSettings) -> list[str]:
    """Return the SIDs of the configured queues, "Everyone" left out as it is always there.

    Asked before any resource is declared, so that a queue that does not exist stops the program in
    time.

    Raises
    ------
    UnknownQueueError
        When a queue could not be looked up, with all that could not.
    """

    def find(queue: str) -> str:
        return twilio.taskrouter.get_task_queue(
            workspace_sid=settings.workspace_sid, friendly_name=queue
        ).sid

    return _all_found([queue for queue in settings.transfer_queues if queue != EVERYONE], find)


def _all_found(queues: Sequence[str], find: Callable[[str], str]) -> list[str]:
    sids: list[str] = []
    faults: list[str] = []
    for queue in queues:
        try:
            sids.append(find(queue))
        except Exception as error:  # noqa: BLE001 - what the SDK raises for a failed look-up has no narrower type
            # What the provider said comes after what the engine and the SDK say about the call.
            faults.append(f"  {queue!r}: {str(error).rpartition('returned an error: ')[2]}")
    if faults:
        lines = "\n".join(faults)
        raise UnknownQueueError(
            f"transferQueues cannot be looked up, nothing was changed:\n{lines}"
        )
    return sids
