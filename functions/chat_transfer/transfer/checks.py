"""Refuses what cannot be transferred, and plans what can.

Whatever is refused here is refused before anything was changed.
"""

from dataclasses import replace

from chat_transfer.http.problems import (
    Conflict,
    NotFound,
    TaskEnded,
    interaction_gone,
    kind_unsupported,
    task_unknown,
)
from chat_transfer.http.request import TransferRequest
from chat_transfer.targets import allowed
from chat_transfer.targets.routing import (
    check_routed,
    never_cancels,
    workflow_of,
)
from chat_transfer.transfer import attributes
from chat_transfer.transfer.facts import State
from chat_transfer.transfer.moves import Plan
from chat_transfer.transfer.reading import Reading
from chat_transfer.transfer.reconcile import Run
from chat_transfer.transfer.record import WARM, Place, Wanted, When, milliseconds
from chat_transfer.twilio.agents import Caller
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.tasks import Task


def wanted(
    twilio: Twilio, request: TransferRequest, reading: Reading, caller: Caller, place: Place
) -> Wanted:
    """The transfer that is asked for.

    The stack's own choice of when the original ends is for conversations: tasks with a
    ``channelSid`` are ended now.
    """
    holder = reading.holder.result()
    default = twilio.settings.hand_over if place.interaction_sid else When.NOW
    hand_over = request.hand_over or default
    return Wanted(
        original=request.task_sid,
        target=request.target.sid,
        when=When.NOW if hand_over == When.NOW else When.ACCEPTED,
        warm=hand_over == WARM,
        held_by=holder,
        identity=twilio.identity(holder, caller) if holder else None,
        asked_by=caller.identity,
        since=milliseconds(),
    )


def transferable(request: TransferRequest, reading: Reading) -> Task:
    """The original, if it can be transferred.

    Raises
    ------
    NotFound, Conflict
        It, or its target, does not exist, or no agent holds it.
    """
    original, holder_sid = reading.task.result(), reading.holder.result()
    if original is None:
        raise task_unknown(request.task_sid)
    target = reading.target.result()
    if target is None:
        raise NotFound(
            f"There is no {request.target.type} {request.target.sid} in the workspace.",
            code="target_unknown",
        )
    if not original.is_held or holder_sid is None:
        raise Conflict(
            f"The task is {original.assignment_status}. Only one that an agent has accepted "
            "can be transferred.",
            code="task_not_transferable",
        )
    if request.target.sid == holder_sid:
        raise Conflict("The target is the agent who holds the task.", code="target_holds_task")
    return original


def _check_availability(twilio: Twilio, request: TransferRequest, reading: Reading) -> None:
    """Refuse an agent who is not available, if the stack does."""
    target = reading.target.result()
    refuses = twilio.settings.refuses_unavailable and request.target.type == "worker"
    if refuses and target and not target.is_available:
        raise Conflict(
            "The agent is not available. Choose another agent, or a queue.",
            code="target_unavailable",
        )


def plan(
    twilio: Twilio, request: TransferRequest, reading: Reading, asked: Wanted, run: Run
) -> tuple[Wanted, Plan]:
    """Check a transfer, and plan its new task.

    Parameters
    ----------
    run : Run
        Has looked at the conversation.

    Raises
    ------
    NotFound, Conflict, NotRouted
        The task cannot be transferred, or not to this target.
    """
    original = transferable(request, reading)
    _check_hand_over(twilio, request, asked, run)
    present, others = _others(asked, run)
    participants = run.listed.participants if run.listed else {}
    asked = replace(
        asked,
        # Who has come since it began serves the customer.
        present=asked.present if asked.participant else present,
        participant=participants.get(asked.original),
    )
    _check_availability(twilio, request, reading)
    configuration = reading.configuration.result()
    check_routed(twilio, request.target, configuration)
    if found := reading.target.result():
        names = reading.names.result() if reading.names else None
        allowed.check(twilio.settings, names, request.target, found)
    own_sid = twilio.settings.transfer_workflow_sid
    new_task = attributes.next_task(
        original,
        asked,
        workflow_of(asked.target, own_sid),
        others,
        request=request,
        channel_sid=run.kind.place.conversation_sid if run.kind.detaches else None,
    )
    if not attributes.fit(new_task.attributes):
        raise Conflict(
            "With the attributes of a transfer the task's would exceed TaskRouter's limit of "
            f"{attributes.LIMIT_CHARACTERS} characters. Remove some that are not needed.",
            code="attributes_too_large",
        )
    watched = request.target.type == "workflow" or not never_cancels(configuration)
    # What is offered is its workflow's to cancel, which is looked at when it ends.
    return asked, Plan(task=new_task, watched=watched and asked.when is When.NOW)


def _check_hand_over(twilio: Twilio, request: TransferRequest, asked: Wanted, run: Run) -> None:
    if run.seen.detaches:
        if asked.when is When.NOW:
            return
        raise kind_unsupported(
            "Only a Flex Conversations task can be handed over when it is accepted. Send handOver "
            "now for a chat or SMS with a channelSid."
        )
    offered, hand_over = twilio.settings.hand_overs, request.hand_over
    if hand_over is None or hand_over in offered:
        return
    if twilio.settings.events_queue_url is None:
        raise Conflict(
            "This deployment hands over at once. Send handOver now, or set handOver in the stack's "
            "configuration to optional and deploy.",
            code="hand_over_off",
        )
    raise Conflict(
        f"This deployment does not offer handOver {hand_over}. Send {' or '.join(offered)}, or add "
        "it to handOverChoices in the stack's configuration and deploy.",
        code="hand_over_off",
    )


def _others(asked: Wanted, run: Run) -> tuple[tuple[str, ...], list[str]]:
    """The tasks of the other agents who are in the conversation now, and their worker SIDs.

    Neither a participant nor an invite tells its state: the tasks behind them do.
    """
    if run.seen.detaches:  # such a channel has one agent
        return (), []
    listed = run.listed
    if listed is None:
        raise interaction_gone()
    if asked.original not in listed.agents:
        if run.is_original_over():
            raise TaskEnded
        raise Conflict(
            "The agent who holds this task is not a participant of its interaction channel, or "
            "has left it already. Open the task in Flex again, or complete it there.",
            code="agent_not_in_conversation",
        )
    ours = {one.task for one in run.record.creations}
    states = {task: state for task, state in run.seen.others.items() if task not in ours}
    if any(state is State.WAITS for state in states.values()):
        raise Conflict(
            "Another agent is being invited into this conversation. Try again when that invite "
            "is accepted or over.",
            code="invite_open",
        )
    present = tuple(
        task
        for task, state in states.items()
        if state in (State.SERVES, State.LEAVES) and task in listed.agents
    )
    workers = list(dict.fromkeys(filter(None, (listed.agents[task] for task in present))))
    if asked.target in workers:
        raise Conflict("The target is in this conversation already.", code="target_in_conversation")
    return present, workers
