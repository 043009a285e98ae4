"""An invite while the agent who has the conversation stays: accepted, declined, withdrawn.

https://www.twilio.com/docs/flex/developer/conversations/interactions-api/invites-subresource,
https://www.twilio.com/docs/flex/developer/conversations/best-practices
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from emulator import sinks
from emulator.sinks import Sink
from emulator.test_flex import CLOSED, agents, channel_of, invite
from twilio_emulator.clock import ManualClock
from twilio_emulator.seed import ContactCentre
from twilio_emulator.taskrouter.model import ReservationStatus, TaskStatus

CANCELED: Any = "canceled"


@dataclass(frozen=True)
class Conversation:
    """The conversation that Ana has, and an invite of Ben, then Dev, for a minute in all."""

    client: Client
    centre: ContactCentre
    workspace: WorkspaceContext
    original: str
    invited: str

    def status(self, task: str) -> TaskStatus:
        """The state of one of the tasks."""
        found = self.centre.task(task)
        assert found is not None
        return found.status

    def present(self) -> set[str]:
        """Who takes part in the conversation, by short names."""
        sid = self.centre.attributes(self.original)["conversationSid"]
        people = {identity or "" for identity in self.centre.present_in(sid)}
        return {name for name in self.centre.workers if f"{name}_40example_2Ecom" in people}

    def holders(self) -> tuple[str | None, str | None]:
        """Who has the original, and the invite's task."""
        return self.centre.holder_of(self.original), self.centre.holder_of(self.invited)

    def close(self, name: str) -> None:
        """Close the participant of an agent."""
        for agent in agents(channel_of(self.client, self.centre, self.original)):
            if agent.routing_properties["worker_sid"] == self.centre.workers[name]:
                agent.update(status=CLOSED)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with sinks.sink() as running:
        yield running


@pytest.fixture
def conversation(
    client: Client, centre: ContactCentre, workspace: WorkspaceContext
) -> Conversation:
    def known(name: str, timeout: int) -> dict[str, Any]:
        return {
            "queue": centre.queues["Everyone"],
            "known_worker_sid": f"'{centre.workers[name]}'",
            "timeout": timeout,
        }

    route = {"expression": "1==1", "targets": [known("ben", 30), known("dev", 30)]}
    configuration = json.dumps({"task_routing": {"filters": [route]}})
    workflow = workspace.workflows.create("Two agents", configuration, task_reservation_timeout=20)
    made = invite(client, centre, "conversation", workflow_sid=workflow.sid)
    original, invited = centre.tasks["conversation"], made.routing["properties"]["sid"]
    return Conversation(client, centre, workspace, original, invited)


def test_both_agents_have_a_task_until_one_is_closed(
    conversation: Conversation, centre: ContactCentre
) -> None:
    assert conversation.holders() == ("ana", None)
    assert conversation.present() == {"ana"}
    assert centre.accept(conversation.invited) == "ben"
    assert conversation.holders() == ("ana", "ben")
    assert conversation.present() == {"ana", "ben"}
    conversation.close("ana")
    assert conversation.holders() == (None, "ben")
    assert conversation.present() == {"ben"}
    assert conversation.status(conversation.original) is TaskStatus.COMPLETED
    channel = channel_of(conversation.client, centre, conversation.invited)
    assert str(channel.fetch().status) == "active"


def test_the_invite_outlives_the_original(
    conversation: Conversation, centre: ContactCentre
) -> None:
    centre.complete(conversation.original)
    assert conversation.present() == set()
    assert centre.accept(conversation.invited) == "ben"
    assert conversation.present() == {"ben"}


def test_a_declined_invite_goes_to_the_next_target_and_ends_cancelled(
    conversation: Conversation, centre: ContactCentre, clock: ManualClock, sink: Sink
) -> None:
    sink.subscribe(conversation.client, "task.canceled")
    assert centre.reject(conversation.invited) == "ben"
    clock.advance(30)
    centre.settle()
    assert centre.reject(conversation.invited) == "dev"
    assert conversation.status(conversation.invited) is TaskStatus.PENDING
    clock.advance(30)
    centre.settle()
    assert conversation.status(conversation.invited) is TaskStatus.CANCELED
    payload = sink.next().events[0]["data"]["payload"]
    assert payload["task_sid"] == conversation.invited
    assert payload["task_canceled_reason"] == "Workflow ended without routing to a queue"
    assert conversation.holders() == ("ana", None)
    assert conversation.present() == {"ana"}


