"""What a task's attributes become when it is transferred: pure functions, no call to anybody."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from chat_transfer.targets import Target
from chat_transfer.taskrouter import Task, encode_attributes

LIMIT_BYTES = 4096  # https://www.twilio.com/docs/taskrouter/limits

CHANNEL = "channelSid"
TRANSFERRED_FROM = "transferredFrom"
IGNORED_WORKERS = "ignoreWorkerSids"


# An agent can write a task's attributes, and a path is made of what these hold.
SID = re.compile("[A-Z]{2}[0-9a-fA-F]{32}")


def sid_in(attributes: Mapping[str, Any], name: str) -> str | None:
    """Read a SID, or None where there is none, or what cannot be one."""
    value = attributes.get(name)
    return value if isinstance(value, str) and SID.fullmatch(value) else None


def channel_in(attributes: Mapping[str, Any]) -> str | None:
    """Read the ``channelSid``."""
    return sid_in(attributes, CHANNEL)


def transferred(
    original: Task,
    target: Target,
    *,
    ignore_agent: str,
    ignore_worker_sids: Sequence[str],
) -> dict[str, Any]:
    """Make the attributes of the new task: the original's, and where it goes and whence it comes.

    Parameters
    ----------
    original : Task
        The task that is transferred.
    target : Target
        Where it goes.
    ignore_agent : str
        The identity of the agent who holds it.
    ignore_worker_sids : sequence of str
        That agent's worker SID first, then those of the others in the conversation: the workflow
        offers the task to none of them when it goes to a queue.

    Returns
    -------
    dict
        ``conversations.conversation_id`` links the two in Flex Insights; where an earlier transfer
        or the flow set ``conversations`` already, it stays
        (https://www.twilio.com/docs/flex/developer/insights/enhance-integration).
    """
    return {
        "conversations": {"conversation_id": original.sid},
        **original.attributes,
        "targetSid": target.sid,
        "transferTargetType": target.type,
        "ignoreAgent": ignore_agent,
        IGNORED_WORKERS: list(ignore_worker_sids),
        TRANSFERRED_FROM: original.sid,
    }


def without_channel(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Drop the channel, so that the Channel Janitor leaves it alone when the task ends."""
    return {name: value for name, value in attributes.items() if name != CHANNEL}


def with_channel(attributes: Mapping[str, Any], channel_sid: str) -> dict[str, Any]:
    """Give a task its channel back."""
    return {**attributes, CHANNEL: channel_sid}


def fit(attributes: Mapping[str, Any]) -> bool:
    """Whether TaskRouter takes attributes of this size."""
    return len(encode_attributes(attributes).encode()) <= LIMIT_BYTES


def transferring_worker(attributes: Mapping[str, Any]) -> str | None:
    """The worker who held the original when the task with these attributes was made from it."""
    ignored = attributes.get(IGNORED_WORKERS)
    return ignored[0] if isinstance(ignored, list) and ignored else None
