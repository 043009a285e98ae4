"""The calls to one channel of a Flex interaction, and how its participants are told apart.

https://www.twilio.com/docs/flex/developer/conversations/interactions-api
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from twilio.rest import Client

from chat_transfer.retries import RetryPolicy
from chat_transfer.taskrouter import NewTask

PAGE_SIZE = 100

CLOSED: Any = "closed"  # the SDK types it as a class that only lists the constants

# Which states of a reservation, or of a participant, say that the agent is out of the chat.
DONE = frozenset({"completed", "canceled", "rejected", "timeout", "rescinded", "closed"})


@dataclass(frozen=True, slots=True)
class Participant:
    """An agent's part in an interaction channel.

    Attributes
    ----------
    sid : str
        ``UT…``.
    task_sid, worker_sid : str or None
        What its routing properties name.
    is_done : bool
        Whether they say that the agent is out of the conversation.
    """

    sid: str
    task_sid: str | None
    worker_sid: str | None
    is_done: bool


def agent_participant(sid: str, routing_properties: Mapping[str, Any] | None) -> Participant:
    """Read an agent participant.

    The documentation calls the routing properties "an object" and leaves it at that. So they are
    taken as an invite's are, flat or below ``properties``, and the task's attributes, which may
    name other tasks and workers, are not looked at.
    """
    properties = dict(routing_properties or {})
    nested = properties.pop("properties", None)
    if isinstance(nested, Mapping):
        properties = {**nested, **properties}
    states = {str(properties.get(name)).lower() for name in ("status", "reservation_status")}
    return Participant(
        sid,
        task_sid=_sid(properties, "WT", "task_sid", "sid"),
        worker_sid=_sid(properties, "WK", "worker_sid"),
        is_done=not DONE.isdisjoint(states),
    )


def _sid(properties: Mapping[str, Any], prefix: str, *names: str) -> str | None:
    values = (properties.get(name) for name in names)
    return next((one for one in values if isinstance(one, str) and one.startswith(prefix)), None)


def participant_of(
    participants: Iterable[Participant], task_sid: str, worker_sid: str
) -> Participant | None:
    """Find the participant of the worker who holds the task, and no other's.

    The one that names the task; where none does, the worker's one that names no task.
    """
    present = [one for one in participants if not one.is_done]
    by_task = (
        one for one in present if one.task_sid == task_sid and one.worker_sid in (worker_sid, None)
    )
    by_worker = (one for one in present if one.worker_sid == worker_sid and not one.task_sid)
    return next(by_task, None) or next(by_worker, None)


def invite_routing(workspace_sid: str, task: NewTask) -> dict[str, Any]:
    """Make an invite's ``Routing``: no worker in it.

    An agent who declines a direct invite leaves the conversation without anybody; a workflow that
    routes to a known agent has a next step.
    https://www.twilio.com/docs/flex/developer/conversations/interactions-api/invites-subresource
    """
    return {
        "properties": {
            "workspace_sid": workspace_sid,
            "workflow_sid": task.workflow_sid,
            "task_channel_unique_name": task.task_channel,
            "attributes": dict(task.attributes),
            "priority": task.priority,
        }
    }


class InteractionChannel:
    """The calls to one interaction channel; every method may raise a `TwilioFailure`."""

    def __init__(
        self, client: Client, interaction_sid: str, channel_sid: str, retries: RetryPolicy
    ) -> None:
        self._channel = client.flex_api.v1.interaction(interaction_sid).channels(channel_sid)
        self._retries = retries

    def agents(self) -> tuple[Participant, ...]:
        """Read the participants of type ``agent``, all pages."""
        participants = self._channel.participants
        return tuple(
            agent_participant(one.sid or "", one.routing_properties)
            for one in self._retries.call(lambda: participants.list(page_size=PAGE_SIZE))
            if str(one.type) == "agent"
        )

    def invite(self, routing: Mapping[str, Any]) -> str | None:
        """Invite whom the routing finds, once.

        Returns
        -------
        str or None
            The SID of the task that this made; None where the answer does not carry it yet, since
            Flex makes it in the background.
        """
        return _task_of(self._channel.invites.create(routing=dict(routing)).routing)

    def invited_tasks(self) -> tuple[str | None, ...]:
        """The SIDs of the tasks that the channel's invites made, of all its invites ever.

        None stands for an invite that does not name its task, or not yet.
        """
        invites = self._retries.call(lambda: self._channel.invites.list(page_size=PAGE_SIZE))
        return tuple(_task_of(invite.routing) for invite in invites)

    def close(self, participant_sid: str) -> None:
        """Let an agent leave for good, which completes their task; the conversation stays open.

        Sent once: whoever closes has to know of each call that may still take effect.
        """
        self._channel.participants(participant_sid).update(status=CLOSED)


def _task_of(routing: Mapping[str, Any] | None) -> str | None:
    properties = (routing or {}).get("properties")
    sid = properties.get("sid") if isinstance(properties, Mapping) else None
    return sid if isinstance(sid, str) and sid else None
