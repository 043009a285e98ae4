"""What a task's attributes become when it is transferred: pure functions.

An agent's browser can write a task's attributes. So nothing here authorises a caller.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from chat_transfer.http.request import Target, TransferRequest
from chat_transfer.targets.routing import HAND_OVER
from chat_transfer.transfer.record import Wanted
from chat_transfer.twilio.tasks import NewTask, Task, encode_attributes

# A task's default, and the least that a new one waits.
# https://www.twilio.com/docs/taskrouter/api/task
SHORTEST_TIMEOUT_SECONDS = 86_400
LIMIT_CHARACTERS = 4096  # https://www.twilio.com/docs/taskrouter/limits

CHANNEL = "channelSid"
NOTE = "transferNote"
# Attributes of ``conversations`` that describe the segment of one agent.
OWN_SEGMENT = re.compile(
    "outcome|hang_up_by|destination|abandoned|abandoned_phase|conversation_measure_[0-9]+"
    "|first_response_time|average_response_time|focus_time"
)


def next_task(
    model: Task,
    wanted: Wanted,
    workflow_sid: str,
    others: Sequence[str] = (),
    *,
    request: TransferRequest | None = None,
    channel_sid: str | None = None,
) -> NewTask:
    """Build the new task; a Programmable Chat keeps its place in line.

    Parameters
    ----------
    model : Task
        The original, or another task of its customer.
    others : sequence of str
        The worker SIDs of the other agents who are in the conversation. In a queue, the transfer
        workflow offers the task neither to them nor to the original's agent.
    request : TransferRequest or None
        What asks for its attributes, its priority and its note; None if it is created again.
    channel_sid : str or None
        The ``channelSid`` of a Programmable Chat, which a transfer takes off the original.
    """
    channel = {CHANNEL: channel_sid} if channel_sid else {}
    priority = request.priority if request else None
    return NewTask(
        workflow_sid=workflow_sid,
        task_channel=model.task_channel,
        attributes={**_transferred(model.attributes, wanted, others, request), **channel},
        priority=model.priority if priority is None else priority,
        timeout=max(model.timeout, SHORTEST_TIMEOUT_SECONDS),
        virtual_start_time=model.virtual_start_time,
    )


def _transferred(
    model: Mapping[str, Any], wanted: Wanted, others: Sequence[str], request: TransferRequest | None
) -> dict[str, Any]:
    """The model's attributes, those of the request, and the target and the origin."""
    held_by = wanted.held_by or ""
    is_same = model.get("transferredFrom") == wanted.original  # it was made by this transfer
    note = request.note if request else (is_same and model.get(NOTE))
    inherited = {name: value for name, value in model.items() if name != NOTE}
    return {
        **inherited,
        **(request.attributes if request else {}),
        "conversations": _segment(model.get("conversations"), wanted.original),
        "targetSid": wanted.target,
        "transferTargetType": Target(wanted.target).type,
        "ignoreAgent": wanted.identity or held_by,
        "ignoreWorkerSids": list(filter(None, dict.fromkeys([held_by, *others]))),
        "transferredFrom": wanted.original,
        HAND_OVER: str(wanted.when),
        **({NOTE: note} if note else {}),
    }


def _segment(conversations: object, original: str) -> dict[str, Any]:
    """What Flex Insights is told of the next agent's segment of the conversation.

    ``conversation_id`` links the segments. If an earlier transfer or the flow set it, it stays.
    What describes the segment of the agent who had the task is not the next one's: Insights sums
    measures over the segments, and counts an outcome for each.
    https://www.twilio.com/docs/flex/developer/insights/enhance-integration
    https://www.twilio.com/docs/flex/end-user-guide/insights/data-model
    """
    told = conversations if isinstance(conversations, dict) else {}
    kept = {name: told[name] for name in told if not OWN_SEGMENT.fullmatch(name)}
    known = kept.get("conversation_id")
    is_linked = isinstance(known, str) and known
    return kept if is_linked else {**kept, "conversation_id": original}


def without_channel(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Drop the channel, so that the Channel Janitor leaves it alone when the task ends."""
    return {name: value for name, value in attributes.items() if name != CHANNEL}


def fit(attributes: Mapping[str, Any]) -> bool:
    """Whether TaskRouter takes attributes of this size."""
    return len(encode_attributes(attributes)) <= LIMIT_CHARACTERS
