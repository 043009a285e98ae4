"""The console over HTTP: what it shows, what one can do in it, and who may."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from emulator.documented_workflows import with_sids
from twilio_emulator.console.why import sentence
from twilio_emulator.seed import ContactCentre
from twilio_emulator.server import RunningTwilio
from twilio_emulator.sids import new_sid
from twilio_emulator.taskrouter.creation import TaskOrder, create_task
from twilio_emulator.taskrouter.model import Workflow


def page(twilio: RunningTwilio) -> str:
    answer = requests.get(f"{twilio.base_url}/console", timeout=5)
    assert answer.status_code == 200
    return answer.text


def do(twilio: RunningTwilio, action: str, **form: str) -> str:
    answer = requests.post(
        f"{twilio.base_url}/console/do/{action}",
        data=form,
        headers={"HX-Request": "true"},
        timeout=5,
    )
    assert answer.status_code == 200
    return answer.text


def offer(centre: ContactCentre) -> dict[str, str]:
    order = TaskOrder('{"name": "Quinn"}', centre.workflows["Assign to Anyone"], "chat")
    with centre.account.lock:
        task = create_task(centre.workspace, order)
    [reservation] = centre.reservations(task.sid)
    return {"task": task.sid, "reservation": reservation.sid}


def status(centre: ContactCentre, task: str) -> str:
    found = centre.task(task)
    return str(found.status) if found else "gone"


def test_everything_in_the_centre_is_shown(twilio: RunningTwilio) -> None:
    text = page(twilio)
    for shown in ("Ana", "Billing", "web conversation", "Waits for a worker in Billing", "Offline"):
        assert shown in text
    for switch in twilio.centre.account.settings.as_document():
        assert switch in text
    assert twilio.centre.auth_token not in text


def test_calls_of_the_apis_are_shown_and_the_consoles_own_are_not(twilio: RunningTwilio) -> None:
    sid = twilio.centre.workspace_sid
    path = f"/taskrouter/v1/Workspaces/{sid}"
    requests.get(twilio.base_url + path, auth=twilio.centre.api_key, timeout=5)
    assert f"<code>/taskrouter/v1/Workspaces/WS..{sid[-4:]}</code>" in page(twilio)
    assert len(twilio.journal) == 1


def test_texts_of_others_are_text(twilio: RunningTwilio, centre: ContactCentre) -> None:
    centre.conversation_task(name="<script>alert(1)</script>", customerName="<b>Eve</b>")
    assert "&lt;b&gt;Eve&lt;/b&gt;" in page(twilio)
    assert "<b>Eve</b>" not in page(twilio)


def _conversation(centre: ContactCentre) -> str:
    return str(centre.attributes(centre.tasks["conversation"])["conversationSid"])


def _participant(centre: ContactCentre) -> dict[str, str]:
    [found] = [
        each
        for each in centre.account.flex.participants.values()
        if each.task_sid == centre.tasks["conversation"]
    ]
    return {
        "interaction": found.interaction_sid,
        "channel": found.channel_sid,
        "participant": found.sid,
    }


DEEDS: dict[
    str,
    tuple[str, Callable[[ContactCentre], dict[str, str]], Callable[[ContactCentre], Any], Any],
] = {
    "wrap up": (
        "status",
        lambda c: {"task": c.tasks["chat"], "AssignmentStatus": "wrapping"},
        lambda c: status(c, c.tasks["chat"]),
        "wrapping",
    ),
    "complete": (
        "status",
        lambda c: {"task": c.tasks["chat"], "AssignmentStatus": "completed"},
        lambda c: status(c, c.tasks["chat"]),
        "completed",
    ),
    "leave": (
        "leave",
        lambda c: {**_participant(c), "Status": "closed"},
        lambda c: status(c, c.tasks["conversation"]),
        "completed",
    ),
    "go offline": (
        "activity",
        lambda c: {"worker": c.workers["ben"], "ActivitySid": c.worker("eva").activity_sid},
        lambda c: c.worker("ben").activity_sid == c.worker("eva").activity_sid,
        True,
    ),
    "write": (
        "write",
        lambda c: {"conversation": _conversation(c), "Author": "casey", "Body": "Hello?"},
        lambda c: [m.body for m in c.account.flex.messages.values()],
        ["Hello?"],
    ),
    "turn a switch": (
        "switch",
        lambda _c: {"name": "events_repeated", "value": "2"},
        lambda c: c.account.settings.events_repeated,
        2,
    ),
    "begin": (
        "new",
        lambda _c: {"kind": "conversation", "worker": "dev"},
        lambda c: sum(r.worker_sid == c.workers["dev"] for r in _open(c)),
        1,
    ),
}


def _open(centre: ContactCentre) -> Iterator[Any]:
    return (r for r in centre.workspace.tables.reservations.values() if r.status.open)


@pytest.mark.parametrize("deed", DEEDS)
def test_what_people_do_is_done(twilio: RunningTwilio, deed: str) -> None:
    action, form, seen, expected = DEEDS[deed]
    said = do(twilio, action, **form(twilio.centre))
    assert "refuse" not in said
    assert "Not done" not in said
    assert seen(twilio.centre) == expected


@pytest.mark.parametrize(("answer", "then"), [("accepted", "assigned"), ("rejected", "reserved")])
def test_an_offer_is_accepted_or_rejected(
    twilio: RunningTwilio, centre: ContactCentre, answer: str, then: str
) -> None:
    made = offer(centre)
    assert "Offered to" in page(twilio)
    do(twilio, "answer", **made, ReservationStatus=answer)
    # A rejected one is offered to the next worker.
    assert status(centre, made["task"]) == then


def test_time_passes_and_what_is_due_happens(twilio: RunningTwilio, centre: ContactCentre) -> None:
    made = offer(centre)
    assert do(twilio, "time", seconds="121") == "121 s have passed."
    assert centre.reservations(made["task"])[0].status == "timeout"


@pytest.mark.parametrize(
    ("action", "form", "said"),
    [
        ("time", {"seconds": "soon"}, "Not done"),
        ("time", {"seconds": "-1"}, "a number of seconds up to two weeks"),
        ("switch", {"name": "events_repeated", "value": "many"}, "Not done"),
        ("switch", {"name": "no_such", "value": "1"}, "expected names among"),
        ("new", {"kind": "conversation", "worker": "zoe"}, "one of ana"),
        ("fly", {}, "Not done"),
        ("status", {"task": "WT0", "AssignmentStatus": "wrapping"}, "was not found"),
    ],
)
def test_what_cannot_be_done_is_said(
    twilio: RunningTwilio, action: str, form: dict[str, str], said: str
) -> None:
    assert said in do(twilio, action, **form)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "Host": "example.com:80"}])
def test_a_page_of_another_site_can_do_nothing(
    twilio: RunningTwilio, headers: dict[str, str]
) -> None:
    url = f"{twilio.base_url}/console/do/time"
    answer = requests.post(url, data={"seconds": "9"}, headers=headers, timeout=5)
    assert answer.status_code == 403


def test_the_stream_sends_a_part_again_when_it_changes(
    twilio: RunningTwilio, centre: ContactCentre
) -> None:
    with requests.get(f"{twilio.base_url}/console/stream", stream=True, timeout=5) as stream:
        names = (
            line.removeprefix("event: ")
            for line in stream.iter_lines(decode_unicode=True)
            if line.startswith("event: ")
        )
        first = {next(names) for _ in range(6)}
        assert first == {"workers", "queues", "tasks", "conversations", "calls", "switches"}
        centre.account.settings.events_repeated = 3
        assert next(names) == "switches"


QUEUED: list[tuple[dict[str, Any], str]] = [
    ({"queue": "@Empty"}, "Waits in Empty, which has no worker: none matches 1==0."),
    (
        {"queue": "@Support", "known_worker_sid": "task.agent"},
        "Waits for Eva in Support: Eva is Offline.",
    ),
    (
        {"queue": "@Support", "known_worker_sid": "task.x"},
        (
            "Waits for a known worker who does not exist (task.x is null) in Support: none of its "
            "4 workers is."
        ),
    ),
    (
        {"queue": "@Support", "expression": "worker.x == 1"},
        "Waits for a worker with worker.x == 1 in Support: none of its 4 workers is.",
    ),
    (
        {"queue": "@Billing"},
        "Waits for a worker in Billing: Eva is Offline.",
    ),
]


@pytest.mark.parametrize(("target", "said"), QUEUED)
def test_one_sentence_says_for_whom_a_task_waits_and_why(
    centre: ContactCentre, target: dict[str, Any], said: str
) -> None:
    routing = {"filters": [{"expression": "1==1", "targets": [target]}]}
    text = with_sids(json.dumps({"task_routing": routing}), centre)
    now = centre.workspace.now()
    workflow = Workflow(new_sid("WW"), "Mine", text, now, now)
    centre.workspace.tables.workflows[workflow.sid] = workflow
    attributes = json.dumps({"agent": centre.workers["eva"]})
    task = create_task(centre.workspace, TaskOrder(attributes, workflow.sid, "chat"))
    assert sentence(centre.workspace, task) == said


def test_a_full_worker_is_named_with_their_load(centre: ContactCentre) -> None:
    for channel in centre.workspace.tables.worker_channels.values():
        object.__setattr__(channel, "configured_capacity", 1)
    for name in ("ben", "carla"):
        centre.chat_task(holder=name)
    task = centre.workspace.task(centre.pending_task("Sales"))
    assert sentence(centre.workspace, task) == (
        "Waits for a worker in Sales: Ana has 5 of 1 chat tasks, Ben has 2 of 1 chat tasks, "
        "Carla has 1 of 1 chat tasks."
    )
