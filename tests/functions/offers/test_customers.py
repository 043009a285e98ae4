"""A customer always has an agent or a task, whichever of the two agents leaves, and when."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from local.twilio.clock import ManualClock
from tests.functions.conftest import AGENT_SECONDS, Aws, deployed
from tests.functions.offers.conftest import Offering
from tests.functions.served import served

# How long a call is under way while an agent leaves.
SECONDS = 0.5


def test_a_customer_whom_both_tasks_have_left_gets_a_new_one(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    both_end(offering, made)

    offering.schedule()

    [task] = offering.tasks()
    assert task.sid not in {made, offering.task_sid}
    assert offering.ask().body["newTaskSid"] == task.sid
    offering.running.twilio.centre.accept(task.sid)
    assert offering.event(task.sid)
    assert offering.state() == "accepted"


@pytest.mark.parametrize("status", [429, 500], ids=["was not made", "may have been made"])
def test_a_customer_whom_both_tasks_have_left_gets_a_new_one_at_the_second_try_too(
    offering: Offering, status: int
) -> None:
    both_end(offering, offering.offer().body["taskSid"])
    faults = offering.running.twilio.faults
    faults.status(status, method="POST", path="/Invites$", times=None)
    offering.schedule()
    assert not offering.tasks()
    faults.clear()

    offering.schedule()

    [task] = offering.tasks()
    offering.running.twilio.centre.accept(task.sid)
    assert offering.event(task.sid)
    assert offering.state() == "accepted"


def test_an_offer_that_is_handed_over_now_waits_for_other_agents_too(aws: Aws) -> None:
    """What was offered would be cancelled when its target's time is up."""
    clock = ManualClock()
    with deployed(aws, clock) as running:
        centre = running.twilio.centre
        offering = Offering(running, served(centre, centre.conversation_task()))
        centre.set_activity("ben", "Offline")
        assert offering.offer().status == 202

        answer = offering.offer(hand_over="now")

        assert answer.status == 200, answer.text
        for _ in range(5):
            clock.advance(AGENT_SECONDS)
            centre.settle()
            offering.event(answer.body["taskSid"])
            offering.schedule()
        assert [task.sid for task in offering.tasks()] == [answer.body["taskSid"]]
        assert offering.customer.room_is_open()


def test_an_agent_who_accepts_and_leaves_before_the_close_leaves_the_customer_with_the_first(
    offering: Offering,
) -> None:
    made = offering.offer().body["taskSid"]
    centre, faults = offering.running.twilio.centre, offering.running.twilio.faults
    centre.accept(made)
    faults.status(429, method="POST", path="/Participants/", times=None)
    assert not offering.event(made)
    centre.complete(made)
    faults.clear()

    offering.schedule()

    assert offering.agents() == {"ana"}
    assert offering.state() == "declined"


def test_an_agent_who_accepts_and_leaves_during_the_close_leaves_a_new_task(
    offering: Offering,
) -> None:
    made = offering.offer().body["taskSid"]
    centre, faults = offering.running.twilio.centre, offering.running.twilio.faults
    centre.accept(made)
    faults.latency(SECONDS, method="POST", path="/Participants/")
    with ThreadPoolExecutor() as threads:
        threads.submit(offering.event, made)
        assert faults.wait()
        centre.complete(made)

    offering.schedule()

    [task] = offering.tasks()
    assert task.sid not in {made, offering.task_sid}
    assert offering.customer.room_is_open()
    centre.accept(task.sid)
    assert offering.event(task.sid)
    assert offering.state() == "accepted"


def test_an_agent_who_leaves_while_their_offer_is_taken_back_leaves_a_new_task(
    offering: Offering,
) -> None:
    made = offering.offer().body["taskSid"]
    centre, faults = offering.running.twilio.centre, offering.running.twilio.faults
    faults.latency(SECONDS, method="POST", path=f"/Tasks/{made}$")
    with ThreadPoolExecutor() as threads:
        taken_back = threads.submit(offering.take_back)
        assert faults.wait()
        centre.complete(offering.task_sid)

    [task] = offering.tasks()
    assert task.sid not in {made, offering.task_sid}
    assert taken_back.result().code == "task_ended"
    assert offering.customer.room_is_open()
    offering.schedule()
    centre.accept(task.sid)
    assert offering.event(task.sid)
    assert offering.state() == "accepted"


def test_an_agent_who_has_passed_the_chat_on_had_taken_it_over(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    centre = offering.running.twilio.centre
    centre.accept(made)
    passed_on = offering.running.transfer(made, offering.sid("carla"), "ben", handOver="now")
    assert passed_on.status == 200, passed_on.text
    centre.accept(passed_on.body["taskSid"])

    assert offering.event(made)

    assert offering.agents() == {"carla"}
    assert offering.state() == "accepted"


def test_an_agent_who_wraps_up_is_not_handed_the_customer(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    centre = offering.running.twilio.centre
    centre.accept(made)
    centre.wrap(made)

    assert offering.event(made)

    assert offering.agents() == {"ana", "ben"}
    assert offering.state() == "offered"
    centre.complete(made)
    assert offering.event(made)
    assert offering.agents() == {"ana"}
    assert offering.state() == "declined"


def both_end(offering: Offering, made: str) -> None:
    """Let Ana complete the original, and an administrator cancel what is offered."""
    offering.running.twilio.centre.complete(offering.task_sid)
    offering.running.tasks()(made).update(assignment_status="canceled")
