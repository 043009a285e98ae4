"""The calls to one channel of a Flex interaction.

https://www.twilio.com/docs/flex/developer/conversations/interactions-api
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twilio.rest import Client

from chat_transfer.twilio.failures import Missing
from chat_transfer.twilio.retries import RetryPolicy
from chat_transfer.twilio.tasks import NewTask

PAGE_SIZE = 100

CLOSED: Any = "closed"  # the SDK types it as a class that only lists the constants
# The documented states of a channel in which no agent can serve its customer any more.
# https://www.twilio.com/docs/flex/developer/conversations/interactions-api/interaction-channels
OVER = frozenset({"closed", "inactive", "failed"})


@dataclass(frozen=True, slots=True)
class Participant:
    """An agent's part in an interaction channel; nothing in it tells whether it is closed.

    https://www.twilio.com/docs/flex/developer/conversations/interactions-api/interaction-channel-participants

    Attributes
    ----------
    sid : str
        ``UT…``.
    task_sid, worker_sid : str or None
        What its ``routing_properties`` name.
    """

    sid: str
    task_sid: str | None
    worker_sid: str | None


class InteractionChannel:
    """The calls to one interaction channel; every method may raise a `TwilioFailure`."""

    def __init__(
        self, client: Client, interaction_sid: str, channel_sid: str, retries: RetryPolicy
    ) -> None:
        self._channel = client.flex_api.v1.interaction(interaction_sid).channels(channel_sid)
        self._retries = retries

    def is_over(self) -> bool:
        """Whether the channel is closed, inactive, failed or gone."""
        try:
            return str(self._retries.call(self._channel.fetch).status) in OVER
        except Missing:
            return True

    def agents(self) -> tuple[Participant, ...]:
        """Read the participants of type ``agent``, all pages; closed ones may be listed or not."""
        participants = self._channel.participants
        return tuple(
            _participant(one.sid or "", one.routing_properties or {})
            for one in self._retries.call(lambda: participants.list(page_size=PAGE_SIZE))
            if str(one.type) == "agent"
        )

    def invite(self, workspace_sid: str, task: NewTask) -> str | None:
        """Invite the agent whom the workflow finds; sent once.

        No worker in it: an agent who declines a direct invite leaves the conversation without an
        agent; a workflow that routes to a known agent has a next step.
        https://www.twilio.com/docs/flex/developer/conversations/interactions-api/invites-subresource

        Returns
        -------
        str or None
            The SID of the task that this made; None if the answer does not carry it yet, since
            Flex makes it in the background.
        """
        properties = {
            "workspace_sid": workspace_sid,
            "workflow_sid": task.workflow_sid,
            "task_channel_unique_name": task.task_channel,
            "attributes": dict(task.attributes),
            "priority": task.priority,
            "timeout": task.timeout,
        }
        return _task_of(self._channel.invites.create(routing={"properties": properties}).routing)

    def invited_tasks(self) -> tuple[str | None, ...]:
        """Read the SIDs of the tasks that the channel's invites made, of all its invites ever.

        None stands for an invite that does not name its task, or not yet.
        """
        invites = self._retries.call(lambda: self._channel.invites.list(page_size=PAGE_SIZE))
        return tuple(_task_of(invite.routing) for invite in invites)

    def close(self, participant_sid: str) -> None:
        """Close an agent's participant, which ends their task; the conversation stays open.

        Sent once: the caller has to know of each close that may still take effect.
        """
        self._channel.participants(participant_sid).update(status=CLOSED)


def _participant(sid: str, routing_properties: Mapping[str, Any]) -> Participant:
    return Participant(
        sid, _sid(routing_properties, "task_sid"), _sid(routing_properties, "worker_sid")
    )


def _task_of(routing: Mapping[str, Any] | None) -> str | None:
    properties = (routing or {}).get("properties")
    return _sid(properties, "sid") if isinstance(properties, Mapping) else None


def _sid(properties: Mapping[str, Any], name: str) -> str | None:
    sid = properties.get(name)
    return sid if isinstance(sid, str) and sid else None
