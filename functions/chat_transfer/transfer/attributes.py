"""What a task's attributes become when it is transferred: pure functions.

An agent's browser can write a task's attributes, so nothing here authorises a caller, and a SID is
taken from them only where it has the form of one.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from chat_transfer.http.request import Target
from chat_transfer.twilio.taskrouter import Task, encode_attributes

LIMIT_CHARACTERS = 4096  # https://www.twilio.com/docs/taskrouter/limits

CHANNEL = "channelSid"
HAND_OVER = "transferHandOver"
SID = re.compile("[A-Z]{2}[0-9a-fA-F]{32}")


def sid_in(attributes: Mapping[str, Any], name: str) -> str | None:
    """Read a SID; None where there is none, or a value that cannot be one."""
    value = attributes.get(name)
    return value if isinstance(value, str) and SID.fullmatch(value) else None


def transferred(
    original: Task,
    target: Target,
    *,
    ignore_agent: str,
    ignore_worker_sids: Sequence[str],
    offered: bool,
) -> dict[str, Any]:
    """Make the attributes of the new task: the original's, plus its target and its origin.

    Parameters
    ----------
    ignore_agent : str
        The identity of the agent who holds the original.
    ignore_worker_sids : sequence of str
        The worker SIDs of that agent and of the others who are in the conversation now: the
        transfer workflow offers the task to none of them when it goes to a queue.
    offered : bool
        Whether the original's agent keeps the customer until another one accepts: the transfer
        workflow cancels such a task when its target's time is up.

    Returns
    -------
    dict
        ``conversations.conversation_id`` links the two in Flex Insights; where an earlier transfer
        or the flow set ``conversations`` already, it stays
        (https://www.twilio.com/docs/flex/developer/insights/enhance-integration).
    """
    inherited = {name: value for name, value in original.attributes.items() if name != HAND_OVER}
    return {
        "conversations": {"conversation_id": original.sid},
        **inherited,
        "targetSid": target.sid,
        "transferTargetType": target.type,
        "ignoreAgent": ignore_agent,
        "ignoreWorkerSids": list(ignore_worker_sids),
        "transferredFrom": original.sid,
        **({HAND_OVER: "accepted"} if offered else {}),
    }


def without_channel(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Drop the channel, so that the Channel Janitor leaves it alone when the task ends."""
    return {name: value for name, value in attributes.items() if name != CHANNEL}


def fit(attributes: Mapping[str, Any]) -> bool:
    """Whether TaskRouter takes attributes of this size."""
    return len(encode_attributes(attributes)) <= LIMIT_CHARACTERS
