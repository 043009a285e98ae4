"""A customer always has an agent or a task, whichever of the two agents leaves, and when."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest

from tests.functions.conftest import AGENT_SECONDS, Aws
from tests.functions.cutting import cut_off
from tests.functions.locks import let_locks_run_out
from tests.functions.offers.conftest import (
    INVITE,
    PARTICIPANT,
    SECONDS,
    Offering,
    assert_a_new_task_is_accepted,
)
from tests.functions.recording import CLOSE
from twilio_emulator.clock import ManualClock


def test_an_offer_that_is_handed_over_now_waits_for_other_agents_too(
    still: Offering, clock: ManualClock
) -> None:
    """What was offered would be cancelled when its target's time is up."""
    centre = still.running.twilio.centre
    centre.set_activity("ben", "Offline")
    assert still.offer().status == 202

    answer = still.offer(hand_over="now")

    assert answer.status == 200, answer.text
    for _ in range(5):
        clock.advance(AGENT_SECONDS)
        centre.settle()
        still.event(answer.body["taskSid"])
        still.schedule()
    assert [task.sid for task in still.tasks()] == [answer.body["taskSid"]]
    assert still.customer.room_is_open()


def test_who_accepts_and_leaves_before_the_close_leaves_the_first_agent(
    offering: Offering,
) -> None:
    accept_and_leave(offering)

    offering.schedule()

    assert offering.agents() == {"ana"}
    assert offering.state() == "declined"


@pytest.mark.parametrize("look", ["ends", "fails after the close", "is killed after the close"])
def test_an_agent_who_accepts_and_leaves_during_the_close_leaves_a_new_task(
    offering: Offering, aws: Aws, look: str
) -> None:
    made = offering.offer().body["taskSid"]
    centre, faults = offering.running.twilio.centre, offering.running.twilio.faults
    centre.accept(made)
    faults.latency(SECONDS, **PARTICIPANT)
    is_killed = look == "is killed after the close"
    with (
        cut_off(offering.running, CLOSE) if is_killed else nullcontext(),
        ThreadPoolExecutor() as threads,
    ):
        threads.submit(offering.event, made)
        assert faults.wait()
        centre.complete(made)
        if look == "fails after the close":
            faults.status(500, method="GET", path=f"/Tasks/{made}$", times=None)
    faults.clear()
    let_locks_run_out(aws)

    offering.schedule()

    assert_a_new_task_is_accepted(offering, made)


@pytest.mark.parametrize("then", ["nothing", "a request that is refused", "an offer taken back"])
def test_an_agent_who_accepts_and_leaves_before_a_late_close_leaves_a_new_task(
    offering: Offering, then: str
) -> None:
    """The close has no answer, and takes effect later, after another request too."""
    made = accept_and_leave(offering, closes_late=True)
    if then == "a request that is refused":
        assert offering.offer("Billing").code == "target_not_routed"
    elif then == "an offer taken back":
        assert offering.offer("carla").status == 202
        assert offering.take_back().code == "cannot_take_back", "it may soon be all they have"
    assert offering.agents() == {"ana"}
    let_the_close_take_effect(offering)
    assert not offering.agents()

    offering.schedule()

    assert_a_new_task_is_accepted(offering, made)


def test_an_agent_who_accepted_and_left_does_not_have_what_is_handed_over_now(
    offering: Offering,
) -> None:
    """The task that they completed is not taken for the new one."""
    accept_and_leave(offering)
    offering.schedule()
    assert offering.state() == "declined"
    faults = offering.running.twilio.faults
    faults.status(429, times=None, **INVITE)
    assert offering.offer(hand_over="now").status == 503
    faults.clear()
    assert offering.agents() == {"ana"}

    answer = offering.offer(hand_over="now")

    assert answer.status == 200, answer.text
    assert [task.sid for task in offering.tasks()] == [answer.body["taskSid"]]


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

    assert taken_back.result().code == "task_ended"
    [task] = offering.tasks()
    offering.schedule()
    assert [one.sid for one in offering.tasks()] == [task.sid]
    assert_a_new_task_is_accepted(offering, made)


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


def test_who_could_not_pass_the_chat_on_and_left_leaves_a_new_task(
    offering: Offering,
) -> None:
    """Ana's task ended when Ben had accepted and asked to pass the chat on."""
    made = offering.offer().body["taskSid"]
    centre, faults = offering.running.twilio.centre, offering.running.twilio.faults
    centre.accept(made)
    faults.status(500, times=None, **INVITE)
    passed_on = offering.running.transfer(made, offering.sid("carla"), "ben", handOver="now")
    assert (passed_on.status, passed_on.body["rolledBack"]) == (502, False)
    faults.clear()
    centre.complete(made)

    assert offering.event(made)

    assert_a_new_task_is_accepted(offering, made)


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


def test_an_agent_who_wraps_up_while_the_offer_ends_leaves_a_new_task(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    centre = offering.running.twilio.centre
    centre.wrap(offering.task_sid)
    offering.running.tasks()(made).update(assignment_status="canceled")
    offering.schedule()
    assert offering.state() == "declined"
    centre.complete(offering.task_sid)

    offering.schedule()

    assert_a_new_task_is_accepted(offering, made, state="declined")


def accept_and_leave(offering: Offering, *, closes_late: bool = False) -> str:
    """Let Ben accept what is offered and complete it, and the close fail; the task."""
    made = str(offering.offer().body["taskSid"])
    centre, faults = offering.running.twilio.centre, offering.running.twilio.faults
    centre.accept(made)
    if closes_late:
        faults.close(times=None, **PARTICIPANT)
    else:
        faults.status(429, times=None, **PARTICIPANT)
    assert not offering.event(made)
    centre.complete(made)
    faults.clear()
    return made


def let_the_close_take_effect(offering: Offering) -> None:
    """Let Twilio carry out the last close of Ana's participant that it has received."""
    running = offering.running
    sent = running.twilio.journal.matching(**PARTICIPANT)[-1]
    answer = running.client.request(
        sent.method, running.twilio.base_url + sent.path, data={**sent.form}
    )
    assert answer.status_code == 200, answer.text
