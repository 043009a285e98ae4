"""Reads what a transfer depends on, validates it, and builds the new task.

Whatever is refused here is refused before anything was changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

from chat_transfer.http.problems import (
    Conflict,
    NotFound,
    NotRouted,
    task_unknown,
)
from chat_transfer.http.request import Target, TransferRequest
from chat_transfer.transfer import attributes
from chat_transfer.transfer.attempt import Attempt
from chat_transfer.transfer.chat import ChatHandover
from chat_transfer.transfer.conversation import ConversationHandover, is_conversation
from chat_transfer.transfer.handover import Handover
from chat_transfer.twilio.agents import Caller
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.taskrouter import TRANSFERABLE, NewTask, Task

CONFIGURATION_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read at once. Each part may have failed by itself, and raises where it is used.

    Attributes
    ----------
    task : Future of Task or None
        The original; None where there is none of that SID.
    holder : Future of str or None
        The worker SID of the agent who holds it.
    target_exists : Future of bool
        Whether the workspace has the target.
    configuration : Future of Mapping
        That of the transfer workflow; a copy may be a minute old.
    """

    caller: "Future[Caller]"
    task: "Future[Task | None]"
    holder: "Future[str | None]"
    target_exists: "Future[bool]"
    configuration: "Future[Mapping[str, Any]]"


def read(twilio: Twilio, request: TransferRequest) -> Reading:
    """Read what a transfer depends on, in one round of parallel calls."""
    submit, taskrouter = twilio.threads.submit, twilio.taskrouter
    return Reading(
        caller=submit(twilio.caller, request.token),
        task=submit(taskrouter.task, request.task_sid),
        holder=submit(twilio.holder, request.task_sid),
        target_exists=submit(taskrouter.has_target, request.target.sid),
        configuration=submit(configuration_of, twilio),
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
    if task is None and attempt and attempt.new_task_sid:
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
) -> NewTask:
    """Validate a transfer and build its new task.

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
    others = handover.other_agents(request.target)
    _check_routed(twilio, request.target, reading)
    workflow_sid = workflow_of(request.target.sid, twilio.settings.transfer_workflow_sid)
    new_task = new_task_of(original, attempt, workflow_sid, [holder_sid, *others])
    if not attributes.fit(new_task.attributes):
        raise Conflict(
            "With the attributes of a transfer the task's would exceed TaskRouter's limit of "
            f"{attributes.LIMIT_CHARACTERS} characters. Remove some that are not needed.",
            code="attributes_too_large",
        )
    return new_task


def new_task_of(
    original: Task, attempt: Attempt, workflow_sid: str, ignored: Sequence[str]
) -> NewTask:
    """Build a new task that keeps the customer's place in line.

    Parameters
    ----------
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
        ),
        priority=original.priority,
        virtual_start_time=original.virtual_start_time,
    )


def workflow_of(target_sid: str, transfer_workflow_sid: str) -> str:
    """The workflow in which the new task for a target is made."""
    return target_sid if Target(target_sid).type == "workflow" else transfer_workflow_sid


def is_watched(target: Target, reading: Reading) -> bool:
    """Whether the new task's workflow may cancel it, by the configuration that was read."""
    return target.type == "workflow" or not never_cancels(reading.configuration.result())


def configuration_of(twilio: Twilio) -> Mapping[str, Any]:
    """Read the transfer workflow's configuration; what is returned may be a minute old."""
    sid = twilio.settings.transfer_workflow_sid
    return twilio.warm.get(
        sid, CONFIGURATION_SECONDS, lambda: twilio.taskrouter.workflow_configuration(sid)
    )


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
    if original.assignment_status not in TRANSFERABLE or holder_sid is None:
        raise Conflict(
            f"The task is {original.assignment_status}. Only one that an agent has accepted "
            "can be transferred.",
            code="task_not_transferable",
        )
    return original, holder_sid


def _check_routed(twilio: Twilio, target: Target, reading: Reading) -> None:
    own_sid = twilio.settings.transfer_workflow_sid
    if target.sid == own_sid:
        raise NotRouted(
            "The transfer workflow itself is no target: it routes the transfers to others. Choose "
            "an agent, a queue or another workflow.",
            code="target_not_routed",
        )
    if is_routed(reading.configuration.result(), target):
        return
    twilio.warm.forget(own_sid)
    if is_routed(configuration_of(twilio), target):  # since a moment ago
        return
    raise NotRouted(
        f"The transfer workflow {own_sid} has no way to {target.type} {target.sid}. Add the queue "
        "to transferQueues in the stack's configuration and deploy.",
        code="target_not_routed",
    )


def is_routed(configuration: Mapping[str, Any], target: Target) -> bool:
    """Tell whether a workflow's filters have a way to the target.

    A queue has to be the ``queue`` of a filter's target; a worker needs a target with
    ``known_worker_sid``. The default filter does not count: a task that reaches it has lost its
    target. A workflow routes by itself, so it needs no way.

    Parameters
    ----------
    configuration : Mapping
        The configuration of the transfer workflow,
        https://www.twilio.com/docs/taskrouter/workflow-configuration.
    target : Target
        Where the task is to go.

    Examples
    --------
    >>> is_routed({"task_routing": {"filters": [{"targets": [{"queue": "WQ1"}]}]}}, Target("WQ1"))
    True
    """
    if target.type == "workflow":
        return True
    if target.type == "worker":
        return any(one.get("known_worker_sid") for one in _filter_targets(configuration))
    return target.sid in routed_queues(configuration)


def routed_queues(configuration: Mapping[str, Any]) -> frozenset[str]:
    """The SIDs of the queues that a workflow's filters lead to, see `is_routed`."""
    queues = (one.get("queue") for one in _filter_targets(configuration))
    return frozenset(queue for queue in queues if queue)


def never_cancels(configuration: Mapping[str, Any]) -> bool:
    """Tell whether a workflow keeps every task until an agent takes it.

    TaskRouter cancels a task that passes the last target of its filter, and one that no filter
    takes where there is no default filter. Which filter takes a task is not decided here, so each
    one has to end with a target that waits without a limit: no ``timeout``, no ``skip_if``.
    https://www.twilio.com/docs/taskrouter/workflow-configuration

    Examples
    --------
    >>> waits = {"targets": [{"queue": "WQ1", "timeout": 30}, {"queue": "WQ2"}]}
    >>> never_cancels({"task_routing": {"filters": [waits], "default_filter": {"queue": "WQ1"}}})
    True
    """
    if not (configuration.get("task_routing") or {}).get("default_filter"):
        return False
    last_targets = [(one.get("targets") or [{"timeout": 0}])[-1] for one in _filters(configuration)]
    return all(one.get("timeout") is None and not one.get("skip_if") for one in last_targets)


def _filter_targets(configuration: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for one_filter in _filters(configuration):
        yield from one_filter.get("targets") or ()


def _filters(configuration: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return (configuration.get("task_routing") or {}).get("filters") or ()
