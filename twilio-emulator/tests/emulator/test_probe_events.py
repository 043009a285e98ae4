"""What the probe reads from the events that came, and its own web server."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import requests

from twilio_emulator.probe import events
from twilio_emulator.probe.experiment import Finding, Observation
from twilio_emulator.probe.listener import LONGEST_BODY, Listener, listening
from twilio_emulator.probe.made import Journal
from twilio_emulator.probe.runner import Runner
from twilio_emulator.probe.transport import Caller, Http
from twilio_emulator.seed import contact_centre
from twilio_emulator.server import serve

NUMBERS = list(events.NUMBERS)


def seen(came: Sequence[tuple[int, float, int]], **more: Any) -> dict[str, list[Observation]]:
    """Return observations: event n happened at n seconds; it came then, with that request."""
    task = Observation(0, 0, 201, {"sid": "WT", "account_sid": "AC"})
    arrivals = [
        {"number": number, "request": request, "id": f"EZ{number}", "account": "AC", "task": "WT"}
        for number, _, request in came
    ]
    return {
        "task": [task],
        "changes": [Observation(n, n + 0.2, 200) for n in (0, *NUMBERS)],
        "arrivals": [
            Observation(at, at, 200, {**body, **more})
            for body, (_, at, _) in zip(arrivals, came, strict=True)
        ],
    }


IN_ORDER = [(n, n + 0.5, n) for n in NUMBERS]


def test_events_in_their_order_are_neither_late_nor_lost_nor_repeated() -> None:
    found = seen(IN_ORDER)
    assert events.lost(found).position is False
    assert events.repeated(found).position == 0
    assert events.reordered(found).position == 0
    assert events.of_others(found).position is False
    # From the answer of the call, or from its sending: it happened in between.
    assert events.delayed(found).between == (0.3, 0.5)


@pytest.mark.parametrize(
    ("came", "read", "because"),
    [
        (IN_ORDER[:-1], events.lost, "Only 19 of 20"),
        (IN_ORDER[:-1], events.delayed, "Not all events came"),
        (IN_ORDER[:-1], events.reordered, "Not all events came"),
        ([*IN_ORDER, IN_ORDER[3]], events.repeated, "1 of 20 events came more than once"),
        ([IN_ORDER[1], IN_ORDER[0], *IN_ORDER[2:]], events.reordered, "differed 1 times"),
        ([], events.repeated, "No event came"),
        ([], events.of_others, "No event came"),
    ],
)
def test_what_differs_from_event_to_event_is_unclear(
    came: Sequence[tuple[int, float, int]], read: Any, because: str
) -> None:
    finding: Finding = read(seen(came))
    assert not finding.clear
    assert because in finding.because


def test_of_times_that_differ_the_longest_counts() -> None:
    found = seen([(n, n + (9 if n == 4 else 0.5), n) for n in NUMBERS if n != 4] + [(4, 13.0, 4)])
    finding = events.delayed(found)
    assert finding.position == 9.0
    assert finding.between == (0.3, 9.0)


def test_events_of_other_tasks_do_not_count() -> None:
    found = seen(IN_ORDER, task="WT other")
    assert events.lost(found).position is True
    assert not events.repeated(found).clear


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Listen on a free port."""
    with listening("127.0.0.1", 0, None) as running:
        yield running


def test_the_address_is_reached_only_if_it_leads_here(listener: Listener) -> None:
    assert listener.reached()
    with listening("127.0.0.1", 0, listener.url) as other:
        assert not other.reached()
    with listening("127.0.0.1", 0, "http://127.0.0.1:9") as other:
        assert not other.reached()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("", b"[1, {}, null, []]", 204),
        ("", b"{", 400),
        ("", b" " * (LONGEST_BODY + 1), 413),
        ("x", b"[]", 404),
    ],
)
def test_no_body_and_no_path_breaks_the_listener(
    listener: Listener, path: str, body: bytes, status: int
) -> None:
    try:
        answer = requests.post(listener.url + path, data=body, timeout=5)
    except requests.ConnectionError:
        # It may close the connection before a body is sent that is too long.
        assert status == 413
    else:
        assert answer.status_code == status
    assert listener.reached()


def test_nothing_of_a_customer_is_kept(listener: Listener) -> None:
    payload = {"task_attributes": '{"name": "Casey", "number": "7"}', "task_sid": "WT1"}
    event = {"id": "EZ1", "data": {"payload": payload}}
    requests.post(listener.url, json=[event], timeout=5)
    (kept,) = listener.arrivals()
    assert (kept.id, kept.task, kept.account, kept.number) == ("EZ1", "WT1", None, None)
    assert "Casey" not in repr(kept)


FASTER = 25


class Fast(Http):
    """A transport whose clock runs fast."""

    def now(self) -> float:
        """Return the fast time."""
        return _fast()

    def sleep(self, seconds: float) -> None:
        """Wait, as long as the fast clock says."""
        time.sleep(seconds / FASTER)


def _fast() -> float:
    return time.monotonic() * FASTER


def test_the_events_of_a_server_are_heard(tmp_path: Path) -> None:
    centre = contact_centre()
    activities = [a.sid for a in centre.workspace.tables.activities.values()]
    # Those of events are in seconds of the machine.
    centre.account.settings.change({"events_delayed": 0.4, "events_repeated": 1})
    with serve(centre) as twilio, listening("127.0.0.1", 0, None, now=_fast) as heard:
        caller = Caller(Fast((centre.account_sid, centre.auth_token), twilio.base_url))
        journal = Journal(tmp_path / "journal")
        runner = Runner(
            caller, journal, centre.workspace_sid, (activities[0], activities[1]), events=heard
        )
        results = runner.results(events.EVENTS)

    found = {result.switch: result.finding for result in results}
    assert found["events_lost"].position is False
    assert found["events_repeated"].position == 1
    # On a busy machine it is later, and pairs may change places.
    assert found["events_delayed"].position >= 0.4 * FASTER
    assert centre.account.sinks == centre.account.subscriptions == {}
