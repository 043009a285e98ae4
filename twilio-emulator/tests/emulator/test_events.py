"""Event Streams: which events TaskRouter sends, what they look like, and how they reach a sink.

https://www.twilio.com/docs/events/event-types/taskrouter/task,
https://www.twilio.com/docs/events/webhook-quickstart
"""

import base64
import time
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema_rs
import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from emulator import sinks
from emulator.conftest import EmulatorHttpClient
from emulator.event_schemas import A_TEST_EVENT, a_taskrouter_event
from emulator.routing import new_task
from emulator.sinks import HANGS, Sink
from twilio_emulator import event_delivery
from twilio_emulator.clock import ManualClock
from twilio_emulator.event_delivery import ANSWER_SECONDS
from twilio_emulator.seed import ContactCentre, contact_centre
from twilio_emulator.server import RunningTwilio, serve
from twilio_emulator.taskrouter.lifecycle import cancel

CANCELED: Any = "canceled"
ALL = (
    *(f"task.{name}" for name in ("created", "updated", "canceled", "completed", "wrapup")),
    *(f"task.{name}" for name in ("deleted", "system-deleted")),
    *(f"reservation.{name}" for name in ("created", "accepted", "rejected", "timeout")),
    *(f"reservation.{name}" for name in ("canceled", "rescinded", "completed", "wrapup")),
)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with sinks.sink() as running:
        yield running


class Desk:
    """What happens to the tasks of a contact centre whose events are watched."""

    def __init__(
        self, centre: ContactCentre, workspace: WorkspaceContext, clock: ManualClock
    ) -> None:
        self.centre, self.workspace, self.clock = centre, workspace, clock

    def new(self) -> str:
        """Let a customer come."""
        return new_task(self.workspace, self.centre.workflows["Assign to Anyone"])

    def set_status(self, status: Any) -> None:
        """Give the chat another status."""
        task = self.workspace.tasks(self.centre.tasks["chat"])
        task.update(assignment_status=status, reason="because")

    def cancel(self) -> None:
        """Cancel a task that is offered to an agent."""
        self.workspace.tasks(self.new()).update(assignment_status=CANCELED)

    def offer_to_two(self) -> None:
        """Offer a task to two agents, of whom one accepts."""
        queue = self.workspace.task_queues(self.centre.queues["Everyone"])
        queue.update(max_reserved_workers=2)
        self.centre.accept(self.new())

    def hold_too_long(self) -> None:
        """Let a day pass, after which TaskRouter deletes an assigned task."""
        self.clock.advance(24 * 3600)
        self.centre.settle()

    def time_out(self) -> None:
        """Let an agent not answer."""
        self.new()
        self.clock.advance(3600)
        self.centre.settle()


HAPPENINGS: dict[str, Callable[[Desk], object]] = {
    "task.created": Desk.new,
    "task.updated": lambda desk: desk.centre.set_attributes(desk.centre.tasks["chat"], a="b"),
    "task.canceled": Desk.cancel,
    "task.completed": lambda desk: desk.set_status("completed"),
    "task.wrapup": lambda desk: desk.set_status("wrapping"),
    "task.deleted": lambda desk: desk.workspace.tasks(desk.centre.tasks["chat"]).delete(),
    "task.system-deleted": Desk.hold_too_long,
    "reservation.created": Desk.new,
    "reservation.accepted": lambda desk: desk.centre.accept(desk.new()),
    "reservation.rejected": lambda desk: desk.centre.reject(desk.new()),
    "reservation.timeout": Desk.time_out,
    "reservation.canceled": Desk.cancel,
    "reservation.rescinded": Desk.offer_to_two,
    "reservation.completed": lambda desk: desk.set_status("completed"),
    "reservation.wrapup": lambda desk: desk.set_status("wrapping"),
}


