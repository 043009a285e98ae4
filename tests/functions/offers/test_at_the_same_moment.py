"""What two people do at the same moment, and what an agent does meanwhile."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest

from chat_transfer.transfer import looks
from tests.functions.conftest import QUEUE_SECONDS, Aws
from tests.functions.cutting import CutOff, cut_off
from tests.functions.locks import let_locks_run_out
from tests.functions.meanwhile import after_a_read
from tests.functions.offers.conftest import Offering, not_settled
from tests.functions.recording import CLOSE
from twilio_emulator.clock import ManualClock


@pytest.mark.parametrize("_round", range(5))
def test_an_acceptance_and_a_taking_back_at_the_same_moment_leave_one_agent(
    offering: Offering, _round: int
) -> None:
    made = offering.offer().body["taskSid"]
    barrier = Barrier(3)

    def accept() -> None:
        barrier.wait()
        with suppress(LookupError):  # it was cancelled
            offering.running.twilio.centre.accept(made)

    def take_back() -> int:
        barrier.wait()
        return offering.take_back().status

    def event() -> bool:
        barrier.wait()
        return offering.event(made)

    with ThreadPoolExecutor() as threads:
        taken_back = threads.submit(take_back)
        for act in (accept, event):
            threads.submit(act)
    offering.schedule()

    outcome = (taken_back.result(), offering.state(), offering.agents())
    assert outcome in [(200, "cancelled", {"ana"}), (409, "accepted", {"ben"})]


def test_an_agent_who_accepts_before_the_cancellation_arrives_keeps_the_chat(
    offering: Offering,
) -> None:
    made = offering.offer().body["taskSid"]
    rule = {"method": "POST", "path": f"/Tasks/{made}$"}
    offering.running.twilio.faults.status(429, **rule)  # sent again a moment later
    with ThreadPoolExecutor() as threads:
        taken_back = threads.submit(offering.take_back)
        assert offering.running.twilio.faults.wait()
        offering.running.twilio.centre.accept(made)

    assert taken_back.result().code == "already_accepted"
    assert offering.agents() == {"ben"}


def test_several_looks_at_an_accepted_offer_hand_it_over_once(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    offering.running.twilio.centre.accept(made)
    offering.running.twilio.journal.clear()
    with ThreadPoolExecutor() as threads:
        taken = list(threads.map(offering.event, [made] * 5))

    # On a machine that is busy, one may have to wait for too long and comes again.
    assert any(taken)
    assert all(offering.event(made) for was_taken in taken if not was_taken)
    closes = offering.running.twilio.journal.matching("POST", "/Participants/")
    assert len(closes) == 1
    assert offering.agents() == {"ben"}


def test_an_agent_who_logs_off_still_hands_over(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    centre = offering.running.twilio.centre
    centre.set_activity("ana", "Offline")

    assert offering.state() == "offered"
    centre.accept(made)
    assert offering.event(made)

    assert offering.agents() == {"ben"}
    centre.set_activity("ana", "Available")


def test_taking_back_what_is_transferred_now_meanwhile_finds_no_offer(
    offering: Offering,
) -> None:
    """The other request is sent and answered before the lock is taken."""
    offered = offering.offer().body["taskSid"]

    with after_a_read(lambda: offering.offer(hand_over="now")):
        answer = offering.take_back()

    assert (answer.status, answer.body["state"]) == (200, "cancelled")
    [task] = offering.tasks()
    assert task.sid not in {offered, offering.task_sid}


def test_a_look_at_an_offer_stores_no_result_for_the_target_of_another(
    offering: Offering,
) -> None:
    """Ana offers the customer to Carla, who accepts, while an event about Ben's task is taken."""
    first = offering.offer("ben").body["taskSid"]

    def offer_to_carla() -> None:
        second = offering.offer("carla")
        assert second.status == 202
        offering.running.twilio.centre.accept(second.body["taskSid"])

    with after_a_read(offer_to_carla):
        offering.event(first)
    offering.schedule()

    assert offering.agents() == {"carla"}
    assert offering.offer("carla").status == 200
    assert offering.offer("ben").code == "transferred_elsewhere"


def test_another_target_waits_for_a_look_at_the_open_offer(offering: Offering) -> None:
    offering.offer("ben")
    faults = offering.running.twilio.faults
    faults.latency(0.5, method="GET", path=_channel(offering), times=1)
    with ThreadPoolExecutor() as threads:
        threads.submit(offering.schedule)
        assert faults.wait()
        answer = offering.offer("carla")

    assert answer.status == 202, answer.text


def test_a_look_that_waits_for_another_one_in_vain_raises_no_alarm(
    offering: Offering, capsys: pytest.CaptureFixture[str]
) -> None:
    made, faults = offering.offer().body["taskSid"], offering.running.twilio.faults
    seconds = looks.LOCK_SECONDS + 4
    faults.latency(seconds, method="GET", path=_channel(offering), times=1)
    with ThreadPoolExecutor() as threads:
        threads.submit(offering.schedule)
        assert faults.wait()
        assert not offering.event(made), "it comes again"

    assert not_settled(capsys) == 0


@pytest.mark.parametrize("target", ["ben", "Sales"])
def test_an_offer_that_no_agent_accepts_in_its_targets_time_goes_back(
    still: Offering, clock: ManualClock, target: str
) -> None:
    centre = still.running.twilio.centre
    made = still.offer(target).body["taskSid"]
    centre.reject(made)
    assert still.agents() == {"ana"}
    clock.advance(QUEUE_SECONDS + 1)
    centre.settle()

    assert still.event(made)

    assert still.state() == "declined"
    assert still.agents() == {"ana"}


def test_an_offer_that_a_killed_function_has_locked_does_not_hold_up_the_others(
    offering: Offering, aws: Aws
) -> None:
    made = offering.offer().body["taskSid"]
    offering.running.twilio.centre.accept(made)
    with cut_off(offering.running, CLOSE), suppress(CutOff):
        offering.event(made)
    began = time.monotonic()

    offering.schedule()
    assert not offering.event(made), "it comes again"

    assert time.monotonic() - began < 8
    let_locks_run_out(aws)
    assert offering.event(made)
    assert offering.agents() == {"ben"}


def _channel(offering: Offering) -> str:
    """The customer's own channel: the schedule looks at those of other tests too."""
    return f"/Channels/{offering.customer.attributes['flexInteractionChannelSid']}$"