def test_an_unanswered_invite_goes_the_same_way(
    conversation: Conversation, centre: ContactCentre, clock: ManualClock
) -> None:
    for _ in range(60):
        clock.advance(1)
        centre.settle()
    statuses = [offer.status for offer in centre.reservations(conversation.invited)]
    assert statuses == [ReservationStatus.TIMEOUT, ReservationStatus.TIMEOUT]
    assert conversation.status(conversation.invited) is TaskStatus.CANCELED
    assert conversation.holders() == ("ana", None)


def test_a_cancelled_invite_leaves_the_original_alone(
    conversation: Conversation, workspace: WorkspaceContext
) -> None:
    (offer,) = workspace.tasks(conversation.invited).reservations.list()
    workspace.tasks(conversation.invited).update(assignment_status=CANCELED)
    with pytest.raises(TwilioRestException, match="because it is canceled"):
        offer.update(reservation_status="accepted")
    assert conversation.holders() == ("ana", None)
    assert conversation.present() == {"ana"}


def test_an_accepted_invite_cannot_be_cancelled(
    conversation: Conversation, centre: ContactCentre, workspace: WorkspaceContext
) -> None:
    centre.accept(conversation.invited)
    with pytest.raises(TwilioRestException, match="not pending or reserved") as refused:
        workspace.tasks(conversation.invited).update(assignment_status=CANCELED)
    assert (refused.value.status, refused.value.code) == (400, 20001)
    assert conversation.holders() == ("ana", "ben")


def test_an_agent_who_logs_off_keeps_the_conversation(
    conversation: Conversation, centre: ContactCentre
) -> None:
    """An activity decides about new tasks: https://www.twilio.com/docs/taskrouter/api/activity."""
    centre.set_activity("ana", "Offline")
    assert conversation.holders() == ("ana", None)
    assert conversation.present() == {"ana"}
    centre.accept(conversation.invited)
    conversation.close("ana")
    assert conversation.holders() == (None, "ben")


@pytest.mark.parametrize("rejects", [True, False])
def test_an_invited_agent_who_logs_off_has_the_offer_unless_they_reject_it(
    conversation: Conversation, centre: ContactCentre, *, rejects: bool
) -> None:
    """``RejectPendingReservations`` of https://www.twilio.com/docs/taskrouter/api/worker."""
    offline = centre.workspace.default_activity_sid
    ben = conversation.workspace.workers(centre.workers["ben"])
    ben.update(activity_sid=offline, reject_pending_reservations=rejects)
    assert centre.offered_to(conversation.invited) == (None if rejects else "ben")


@pytest.mark.parametrize("cancels", [True, False])
def test_closing_the_conversation_can_cancel_an_open_invite(
    conversation: Conversation, centre: ContactCentre, *, cancels: bool
) -> None:
    centre.account.settings.closing_cancels_invited_tasks = cancels
    channel_of(conversation.client, centre, conversation.original).update(status=CLOSED)
    assert conversation.status(conversation.original) is TaskStatus.WRAPPING
    expected = TaskStatus.CANCELED if cancels else TaskStatus.RESERVED
    assert conversation.status(conversation.invited) is expected


def test_closing_the_conversation_wraps_an_accepted_invite(
    conversation: Conversation, centre: ContactCentre
) -> None:
    centre.account.settings.closing_cancels_invited_tasks = True
    centre.accept(conversation.invited)
    channel_of(conversation.client, centre, conversation.original).update(status=CLOSED)
    assert conversation.status(conversation.invited) is TaskStatus.WRAPPING


def test_an_invite_of_one_agent_is_cancelled_when_they_decline(
    client: Client, centre: ContactCentre
) -> None:
    direct = {"worker_sid": centre.workers["ben"], "queue_sid": centre.queues["Everyone"]}
    task = invite(client, centre, "conversation", **direct).routing["properties"]["sid"]
    assert centre.reject(task) == "ben"
    found = centre.task(task)
    assert found is not None
    assert found.status is TaskStatus.CANCELED
    assert centre.holder_of(centre.tasks["conversation"]) == "ana"
    assert str(channel_of(client, centre, "conversation").fetch().status) == "active"