@pytest.mark.parametrize("name", HAPPENINGS)
def test_what_happens_to_a_task_reaches_who_subscribed_to_it(
    client: Client,
    centre: ContactCentre,
    workspace: WorkspaceContext,
    clock: ManualClock,
    sink: Sink,
    name: str,
) -> None:
    sink.subscribe(client, name)
    HAPPENINGS[name](Desk(centre, workspace, clock))
    event = sink.next().events[0]
    validator = jsonschema_rs.validator_for(a_taskrouter_event(name), validate_formats=True)
    assert [error.message for error in validator.iter_errors(event)] == []
    payload = event["data"]["payload"]
    assert payload["eventtype"] == name
    assert payload["account_sid"] == centre.account_sid
    assert payload["workspace_sid"] == centre.workspace_sid


def test_every_event_that_is_named_here_can_happen() -> None:
    assert set(HAPPENINGS) == set(ALL)


def test_an_accepted_reservation_names_task_worker_and_reservation(
    client: Client, centre: ContactCentre, workspace: WorkspaceContext, sink: Sink
) -> None:
    sink.subscribe(client, "reservation.accepted")
    task = new_task(workspace, centre.workflows["Assign to Anyone"])
    name = centre.accept(task)
    payload = sink.next().events[0]["data"]["payload"]
    assert payload["task_sid"] == task
    assert payload["task_assignment_status"] == "assigned"
    assert payload["worker_sid"] == centre.workers[name]
    assert payload["reservation_sid"] == centre.reservations(task)[0].sid


def test_nothing_else_is_sent(
    client: Client, centre: ContactCentre, workspace: WorkspaceContext, sink: Sink
) -> None:
    """A finished task that Twilio removes after a while counts as no deleted one.

    https://www.twilio.com/docs/taskrouter/api/event/reference
    """
    sink.subscribe(client, "task.deleted", "task.system-deleted", "task.canceled")
    centre.complete(centre.tasks["chat"])
    new_task(workspace, centre.workflows["Assign to Anyone"])
    centre.account.settings.deletes_finished_after = 0.0
    centre.settle()
    assert centre.task(centre.tasks["chat"]) is None
    workspace.tasks(centre.tasks["sms"]).delete()
    (event,) = sink.next().events
    assert event["data"]["payload"]["task_sid"] == centre.tasks["sms"]
    assert sink.gets_nothing()


def test_a_request_carries_the_credentials_of_the_address_and_a_valid_signature(
    client: Client, centre: ContactCentre, sink: Sink
) -> None:
    sink.subscribe(client, "task.completed", user="twilio:s3cret-_%2F")
    centre.complete(centre.tasks["chat"])
    request = sink.next()
    scheme, _, encoded = request.headers["Authorization"].partition(" ")
    assert (scheme, base64.b64decode(encoded)) == ("Basic", b"twilio:s3cret-_/")
    assert request.headers["Content-Type"] == "application/json"
    address = sink.url.removesuffix("/events") + request.path
    signature = request.headers["X-Twilio-Signature"]
    validator = RequestValidator(centre.auth_token)  # type: ignore[no-untyped-call]
    assert validator.validate(address, request.body, signature)  # type: ignore[no-untyped-call]
    assert not validator.validate(address, request.body + " ", signature)  # type: ignore[no-untyped-call]


def test_a_sink_without_credentials_gets_no_authorization(
    client: Client, centre: ContactCentre, sink: Sink
) -> None:
    sink.subscribe(client, "task.completed")
    centre.complete(centre.tasks["chat"])
    assert "Authorization" not in sink.next().headers


@pytest.mark.parametrize("batch", [True, False])
def test_events_of_one_call_come_in_one_request_or_each_in_its_own(
    client: Client, workspace: WorkspaceContext, centre: ContactCentre, sink: Sink, *, batch: bool
) -> None:
    sink.subscribe(client, "task.created", "reservation.created", batch=batch)
    new_task(workspace, centre.workflows["Assign to Anyone"])
    expected = ["task.created", "reservation.created"]
    if batch:
        assert sink.next().names == expected
    else:
        requests_ = [sink.next(), sink.next()]
        assert sorted(request.names for request in requests_) == sorted([name] for name in expected)


