"""What a task's attributes become when it is transferred: pure functions.

An agent's browser can write a task's attributes. So nothing here authorises a caller.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from chat_transfer.http.request import Target
from chat_transfer.targets.routing import HAND_OVER
from chat_transfer.transfer.record import Wanted
from chat_transfer.twilio.tasks import NewTask, Task, encode_attributes

# A task's default, and the least that a new one waits.
# https://www.twilio.com/docs/taskrouter/api/task
SHORTEST_TIMEOUT_SECONDS = 86_400
LIMIT_CHARACTERS = 4096  # https://www.twilio.com/docs/taskrouter/limits

CHANNEL = "channelSid"


def next_task(
    model: Task,
    wanted: Wanted,
    workflow_sid: str,
    others: Sequence[str] = (),
    *,
    channel_sid: str | None = None,
) -> NewTask:
    """Build the new task, which keeps the customer's place in line.

    Parameters
    ----------
    model : Task
        The original, or another task of its customer.
    others : sequence of str
        The worker SIDs of the other agents who are in the conversation. In a queue, the transfer
        workflow offers the task neither to them nor to the original's agent.
    channel_sid : str or None
        The ``channelSid`` of a Programmable Chat, which a transfer takes off the original.
    """
    channel = {CHANNEL: channel_sid} if channel_sid else {}
    return NewTask(
        workflow_sid=workflow_sid,
        task_channel=model.task_channel,
        attributes={**_transferred(model.attributes, wanted, others), **channel},
        priority=model.priority,
        timeout=max(model.timeout, SHORTEST_TIMEOUT_SECONDS),
        virtual_start_time=model.virtual_start_time,
    )


def _transferred(
    original: Mapping[str, Any], wanted: Wanted, others: Sequence[str]
) -> dict[str, Any]:
    """The original's attributes, plus the target and the origin.

    ``conversations.conversation_id`` links the segments of a conversation in Flex Insights. If an
    earlier transfer or the flow set it, it stays
    (https://www.twilio.com/docs/flex/developer/insights/enhance-integration).
    """
    linked = original.get("conversations")
    conversations = dict(linked) if isinstance(linked, dict) else {}
    known = conversations.get("conversation_id")
    if not isinstance(known, str) or not known:
        conversations["conversation_id"] = wanted.original
    held_by = wanted.held_by or ""
    return {
        **original,
        "conversations": conversations,
        "targetSid": wanted.target,
        "transferTargetType": Target(wanted.target).type,
        "ignoreAgent": wanted.identity or held_by,
        "ignoreWorkerSids": list(filter(None, dict.fromkeys([held_by, *others]))),
        "transferredFrom": wanted.original,
        HAND_OVER: str(wanted.when),
    }


def without_channel(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Drop the channel, so that the Channel Janitor leaves it alone when the task ends."""
    return {name: value for name, value in attributes.items() if name != CHANNEL}


def fit(attributes: Mapping[str, Any]) -> bool:
    """Whether TaskRouter takes attributes of this size."""
    return len(encode_attributes(attributes)) <= LIMIT_CHARACTERS
