"""Defects that a second review has found: each test states what should hold."""

import contextlib
import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from chat_transfer.twilio import client
from local.twilio.clock import ManualClock
from tests.functions.conftest import AGENT_SECONDS, Aws, deployed
from tests.functions.cutting import CutOff, cut_off
from tests.functions.failures.table_faults import TableFaults
from tests.functions.locks import let_locks_run_out
from tests.functions.offers.conftest import Offering
from tests.functions.recording import CLOSE
from tests.functions.served import served

LATE_SECONDS = 5
pytestmark = pytest.mark.usefixtures("short_waits")
INVITE = {"method": "POST", "path": "/Invites$"}
PARTICIPANT = {"method": "POST", "path": "/Participants/"}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def still(aws: Aws, clock: ManualClock) -> Iterator[Offering]:
    with deployed(aws, clock) as running:
        centre = running.twilio.centre
        yield Offering(running, served(centre, centre.conversation_task()))


def attempt_of(aws: Aws, offering: Offering) -> dict:
    key = {"id": {"S": f"attempt#{offering.task_sid}"}}
    item = aws.dynamodb.get_item(TableName=os.environ["IDEMPOTENCY_TABLE"], Key=key).get("Item")
    return json.loads(item["attempt"]["S"]) if item else {}


def late(offering: Offering) -> None:
    offering.running.twilio.centre.account.settings.change(
        {"invite_names_its_task": False, "invite_task_delay": LATE_SECONDS}
    )


def at_once(offering: Offering) -> None:
    offering.running.twilio.centre.account.settings.change({"invite_names_its_task": True})


def appear(offering: Offering, clock: ManualClock) -> str:
    before = {task.sid for task in offering.tasks()}
    clock.advance(LATE_SECONDS)
    offering.running.twilio.centre.settle()
    [first] = {task.sid for task in offering.tasks()} - before
    return first


@pytest.mark.parametrize("how", ["control", "read fails", "killed", "close lands late"])
def test_r01_who_accepted_left_during_the_close_and_the_look_did_not_end(
    offering: Offering, aws: Aws, how: str
) -> None:
    made = offering.offer().body["taskSid"]
    centre, faults = offering.running.twilio.centre, offering.running.twilio.faults
    centre.accept(made)
    faults.latency(2.0 if how == "close lands late" else 0.5, **PARTICIPANT)
    if how == "read fails":
        faults.status(500, method="GET", path=f"/Tasks/{made}$", nth=3, times=None)
    cut = cut_off(offering.running, CLOSE) if how == "killed" else contextlib.nullcontext()
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor() as threads, cut:
        if how == "close lands late":
            patch.setattr(client, "READ_SECONDS", 0.15)
        look = threads.submit(offering.event, made)
        assert faults.wait()
        centre.complete(made)
        print(look.exception() or look.result())
    faults.clear()
    let_locks_run_out(aws)
    time.sleep(2.2 if how == "close lands late" else 0.0)  # the close has landed
    for _ in range(3):
        offering.schedule()

    assert offering.customer.room_is_open()
    assert offering.tasks(), f"no agent and no task, for good; it is said to be {offering.state()}"


def test_r02_the_original_is_deleted_when_the_first_try_to_make_a_task_fails(
    still: Offering, clock: ManualClock
) -> None:
    """Twilio deletes what has ended after five minutes; an offer to a queue may wait for longer."""
    made = still.offer("Sales").body["taskSid"]
    still.running.twilio.centre.complete(still.task_sid)
    clock.advance(301)
    still.running.twilio.centre.settle()
    assert still.running.twilio.centre.task(still.task_sid) is None
    print(still.running.twilio.centre.task(made).status)
    if not still.running.twilio.centre.task(made).status.ended:
        still.running.tasks()(made).update(assignment_status="canceled")
    still.running.twilio.faults.status(429, times=None, **INVITE)
    still.schedule()
    still.running.twilio.faults.clear()
    for _ in range(3):
        still.schedule()

    assert still.customer.room_is_open()
    assert still.tasks(), "no agent and no task, for good"