@pytest.mark.parametrize("status", [503, 500, 429])
def test_a_sink_that_fails_gets_the_same_event_again(
    client: Client, centre: ContactCentre, sink: Sink, status: int
) -> None:
    """https://www.twilio.com/docs/api/errors/91306 and 91302."""
    sink.answers = [status, status]
    sink.subscribe(client, "task.completed")
    centre.complete(centre.tasks["chat"])
    first, second, third = sink.next(), sink.next(), sink.next()
    assert first.body == second.body == third.body
    assert sink.gets_nothing(1.0)


@pytest.mark.parametrize("status", [400, 401, 404])
def test_an_event_that_a_sink_rejects_is_dropped(
    client: Client, centre: ContactCentre, sink: Sink, status: int
) -> None:
    """https://www.twilio.com/docs/api/errors/91305."""
    sink.answers = [status]
    sink.subscribe(client, "task.completed")
    centre.complete(centre.tasks["chat"])
    sink.next()
    assert sink.gets_nothing(1.0)


def test_a_sink_that_hangs_holds_up_neither_taskrouter_nor_other_sinks(
    twilio: RunningTwilio, client: Client, centre: ContactCentre, sink: Sink
) -> None:
    sink.answers = [HANGS]
    sink.subscribe(client, "task.completed")
    centre.complete(centre.tasks["chat"])
    sink.next()
    started = time.monotonic()
    with sinks.sink() as other:
        other.subscribe(client, "task.completed")
        centre.complete(centre.tasks["sms"])
        url = f"{twilio.base_url}/taskrouter/v1/Workspaces/{centre.workspace_sid}"
        assert requests.get(url, auth=centre.api_key, timeout=5).ok
        assert other.next().events[0]["data"]["payload"]["task_sid"] == centre.tasks["sms"]
        assert sink.next().events[0]["data"]["payload"]["task_sid"] == centre.tasks["sms"]
        assert time.monotonic() - started < ANSWER_SECONDS - 1


