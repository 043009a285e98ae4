"""Reads what a transfer depends on, validates it, and builds the new task.

Whatever is refused here is refused before anything was changed.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

from chat_transfer.http.problems import (
    Conflict,
    Forbidden,
    NotFound,
    kind_unsupported,
    task_unknown,
)
from chat_transfer.http.request import Target, TransferRequest
from chat_transfer.transfer import attributes
from chat_transfer.transfer.attempt import Attempt
from chat_transfer.transfer.chat import ChatHandover
from chat_transfer.transfer.conversation import ConversationHandover, is_conversation
from chat_transfer.transfer.handover import Handover
from chat_transfer.transfer.record import Record
from chat_transfer.transfer.routing import (
    check_routed,
    configuration_of,
    never_cancels,
    workflow_of,
)
from chat_transfer.twilio.agents import Caller
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.taskrouter import NewTask, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """Who asks, and for which task. Each part may have failed, and raises where it is used.

    Attributes
    ----------
    task : Future of Task or None
        The original; None where there is none of that SID.
    holder : Future of str or None
        The worker SID of the agent who holds it.
    """

    caller: "Future[Caller]"
    task: "Future[Task | None]"
    holder: "Future[str | None]"

    def authorise(self, record: Record, task_sid: str, caller: Caller) -> None:
        """Allow the task's holder, supervisors, admins, and who held it when its transfer began.

        Raises
        ------
        Forbidden, NotFound
            The caller is none of them, or there is no such task.
        """
        if caller.may_act_for(self.holder.result()):
            return
        # The attempt first: it is deleted after the result was written.
        attempt = record.attempt(task_sid)
        if attempt and caller.may_act_for(attempt.held_by):
            return
        done = record.done(task_sid)
        if done and (caller.identity == done.asked_by or caller.may_act_for(done.held_by)):
            return
        if done is None and self.task.result() is None:
            raise task_unknown(task_sid)
        raise Forbidden(
            "Only the agent who holds the task, a supervisor or an admin may transfer it.",
            code="not_your_task",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Original):
    """What a transfer depends on.

    Attributes
    ----------
    target_exists : Future of bool
        Whether the workspace has the target.
    configuration : Future of Mapping
        That of the transfer workflow; a copy may be a minute old.
    """

    target_exists: "Future[bool]"
    configuration: "Future[Mapping[str, Any]]"


def read_original(twilio: Twilio, token: str, task_sid: str) -> Original:
    """Read who asks, and who holds the task, in parallel."""
    submit, taskrouter = twilio.threads.submit, twilio.taskrouter
    return Original(
        caller=submit(twilio.caller, token),
        task=submit(taskrouter.task, task_sid),
        holder=submit(twilio.holder, task_sid),
    )


def read(twilio: Twilio, request: TransferRequest) -> Reading:
    """Read what a transfer depends on, in one round of parallel calls."""
    original = read_original(twilio, request.token, request.task_sid)
    return Reading(
        caller=original.caller,
        task=original.task,
        holder=original.holder,
        target_exists=twilio.threads.submit(twilio.taskrouter.has_target, request.target.sid),
        configuration=twilio.threads.submit(configuration_of, twilio),
    )


def read_again(twilio: Twilio, reading: Reading, task_sid: str) -> Reading:
    """Read again what another transfer of the task may have changed."""
    return replace(
        reading,
        task=twilio.threads.submit(twilio.taskrouter.task, task_sid),
        holder=twilio.threads.submit(twilio.holder, task_sid),
    )


def handover_of(
    twilio: Twilio, task_sid: str, original: Task | None, attempt: Attempt | None = None
) -> Handover | None:
    """Choose the handover of a task by its kind.

    Parameters
    ----------
    attempt : Attempt or None
        An earlier one, which may have taken the channel from the task.

    Returns
    -------
    Handover or None
        None for a task of neither kind: a call, or one without a channel to a customer.
    """
    task = original
    if attempt and attempt.new_task_sid:
        # An agent's browser can write attributes; an offer is a conversation's, whatever they say.
        is_changed = task is not None and attempt.is_offer and not is_conversation(task)
        if task is None or is_changed:
            task = twilio.taskrouter.task(attempt.new_task_sid)
    if task is not None and is_conversation(task):
        close_sent = attempt is not None and attempt.close_sent
        return ConversationHandover(twilio, task_sid, task, close_sent=close_sent)
    channel_sid = (attempt and attempt.channel_sid) or channel_of(original)
    if channel_sid is None:
        return None
    return ChatHandover(twilio, task_sid, original, channel_sid, resumed=attempt is not None)


def channel_of(original: Task | None) -> str | None:
    """Read the ``channelSid`` of a task."""
    return attributes.sid_in(original.attributes, attributes.CHANNEL) if original else None


def check(
    twilio: Twilio,
    request: TransferRequest,
    reading: Reading,
    handover: Handover,
    attempt: Attempt,
    offered: str | None = None,
) -> NewTask:
    """Validate a transfer and build its new task.

    Parameters
    ----------
    offered : str or None
        The new task of an open offer that this transfer is to replace.

    Raises
    ------
    NotFound, Conflict, NotRouted
        The task cannot be transferred, or not to this target.
    TwilioFailure
        Something could not be read.
    """
    original, holder_sid = transferable(request, reading)
    if request.target.sid == holder_sid:
        raise Conflict("The target is the agent who holds the task.", code="target_holds_task")
    if attempt.is_offer:
        _check_offers(twilio, handover)
    others = handover.other_agents(request.target, offered)
    check_routed(twilio, request.target, reading.configuration.result())
    workflow_sid = workflow_of(request.target.sid, twilio.settings.transfer_workflow_sid)
    ignored = [holder_sid, *others]
    new_task = new_task_of(original, attempt, workflow_sid, ignored, offered=attempt.is_offer)
    if not attributes.fit(new_task.attributes):
        raise Conflict(
            "With the attributes of a transfer the task's would exceed TaskRouter's limit of "
            f"{attributes.LIMIT_CHARACTERS} characters. Remove some that are not needed.",
            code="attributes_too_large",
        )
    return new_task


def _check_offers(twilio: Twilio, handover: Handover) -> None:
    if not handover.is_final:
        raise kind_unsupported(
            "Only a Flex Conversations task can be handed over when it is accepted. Send handOver "
            "now for a chat or SMS with a channelSid."
        )
    if twilio.settings.events_queue_url is None:
        raise Conflict(
            "This deployment hands over at once. Send handOver now, or set handOver in the stack's "
            "configuration to optional and deploy.",
            code="hand_over_off",
        )


def hand_over(twilio: Twilio, request: TransferRequest, handover: Handover) -> str:
    """When the original is handed over: ``now``, or ``accepted`` for an offer.

    The stack's own choice is for conversations; tasks with a ``channelSid`` hand over now.
    """
    return request.hand_over or (twilio.settings.hand_over if handover.is_final else "now")


def new_task_of(
    original: Task,
    attempt: Attempt,
    workflow_sid: str,
    ignored: Sequence[str],
    *,
    offered: bool = False,
) -> NewTask:
    """Build a new task that keeps the customer's place in line.

    Parameters
    ----------
    offered : bool
        Whether the original's agent keeps the customer until another one accepts.
    ignored : sequence of str
        The worker SIDs of the agents to whom a queue does not offer it, the holder's first.
    """
    return NewTask(
        workflow_sid=workflow_sid,
        task_channel=original.task_channel,
        attributes=attributes.transferred(
            original,
            Target(attempt.target_sid),
            ignore_agent=attempt.identity or ignored[0],
            ignore_worker_sids=ignored,
            offered=offered,
        ),
        priority=original.priority,
        virtual_start_time=original.virtual_start_time,
    )


def is_watched(target: Target, reading: Reading) -> bool:
    """Whether the new task's workflow may cancel it, by the configuration that was read."""
    return target.type == "workflow" or not never_cancels(reading.configuration.result())


def transferable(request: TransferRequest, reading: Reading) -> tuple[Task, str]:
    """The original and the worker who holds it, where it can be transferred.

    Raises
    ------
    NotFound, Conflict
        It, or its target, does not exist, or no agent holds it.
    """
    original, holder_sid = reading.task.result(), reading.holder.result()
    if original is None:
        raise task_unknown(request.task_sid)
    if not reading.target_exists.result():
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
    return original, holder_sid