def test_r03_now_after_an_offer_whose_agent_accepted_and_left(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    centre, faults = offering.running.twilio.centre, offering.running.twilio.faults
    centre.accept(made)
    faults.status(429, times=None, **PARTICIPANT)
    assert not offering.event(made)
    centre.complete(made)
    faults.clear()
    offering.schedule()
    assert offering.state() == "declined"
    faults.status(429, times=None, **INVITE)
    first = offering.offer(hand_over="now")
    print(first.status, first.text)
    faults.clear()
    assert offering.agents() == {"ana"}

    answer = offering.offer(hand_over="now")

    print(answer.status, answer.text, made)
    assert offering.tasks(), "no agent and no task: the result is the task that Ben has completed"


def test_r04_now_adopts_the_late_task_of_an_offer(still: Offering, clock: ManualClock) -> None:
    centre, faults = still.running.twilio.centre, still.running.twilio.faults
    centre.set_activity("ben", "Offline")
    late(still)
    assert still.offer().status == 504
    at_once(still)
    faults.status(429, times=None, **INVITE)
    print(still.offer(hand_over="now").text)
    faults.clear()
    appear(still, clock)

    answer = still.offer(hand_over="now")

    print(answer.status, answer.text, [t.attributes for t in still.tasks()])
    for _ in range(5):
        clock.advance(AGENT_SECONDS)
        centre.settle()
        still.schedule()
    assert still.customer.room_is_open()
    assert still.tasks(), "no agent and no task, for good"


def test_r05_a_workflow_as_target_and_invites_that_do_not_name_their_task(
    offering: Offering,
) -> None:
    workflow_sid = offering.running.twilio.centre.workflows["Escalations"]
    answer = offering.running.transfer(offering.task_sid, workflow_sid, handOver="accepted")
    made = answer.body["taskSid"]
    offering.running.twilio.centre.complete(offering.task_sid)
    offering.running.tasks()(made).update(assignment_status="canceled")
    offering.running.twilio.centre.account.settings.change({"invite_names_its_task": False})
    for _ in range(5):
        offering.schedule()
        print(len(offering.tasks()), offering.ask().text)

    assert len(offering.tasks()) == 1, f"{len(offering.tasks())} tasks, one more each minute"


def test_r06_now_adopts_a_double_that_was_completed(still: Offering, clock: ManualClock) -> None:
    centre, faults = still.running.twilio.centre, still.running.twilio.faults
    late(still)
    assert still.offer(hand_over="now").status == 504
    at_once(still)
    faults.status(429, method="POST", path="/(Participants/[^/]+|Tasks/[^/]+)$", times=None)
    second = still.offer(hand_over="now")
    print(second.status, second.text)
    faults.clear()
    assert len(still.tasks()) == 2
    first = appear(still, clock)
    centre.accept(first)
    centre.complete(first)
    assert len(still.tasks()) == 2

    answer = still.offer(hand_over="now")

    print(answer.status, answer.text)
    assert still.customer.room_is_open()
    assert still.tasks(), "no agent and no task"


def test_r07_a_double_for_another_target_is_accepted(still: Offering, clock: ManualClock) -> None:
    late(still)
    assert still.offer("ben").status == 504
    at_once(still)
    assert still.offer("carla").status == 202
    first = appear(still, clock)
    still.running.twilio.centre.accept(first)
    still.schedule()
    assert still.agents() == {"ben"}

    told = still.ask().body
    to_ben, to_carla = still.offer("ben"), still.offer("carla")
    print(told, to_ben.text, to_carla.text)
    assert told["targetSid"] == still.sid("ben")
    assert (to_ben.status, to_carla.status) == (200, 409)


def test_r08_who_accepted_did_not_manage_to_pass_the_chat_on(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    centre, faults = offering.running.twilio.centre, offering.running.twilio.faults
    centre.accept(made)
    faults.status(500, times=None, **INVITE)
    answer = offering.running.transfer(made, offering.sid("carla"), "ben", handOver="now")
    assert answer.status == 502, answer.text
    faults.clear()
    centre.complete(made)
    assert offering.agents() == {"ana"}

    offering.event(made)
    offering.schedule()

    assert offering.tasks(), "no agent and no task: Ana was closed for one that never was made"


@pytest.mark.parametrize("kept", [False, True], ids=["open", "ended and kept"])
def test_r09_another_target_during_a_look(still: Offering, clock: ManualClock, kept: bool) -> None:
    if kept:
        late(still)
        assert still.offer("ben").status == 504
        at_once(still)
        assert still.offer("ben").status == 202
        assert still.take_back().body["state"] == "cancelled"
    else:
        still.offer("ben")
    faults = still.running.twilio.faults
    faults.latency(0.5, method="GET", path=f"/Tasks/{still.task_sid}$", times=1)
    with ThreadPoolExecutor() as threads:
        threads.submit(still.schedule)
        assert faults.wait()
        answer = still.offer("carla")

    assert answer.status == 202, answer.text


def test_r10_taking_back_an_offer_in_doubt(still: Offering, clock: ManualClock) -> None:
    late(still)
    assert still.offer("ben").status == 504
    at_once(still)
    taken_back = still.take_back()
    print(taken_back.status, taken_back.text)
    first = appear(still, clock)
    still.schedule()
    with contextlib.suppress(LookupError):
        still.running.twilio.centre.accept(first)
    still.schedule()

    assert still.agents() == {"ana"}, "handed over after Ana took it back"


@pytest.mark.parametrize("then", ["refused", "taken back"])
def test_r11_a_close_that_lands_after_the_next_request(
    offering: Offering, aws: Aws, then: str
) -> None:
    made = offering.offer().body["taskSid"]
    centre, faults = offering.running.twilio.centre, offering.running.twilio.faults
    centre.accept(made)
    faults.latency(2.5, **PARTICIPANT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "READ_SECONDS", 0.15)
        assert not offering.event(made)
    centre.complete(made)
    if then == "refused":
        assert offering.offer("Billing").code == "target_not_routed"
    else:
        assert offering.offer("carla").status == 202
        assert offering.take_back().body["state"] == "cancelled"
    assert offering.agents() == {"ana"}, "the test is too slow"
    time.sleep(3)
    offering.schedule()

    assert offering.tasks(), "no agent and no task"


def test_r12_a_new_task_is_cancelled_for_one_that_wraps_up(
    offering: Offering, table: TableFaults
) -> None:
    offering.running.transfer_events.runtime.cache_clear()
    table.pass_all()
    made = offering.offer().body["taskSid"]
    centre, faults = offering.running.twilio.centre, offering.running.twilio.faults
    centre.accept(made)
    faults.latency(0.5, **PARTICIPANT)
    with ThreadPoolExecutor() as threads:
        threads.submit(offering.event, made)
        assert faults.wait()
        centre.wrap(made)
        table.refuse("^PutItem .*OFFERED")
    table.pass_all()
    tasks = {task.sid for task in offering.tasks()}
    print(tasks, made)
    assert len(tasks) == 2, "Ben's, who wraps up, and a new one"
    offering.schedule()
    centre.complete(made)
    offering.schedule()

    assert offering.tasks(), f"no agent and no task; {offering.state()}"


def test_r13_ana_wraps_up_and_the_offer_is_declined(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    centre = offering.running.twilio.centre
    centre.wrap(offering.task_sid)
    offering.running.tasks()(made).update(assignment_status="canceled")
    offering.schedule()
    centre.complete(offering.task_sid)
    offering.schedule()

    assert offering.tasks(), "completed first and declined then, the customer gets a new task"


def test_r14_a_cancellation_that_lands_late_is_told_as_declined(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    faults = offering.running.twilio.faults
    faults.close(method="POST", path=f"/Tasks/{made}$", takes_effect=True)
    faults.status(500, method="GET", path=f"/Tasks/{made}$", nth=3, times=None)
    print(offering.take_back().text)
    faults.clear()
    offering.schedule()

    assert offering.state() == "cancelled"


@pytest.mark.parametrize("how", ["both had left", "left while it is offered to another"])
def test_r15_a_request_whose_try_to_make_a_task_fails_forgets_the_customer(
    offering: Offering, how: str
) -> None:
    made = offering.offer().body["taskSid"]
    centre, faults = offering.running.twilio.centre, offering.running.twilio.faults
    faults.status(429, times=None, **INVITE)
    if how == "both had left":
        centre.complete(offering.task_sid)
        offering.running.tasks()(made).update(assignment_status="canceled")
        print(offering.offer().text)
    else:
        faults.latency(0.5, method="POST", path=f"/Tasks/{made}$")
        with ThreadPoolExecutor() as threads:
            answer = threads.submit(offering.offer, "carla")
            while not offering.running.twilio.journal.matching("POST", f"/Tasks/{made}$"):
                time.sleep(0.01)
            centre.complete(offering.task_sid)
            print(answer.result().text)
    faults.clear()
    for _ in range(3):
        offering.schedule()

    assert offering.customer.room_is_open()
    assert offering.tasks(), "no agent and no task, for good"


def test_r16_a_now_whose_try_to_make_a_task_fails_forgets_the_customer(
    offering: Offering, aws: Aws
) -> None:
    """Not an offer: killed before the close, both tasks end, the next try to make one gets 429."""
    with cut_off(offering.running, CLOSE), contextlib.suppress(CutOff):
        faults = offering.running.twilio.faults
        faults.close(times=None, **PARTICIPANT)
        offering.offer(hand_over="now")
    faults.clear()
    let_locks_run_out(aws)
    [made] = [task.sid for task in offering.tasks() if task.sid != offering.task_sid]
    offering.running.twilio.centre.complete(offering.task_sid)
    offering.running.tasks()(made).update(assignment_status="canceled")
    faults.status(429, times=None, **INVITE)
    print(offering.offer(hand_over="now").text)
    faults.clear()

    answer = offering.offer(hand_over="now")

    print(answer.text)
    assert offering.tasks(), "no agent and no task"


def test_r17_another_agent_is_in_the_conversation_when_the_two_have_left(
    offering: Offering,
) -> None:
    """Carla was invited by other means, as Flex's own consultation does."""
    centre = offering.running.twilio.centre
    made = offering.offer().body["taskSid"]
    twilio = offering.running.client
    task = centre.attributes(offering.task_sid)
    twilio.flex_api.v1.interaction(task["flexInteractionSid"]).channels(
        task["flexInteractionChannelSid"]
    ).invites.create(
        routing={
            "properties": {
                "workspace_sid": centre.workspace_sid,
                "workflow_sid": offering.running.transfer_workflow_sid,
                "task_channel_unique_name": "chat",
                "attributes": {"targetSid": offering.sid("carla"), "transferTargetType": "worker"},
            }
        }
    )
    [carlas] = [t.sid for t in offering.tasks() if t.sid not in {made, offering.task_sid}]
    centre.accept(carlas)
    centre.complete(offering.task_sid)
    offering.running.tasks()(made).update(assignment_status="canceled")
    offering.schedule()

    assert offering.agents() == {"carla"}
    assert [t.sid for t in offering.tasks()] == [carlas], "a second agent is called in"


def test_r18_a_browser_that_overwrites_the_originals_attributes(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    centre = offering.running.twilio.centre
    centre.set_attributes(offering.task_sid, flexInteractionSid=None)
    offering.schedule()
    assert len(offering.tasks()) == 2
    centre.accept(made)
    offering.event(made)
    offering.schedule()

    assert offering.agents() == {"ben"}, (offering.agents(), offering.state())


def test_r19_the_state_while_who_accepted_wraps_up_after_a_close_that_failed(
    offering: Offering,
) -> None:
    made = offering.offer().body["taskSid"]
    centre, faults = offering.running.twilio.centre, offering.running.twilio.faults
    centre.accept(made)
    faults.status(429, times=None, **PARTICIPANT)
    assert not offering.event(made)
    faults.clear()
    centre.wrap(made)
    offering.schedule()
    get, post, delete = offering.state(), offering.offer(), offering.take_back()
    print(get, post.status, post.text, delete.status, delete.text, offering.state())

    assert (get == "accepted") == (delete.code == "already_accepted")
