"""An offer whose creation was not answered, and was not found when it was searched for."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.functions.conftest import AGENT_SECONDS
from tests.functions.offers.conftest import Offering, not_settled
from twilio_emulator.clock import ManualClock
from twilio_emulator.taskrouter.model import TaskStatus

# How long after its invite the first task appears.
LATE_SECONDS = 5


def test_the_task_that_appeared_late_is_handed_over_where_an_agent_took_that(
    still: Offering, clock: ManualClock
) -> None:
    second = offer_twice(still)
    first = let_the_first_appear(still, clock)
    still.running.twilio.centre.accept(first)

    still.schedule()

    assert still.agents() == {"ben"}
    assert [task.sid for task in still.tasks()] == [first]
    assert still.running.twilio.centre.workspace.task(second).status is TaskStatus.CANCELED
    assert (still.state(), still.ask().body["newTaskSid"]) == ("accepted", first)


def test_a_task_that_appears_after_the_offer_was_taken_back_is_cancelled(
    still: Offering, clock: ManualClock
) -> None:
    offer_twice(still)
    assert still.take_back().body["state"] == "cancelled"
    first = let_the_first_appear(still, clock)

    still.schedule()

    assert still.running.twilio.centre.workspace.task(first).status is TaskStatus.CANCELED
    assert [task.sid for task in still.tasks()] == [still.task_sid]
    assert still.state() == "cancelled"


def test_what_became_of_an_offer_stays_when_its_tasks_are_deleted(still: Offering) -> None:
    second = offer_twice(still)
    taken_back = still.take_back().body
    for task_sid in (second, still.task_sid):
        still.running.tasks()(task_sid).delete()

    still.schedule()

    assert still.ask(by="sam").body == taken_back


def test_an_offer_whose_interaction_is_gone_raises_no_alarm(
    still: Offering, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = still.running.twilio.faults
    faults.close(method="POST", path="/Invites$", takes_effect=True)
    faults.status(500, method="GET", path="/Invites$", nth=2, times=None)
    answer = still.offer()
    assert (answer.status, answer.body["rolledBack"]) == (502, False)
    faults.clear()
    still.running.twilio.centre.remove_interaction(still.task_sid)

    still.schedule()

    assert not_settled(capsys) == 0


def test_a_task_that_appears_after_its_offer_was_taken_back_in_doubt_is_cancelled(
    still: Offering, clock: ManualClock
) -> None:
    offer_in_doubt(still)
    assert still.take_back().code == "offer_unknown"
    first = let_the_first_appear(still, clock)

    still.schedule()

    assert still.running.twilio.centre.workspace.task(first).status is TaskStatus.CANCELED
    assert still.agents() == {"ana"}


def test_a_late_task_for_an_earlier_target_counts_if_an_agent_accepted_it(
    still: Offering, clock: ManualClock
) -> None:
    offer_in_doubt(still)
    assert still.offer("carla").status == 202
    still.running.twilio.centre.accept(let_the_first_appear(still, clock))

    still.schedule()

    assert still.agents() == {"ben"}
    assert still.ask().body["targetSid"] == still.sid("ben")
    assert still.offer("ben").status == 200
    assert still.offer("carla").code == "transferred_elsewhere"


def test_a_task_that_appears_for_an_offer_is_not_handed_over_to_now(
    still: Offering, clock: ManualClock
) -> None:
    """It would be cancelled when its target's time is up."""
    centre, faults = still.running.twilio.centre, still.running.twilio.faults
    centre.set_activity("ben", "Offline")
    offer_in_doubt(still)
    faults.status(429, method="POST", path="/Invites$", times=None)
    assert still.offer(hand_over="now").status == 503
    faults.clear()
    first = let_the_first_appear(still, clock)

    answer = still.offer(hand_over="now")

    assert answer.status == 200, answer.text
    assert answer.body["taskSid"] != first
    for _ in range(5):
        clock.advance(AGENT_SECONDS)
        centre.settle()
        still.schedule()
    assert [task.sid for task in still.tasks()] == [answer.body["taskSid"]]
    assert still.customer.room_is_open()


def test_another_target_waits_for_a_look_at_an_offer_that_was_taken_back(still: Offering) -> None:
    """A task of the first target may still appear, so the schedule looks for it."""
    offer_twice(still)
    assert still.take_back().body["state"] == "cancelled"
    faults = still.running.twilio.faults
    faults.latency(0.5, method="GET", path=f"/Tasks/{still.task_sid}$", times=1)
    with ThreadPoolExecutor() as threads:
        threads.submit(still.schedule)
        assert faults.wait()
        answer = still.offer("carla")

    assert answer.status == 202, answer.text


def offer_in_doubt(offering: Offering) -> None:
    """Offer the customer to Ben by an invite whose task is late; that of the next one is not."""
    settings = offering.running.twilio.centre.account.settings
    settings.change({"invite_names_its_task": False, "invite_task_delay": LATE_SECONDS})
    answer = offering.offer()
    assert (answer.status, answer.body["rolledBack"]) == (504, False)
    settings.change({"invite_names_its_task": True})


def offer_twice(offering: Offering) -> str:
    """Offer the customer to Ben by an invite whose task is late, then again; the second task."""
    offer_in_doubt(offering)
    second = offering.offer()
    assert second.status == 202, second.text
    return str(second.body["taskSid"])


def let_the_first_appear(offering: Offering, clock: ManualClock) -> str:
    """Let the time pass after which the first invite has a task."""
    before = {task.sid for task in offering.tasks()}
    clock.advance(LATE_SECONDS)
    offering.running.twilio.centre.settle()
    [first] = {task.sid for task in offering.tasks()} - before
    return first