def test_a_sink_that_does_not_answer_in_time_gets_the_same_event_again(
    client: Client, centre: ContactCentre, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """https://www.twilio.com/docs/api/errors/91308; 5 s are those of the webhook quickstart."""
    assert ANSWER_SECONDS == 5
    monkeypatch.setattr(event_delivery, "ANSWER_SECONDS", 0.3)
    sink.answers = [HANGS]
    sink.subscribe(client, "task.completed")
    centre.complete(centre.tasks["chat"])
    first, second = sink.next(), sink.next()
    assert first.body == second.body
    assert second.at - first.at >= 0.3
    assert sink.gets_nothing()


def test_the_server_stops_at_once_while_a_sink_hangs(sink: Sink) -> None:
    sink.answers = [HANGS]
    centre = contact_centre()
    with serve(centre) as running:
        client = Client(  # type: ignore[no-untyped-call]
            centre.account_sid,
            centre.auth_token,
            http_client=EmulatorHttpClient(running.base_url),
        )
        sink.subscribe(client, "task.completed")
        centre.complete(centre.tasks["chat"])
        sink.next()
        started = time.monotonic()
    assert time.monotonic() - started < 1
    centre.complete(centre.tasks["sms"])
    assert sink.gets_nothing(0.1)


def test_a_webhook_without_a_destination_is_refused(client: Client) -> None:
    with pytest.raises(TwilioRestException, match="destination") as refused:
        client.events.v1.sinks.create("a test", {"method": "POST"}, sinks.WEBHOOK)
    assert (refused.value.status, refused.value.code) == (400, 20001)


def test_a_test_event_needs_no_subscription(client: Client, sink: Sink) -> None:
    """https://www.twilio.com/docs/events/event-streams/sink-resource/test."""
    sid = sink.subscribe(client)
    context = client.events.v1.sinks(sid)
    assert context.sink_test.create().result == "submitted"
    (event,) = sink.next().events
    validator = jsonschema_rs.validator_for(A_TEST_EVENT, validate_formats=True)
    assert [error.message for error in validator.iter_errors(event)] == []
    answer = context.sink_validate.create(test_id=event["data"]["test_id"])
    assert answer.result == "valid"
    assert str(context.fetch().status) == "active"


def test_repeated_events_come_again_in_requests_of_their_own(
    client: Client, centre: ContactCentre, sink: Sink
) -> None:
    centre.account.settings.events_repeated = 2
    sink.subscribe(client, "task.completed")
    centre.complete(centre.tasks["chat"])
    bodies = {sink.next().body for _ in range(3)}
    assert len(bodies) == 1
    assert sink.gets_nothing()


def test_delayed_events_come_later(client: Client, centre: ContactCentre, sink: Sink) -> None:
    centre.account.settings.events_delayed = 1.5
    sink.subscribe(client, "task.completed")
    started = time.monotonic()
    centre.complete(centre.tasks["chat"])
    centre.account.settings.events_delayed = 0.0
    centre.complete(centre.tasks["sms"])
    first, second = sink.next(), sink.next()
    assert first.events[0]["data"]["payload"]["task_sid"] == centre.tasks["sms"]
    assert second.events[0]["data"]["payload"]["task_sid"] == centre.tasks["chat"]
    assert second.at - started >= 1.5


def test_lost_events_never_come(client: Client, centre: ContactCentre, sink: Sink) -> None:
    centre.account.settings.events_lost = True
    sink.subscribe(client, "task.completed")
    centre.complete(centre.tasks["chat"])
    centre.account.settings.events_lost = False
    centre.complete(centre.tasks["sms"])
    assert sink.next().events[0]["data"]["payload"]["task_sid"] == centre.tasks["sms"]
    assert sink.gets_nothing()


def test_reordered_events_come_the_last_one_first(
    client: Client, centre: ContactCentre, sink: Sink
) -> None:
    centre.account.settings.events_reordered = 0.4
    sink.subscribe(client, "task.wrapup", "task.completed")
    centre.wrap(centre.tasks["chat"])
    centre.complete(centre.tasks["chat"])
    assert sink.next().names == ["task.completed", "task.wrapup"]


def test_events_of_another_account_can_be_mixed_in(
    client: Client, centre: ContactCentre, sink: Sink
) -> None:
    centre.account.settings.events_of_others = True
    sink.subscribe(client, "task.completed")
    centre.complete(centre.tasks["chat"])
    other, own = (event["data"]["payload"] for event in sink.next().events)
    assert own["task_sid"] == centre.tasks["chat"]
    assert own["account_sid"] == centre.account_sid
    assert other["account_sid"] != centre.account_sid
    assert centre.task(other["task_sid"]) is None
    assert set(other) == set(own)


def test_a_burst_reaches_a_sink_a_few_requests_at_a_time(
    client: Client, centre: ContactCentre, sink: Sink
) -> None:
    sink.subscribe(client, "task.canceled", batch=False)
    sink.answers = [HANGS] * (event_delivery.AT_ONCE + 1)
    for _ in range(30):
        with centre.account.lock:
            task = centre.workspace.task(centre.pending_task())
            cancel(centre.workspace, task, None)
    for _ in range(event_delivery.AT_ONCE):
        sink.next()
    assert sink.gets_nothing()
    sink.released.set()
    for _ in range(30 - event_delivery.AT_ONCE):
        sink.next()
    deadline = time.monotonic() + 5
    while centre.account.deliveries["taken"] < 30:
        assert time.monotonic() < deadline
        time.sleep(0.01)
