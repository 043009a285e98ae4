"""Whether a transfer may be, and what the new task has to look like: the last look before the leap.

Everything that is refused here is refused before anything was changed.
"""

from dataclasses import dataclass

from chat_transfer import attributes
from chat_transfer.agents import identity_of
from chat_transfer.handover import Handover, TaskEnded
from chat_transfer.handover_kinds import handover_of
from chat_transfer.problems import Conflict, NotFound, NotRouted
from chat_transfer.refusals import kind_unsupported, task_ended, task_unknown
from chat_transfer.situation import Situation, SituationReader
from chat_transfer.targets import Target, is_routed
from chat_transfer.taskrouter import TRANSFERABLE, NewTask, Task
from chat_transfer.transfer_request import TransferRequest
from chat_transfer.twilio_context import TwilioContext


@dataclass(frozen=True, slots=True)
class Prepared:
    """A transfer that may be.

    Attributes
    ----------
    identity : str
        The identity of the agent who holds the original.
    """

    original: Task
    holder_sid: str
    identity: str | None
    handover: Handover
    new_task: NewTask


def prepare(
    twilio: TwilioContext, reader: SituationReader, request: TransferRequest, situation: Situation
) -> Prepared:
    """Check a transfer and make its new task.

    Raises
    ------
    NotFound, Conflict, NotRouted
        The transfer may not be.
    TwilioFailure
        Something could not be read.
    """
    original, holder_sid = _transferable(request, situation)
    channel_sid = attributes.channel_in(original.attributes)
    handover = handover_of(twilio, original, holder_sid, channel_sid)
    if handover is None:
        raise kind_unsupported()
    other_agents = _free_of(request.target, holder_sid, handover)
    _check_routed(twilio, reader, request.target, situation)
    identity = holder_identity(twilio, situation, holder_sid)
    new_attributes = attributes.transferred(
        original,
        request.target,
        ignore_agent=identity or holder_sid,
        ignore_worker_sids=[holder_sid, *other_agents],
    )
    if not attributes.fit(new_attributes):
        raise Conflict(
            "With the attributes of a transfer the task's would exceed TaskRouter's limit of "
            f"{attributes.LIMIT_BYTES} bytes. Remove some that are not needed.",
            code="attributes_too_large",
        )
    new_task = NewTask(
        workflow_sid=_workflow_sid(twilio, request.target),
        task_channel=original.task_channel,
        attributes=new_attributes,
        priority=original.priority,
        virtual_start_time=original.virtual_start_time,
    )
    return Prepared(original, holder_sid, identity, handover, new_task)


def holder_identity(twilio: TwilioContext, situation: Situation, holder_sid: str) -> str | None:
    """The identity of the agent who holds the task, also when a supervisor asks.

    None for a worker without ``contact_uri``, who is no Flex agent.
    """
    if situation.caller.worker_sid == holder_sid:
        return situation.caller.identity
    return identity_of(twilio.taskrouter.worker_attributes(holder_sid))


def _transferable(request: TransferRequest, situation: Situation) -> tuple[Task, str]:
    original, holder_sid = situation.task, situation.holder_sid
    if original is None:
        raise task_unknown(request.task_sid)
    if not situation.target_exists:
        raise NotFound(
            f"There is no {request.target.type} {request.target.sid} in the workspace.",
            code="target_unknown",
        )
    if original.assignment_status not in TRANSFERABLE or holder_sid is None:
        raise Conflict(
            f"The task is {original.assignment_status}. Only one that an agent has accepted "
            "can be transferred.",
            code="task_not_transferable",
            customer_stays=not original.is_ended,
        )
    return original, holder_sid


def _free_of(target: Target, holder_sid: str, handover: Handover) -> list[str]:
    """Check that the target is not in the conversation, nor anybody on the way into it.

    Returns
    -------
    list of str
        The worker SIDs of the other agents who are in it.
    """
    if target.sid == holder_sid:
        raise Conflict("The target is the agent who holds the task.", code="target_holds_task")
    try:
        other_agents = list(handover.other_agents())
    except TaskEnded:
        raise task_ended() from None
    if target.sid in other_agents:
        raise Conflict("The target is in this conversation already.", code="target_in_conversation")
    if handover.has_open_invite():
        raise Conflict(
            "Another agent is being invited into this conversation. Try again when that invite "
            "is accepted or over.",
            code="invite_open",
        )
    return other_agents


def _check_routed(
    twilio: TwilioContext, reader: SituationReader, target: Target, situation: Situation
) -> None:
    if is_routed(situation.configuration, target):
        return
    if is_routed(reader.configuration(anew=True), target):  # since a moment ago
        return
    raise NotRouted(
        f"The transfer workflow {twilio.settings.transfer_workflow_sid} has no way to "
        f"{target.type} {target.sid}. Add the queue to transferQueues in the stack's "
        "configuration and deploy.",
        code="target_not_routed",
    )


def _workflow_sid(twilio: TwilioContext, target: Target) -> str:
    return target.sid if target.type == "workflow" else twilio.settings.transfer_workflow_sid
