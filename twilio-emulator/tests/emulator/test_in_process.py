"""Requests without a server: the same answers as over HTTP, and a time that the caller sets."""

import json
from datetime import UTC, datetime
from random import Random
from urllib.parse import urlencode

import pytest
import requests

from twilio_emulator import twilio
from twilio_emulator.clock import ManualClock
from twilio_emulator.journal import Journal
from twilio_emulator.seed import ContactCentre, contact_centre
from twilio_emulator.server import RunningTwilio
from twilio_emulator.twilio import EmulatedTwilio

NINE = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)


class Caller:
    """A contact centre in this process, and the account that asks it."""

    def __init__(self, seed: int = 7) -> None:
        self.clock = ManualClock(NINE)
        self.centre: ContactCentre = contact_centre(self.clock, Random(seed))  # noqa: S311
        self.twilio = EmulatedTwilio(self.centre.account)
        self.base = f"/taskrouter/v1/Workspaces/{self.centre.workspace_sid}"
        self.answers: list[tuple[int, bytes]] = []

    def ask(self, method: str, path: str, **form: str) -> dict[str, object]:
        """Send a request with the account's credentials; note its answer."""
        headers = {"Authorization": self.centre.account.authorization}
        reply = self.twilio.request(
            method, self.base + path, headers=headers, body=urlencode(form).encode()
        )
        self.answers.append((reply.status, reply.body))
        document: dict[str, object] = json.loads(reply.body)
        return document

    def new_task(self, **form: str) -> str:
        """Create a task that goes to anyone; return its SID."""
        workflow = self.centre.workflows["Assign to Anyone"]
        return str(self.ask("POST", "/Tasks", WorkflowSid=workflow, **form)["sid"])


def story(seed: int) -> list[tuple[int, bytes]]:
    caller = Caller(seed)
    task = caller.new_task()
    caller.twilio.advance(300)
    caller.ask("GET", f"/Tasks/{task}/Reservations")
    caller.centre.token_of("ana")
    return caller.answers


def test_a_seeded_account_answers_the_same_every_time() -> None:
    assert story(7) == story(7)
    assert story(7) != story(8)


def test_what_is_due_on_the_way_happens_when_it_is_due() -> None:
    caller = Caller()
    task = caller.new_task()
    caller.twilio.advance(1000)
    offers = caller.centre.reservations(task)
    seconds = [(offer.date_created - NINE).total_seconds() for offer in offers]
    assert seconds == [0, 120, 240, 360]  # each offer lasts 120 s, and four agents are available


def test_a_task_that_is_not_accepted_is_canceled_at_its_timeout() -> None:
    caller = Caller()
    caller.centre.account.settings.deletes_finished_after = None
    task = caller.new_task(Timeout="90")
    caller.twilio.advance(89)
    assert caller.ask("GET", f"/Tasks/{task}")["assignment_status"] == "reserved"
    caller.twilio.advance(100)
    ended = caller.centre.task(task)
    assert ended is not None
    assert ended.ended_at is not None
    assert (ended.ended_at - NINE).total_seconds() == 90


def test_nothing_is_due_in_an_account_without_work() -> None:
    caller = Caller()
    caller.twilio.advance(3 * 86_400)
    assert caller.twilio.next_due() is None


def test_the_machines_clock_can_be_advanced_too() -> None:
    centre = contact_centre()
    task = centre.pending_task()
    EmulatedTwilio(centre.account).advance(86_400)
    now = centre.task(task)
    assert now is None or now.status.ended


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 200),
        ("GET", "/Tasks", 200),
        ("PUT", "/Tasks", 405),
        ("GET", "/Nothing", 404),
        ("GET", "/Tasks/", 404),
        ("GET", "/Tasks/WT%2f0", 404),
    ],
)
def test_answers_are_those_of_the_server(
    twilio: RunningTwilio, method: str, path: str, status: int
) -> None:
    account = twilio.centre.account
    path = f"/taskrouter/v1/Workspaces/{twilio.centre.workspace_sid}{path}"
    headers = {"Authorization": account.authorization}
    reply = EmulatedTwilio(account).request(method, path, headers=headers)
    over_http = requests.request(method, twilio.base_url + path, headers=headers, timeout=10)
    assert reply.status == over_http.status_code == status
    assert reply.body == over_http.content


def test_a_request_needs_credentials() -> None:
    caller = Caller()
    assert caller.twilio.request("GET", caller.base + "/Tasks").status == 401


def test_a_read_routes_nothing_while_nothing_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = Caller()
    task = caller.new_task(Attributes="{}", Timeout="60")
    routed: list[str] = []
    monkeypatch.setattr(twilio, "settle", lambda workspace: routed.append(workspace.sid))

    caller.ask("GET", f"/Tasks/{task}")
    assert routed == []

    caller.clock.advance(61)
    caller.ask("GET", f"/Tasks/{task}")
    assert routed == [caller.centre.workspace_sid]


def test_the_outcome_of_a_call_is_noted_after_the_journal_was_cleared() -> None:
    journal = Journal()
    earlier = journal.open("GET", "/one", {}, {})
    journal.clear()
    journal.close(earlier, 200, None)
    calls = [journal.open("GET", path, {}, {}) for path in ("/two", "/three")]
    journal.close(calls[1], 404, None)
    journal.close(calls[0], 200, None)
    journal.close(earlier, 500, None)

    assert [(entry.path, entry.status) for entry in journal] == [("/two", 200), ("/three", 404)]
