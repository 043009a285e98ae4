"""The new task of a customer whom both tasks have left: made at a later try too, once, and kept."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chat_transfer.transfer import progress
from tests.functions.offers.conftest import (
    INVITE,
    PARTICIPANT,
    SECONDS,
    Offering,
    assert_a_new_task_is_accepted,
)
from twilio_emulator.clock import ManualClock

# How long after its end Twilio deletes a task.
DELETED_SECONDS = 300


def test_a_customer_whom_both_tasks_have_left_gets_a_new_one(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    both_end(offering, made)

    offering.schedule()

    assert offering.ask().body["newTaskSid"] in {task.sid for task in offering.tasks()}
    assert_a_new_task_is_accepted(offering, made)


@pytest.mark.parametrize("status", [429, 500], ids=["was not made", "may have been made"])
def test_a_customer_without_a_task_gets_one_at_the_second_try(
    offering: Offering, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr(progress, "AGAIN_MS", 0)
    made = offering.offer().body["taskSid"]
    both_end(offering, made)
    faults = offering.running.twilio.faults
    faults.status(status, method="POST", path="/Invites$", times=None)
    offering.schedule()
    assert not offering.tasks()
    faults.clear()

    offering.schedule()

    assert_a_new_task_is_accepted(offering, made)


def test_a_customer_whose_original_was_deleted_gets_a_task_at_the_second_try(
    still: Offering, clock: ManualClock
) -> None:
    """Twilio deletes what has ended after a while; an offer to a queue may end later."""
    centre, faults = still.running.twilio.centre, still.running.twilio.faults
    made = still.offer("Sales").body["taskSid"]
    centre.complete(still.task_sid)
    clock.advance(DELETED_SECONDS + 1)
    centre.settle()
    assert centre.task(still.task_sid) is None
    still.running.tasks()(made).update(assignment_status="canceled")
    faults.status(429, times=None, **INVITE)
    still.schedule()
    assert not still.tasks()
    faults.clear()

    still.schedule()

    assert_a_new_task_is_accepted(still, made)


def test_a_customer_without_a_task_gets_one_after_a_failed_request(
    offering: Offering,
) -> None:
    made = offering.offer().body["taskSid"]
    both_end(offering, made)
    faults = offering.running.twilio.faults
    faults.status(429, times=None, **INVITE)
    assert offering.offer().status == 502
    faults.clear()

    offering.schedule()

    assert_a_new_task_is_accepted(offering, made)


def test_a_customer_whose_agent_leaves_during_an_offer_gets_a_new_task(
    offering: Offering,
) -> None:
    """The first offer is taken back for the other one, which cannot be made."""
    made = offering.offer().body["taskSid"]
    faults = offering.running.twilio.faults
    faults.status(429, times=None, **INVITE)
    faults.latency(SECONDS, method="POST", path=f"/Tasks/{made}$")
    with ThreadPoolExecutor() as threads:
        answer = threads.submit(offering.offer, "carla")
        assert faults.wait()
        offering.running.twilio.centre.complete(offering.task_sid)
    assert answer.result().status == 502, answer.result().text
    faults.clear()

    offering.schedule()

    assert_a_new_task_is_accepted(offering, made)


def test_a_customer_gets_one_new_task_where_invites_do_not_name_it(offering: Offering) -> None:
    """What was offered is in the target's own workflow, and the new one in the transfer's."""
    centre = offering.running.twilio.centre
    workflow_sid = centre.workflows["Escalations"]
    answer = offering.running.transfer(offering.task_sid, workflow_sid, handOver="accepted")
    both_end(offering, answer.body["taskSid"])
    centre.account.settings.change({"invite_names_its_task": False})

    for _ in range(3):
        offering.schedule()

    assert_a_new_task_is_accepted(offering, answer.body["taskSid"])


def test_a_customer_gets_a_task_when_the_new_agent_has_wrapped_up(
    offering: Offering,
) -> None:
    """Ben has accepted, and wraps up while Ana's participant is closed."""
    made = offering.offer().body["taskSid"]
    centre, faults = offering.running.twilio.centre, offering.running.twilio.faults
    centre.accept(made)
    faults.latency(SECONDS, **PARTICIPANT)
    with ThreadPoolExecutor() as threads:
        threads.submit(offering.event, made)
        assert faults.wait()
        centre.wrap(made)
    assert [task.sid for task in offering.tasks()] == [made]
    centre.complete(made)

    offering.schedule()

    assert_a_new_task_is_accepted(offering, made)


def both_end(offering: Offering, made: str) -> None:
    """Let Ana complete the original, and an administrator cancel what is offered."""
    offering.running.twilio.centre.complete(offering.task_sid)
    offering.running.tasks()(made).update(assignment_status="canceled")
