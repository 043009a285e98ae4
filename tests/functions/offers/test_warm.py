"""A warm transfer: an agent who accepts joins the first one, until one of the two leaves."""

from collections.abc import Callable

import pytest

from tests.functions.offers.conftest import PARTICIPANT, Offering
from twilio_emulator.taskrouter.model import TaskStatus

Act = Callable[[Offering, str], object]


def complete(sid: Callable[[Offering, str], str]) -> Act:
    def act(offering: Offering, made: str) -> None:
        offering.running.twilio.centre.complete(sid(offering, made))

    return act


def wrap(sid: Callable[[Offering, str], str]) -> Act:
    def act(offering: Offering, made: str) -> None:
        offering.running.twilio.centre.wrap(sid(offering, made))

    return act


def original(offering: Offering, _made: str) -> str:
    return offering.task_sid


def joined(_offering: Offering, made: str) -> str:
    return made


def test_both_agents_have_the_conversation(offering: Offering) -> None:
    made = offering.join()

    answer = offering.ask()

    assert offering.agents() == {"ana", "ben"}
    assert answer.body["state"] == "joined"
    assert answer.body["acceptedBySid"] == offering.sid("ben")
    assert answer.body["newTaskSid"] == made
    [listed] = offering.running.list_offers().body["transfers"]
    assert listed == answer.body
    assert offering.ask(by="ben").body == answer.body


def test_looks_leave_both_there(offering: Offering) -> None:
    made = offering.join()

    for _ in range(3):
        offering.schedule()
        assert offering.event(made)

    assert (offering.agents(), offering.state()) == ({"ana", "ben"}, "joined")


def test_the_same_request_is_answered_with_joined(offering: Offering) -> None:
    made = offering.join()

    answer = offering.offer(hand_over="warm")

    assert (answer.status, answer.body) == (202, {"taskSid": made, "state": "joined"})


@pytest.mark.parametrize("by", ["ana", "sam"])
def test_the_first_agent_leaves(offering: Offering, by: str) -> None:
    made = offering.join()

    answer = offering.leave(by)

    assert (answer.status, answer.body["state"]) == (200, "accepted")
    assert [task.sid for task in offering.tasks()] == [made]
    task = offering.running.twilio.centre.task(offering.task_sid)
    assert task
    assert task.status is TaskStatus.COMPLETED
    assert offering.leave(by).body == answer.body


@pytest.mark.parametrize("by", ["ana", "sam"])
def test_the_second_agent_is_sent_away(offering: Offering, by: str) -> None:
    offering.join()

    answer = offering.take_back(by)

    assert (answer.status, answer.body["state"]) == (200, "cancelled")
    assert offering.agents() == {"ana"}
    assert [task.sid for task in offering.tasks()] == [offering.task_sid]
    assert offering.take_back(by).body == answer.body


@pytest.mark.parametrize(
    ("act", "state", "left"),
    [
        (complete(original), "accepted", {"ben"}),
        (wrap(original), "accepted", {"ana", "ben"}),
        (complete(joined), "cancelled", {"ana"}),
        (wrap(joined), "cancelled", {"ana", "ben"}),
    ],
    ids=["first completes", "first wraps up", "second completes", "second wraps up"],
)
def test_who_leaves_in_flex_ends_it(
    offering: Offering, act: Act, state: str, left: set[str]
) -> None:
    """Who wraps up is not cut off."""
    made = offering.join()
    act(offering, made)

    assert offering.event(made)

    assert offering.state() == state
    assert offering.agents() == left
    offering.schedule()
    assert offering.agents() == left


def test_both_have_gone_and_the_customer_gets_a_task(offering: Offering) -> None:
    made = offering.join()
    for sid in (offering.task_sid, made):
        offering.running.twilio.centre.complete(sid)

    assert offering.event(made)

    [task] = offering.tasks()
    assert task.sid not in {made, offering.task_sid}
    assert task.status.waiting


def test_a_transfer_now_to_who_has_joined_leaves_it_to_them(offering: Offering) -> None:
    made = offering.join()

    answer = offering.offer("ben", hand_over="now")

    assert (answer.status, answer.body) == (200, {"taskSid": made})
    assert offering.agents() == {"ben"}


@pytest.mark.parametrize("hand_over", ["now", "accepted", "warm"])
def test_another_target_has_to_wait_for_one_to_leave(offering: Offering, hand_over: str) -> None:
    offering.join()

    answer = offering.offer("Sales", hand_over=hand_over)

    assert (answer.status, answer.code) == (409, "agent_joined")
    assert offering.agents() == {"ana", "ben"}
    assert answer.body.get("agentRejoined") is (True if hand_over == "now" else None)


def test_the_second_agent_cannot_pass_it_on_yet(offering: Offering) -> None:
    made = offering.join()

    answer = offering.running.transfer(made, offering.sid("Sales"), "ben", handOver="accepted")

    assert (answer.status, answer.code) == (409, "transfer_in_progress")
    assert offering.leave().status == 200
    passed_on = offering.running.transfer(made, offering.sid("Sales"), "ben", handOver="accepted")
    assert passed_on.status == 202


def test_the_second_agent_is_put_back_whose_request_is_too_early(offering: Offering) -> None:
    """The plugin makes an agent leave before it asks for a transfer at once."""
    made = offering.join()

    answer = offering.running.transfer(made, offering.sid("Sales"), "ben", handOver="now")

    assert (answer.status, answer.code) == (409, "transfer_in_progress")
    assert answer.body["agentRejoined"] is True


def test_nobody_has_joined_yet(offering: Offering) -> None:
    offering.offer(hand_over="warm")

    answer = offering.leave()

    assert (answer.status, answer.code) == (409, "not_joined")
    assert offering.state() == "offered"


def test_who_has_joined_may_not_make_the_first_leave(offering: Offering) -> None:
    offering.join()

    answer = offering.leave("ben")

    assert (answer.status, answer.code) == (403, "not_your_task")
    assert offering.agents() == {"ana", "ben"}


def test_end_says_leave(offering: Offering) -> None:
    offering.join()

    answer = offering.running.leave(offering.task_sid, end="now")

    assert (answer.status, answer.code) == (400, "invalid_request")


@pytest.mark.parametrize("status", [400, 500])
def test_an_agent_whom_twilio_keeps_stays(offering: Offering, status: int) -> None:
    offering.join()
    offering.running.twilio.faults.status(status, **PARTICIPANT, times=50)

    answer = offering.take_back()

    assert answer.status == (409 if status == 400 else 502)
    offering.running.twilio.faults.clear()
    assert offering.agents() == {"ana", "ben"}
    assert offering.take_back().body["state"] == "cancelled"
