"""What becomes of an offer: accepted, declined, taken back, or still open."""

import pytest

from tests.functions.lambda_events import http_event
from tests.functions.offers.conftest import Offering, assert_a_new_task_is_accepted
from twilio_emulator.taskrouter.model import TaskStatus


def test_an_offer_leaves_the_chat_with_its_agent(offering: Offering) -> None:
    answer = offering.offer()

    assert answer.status == 202, answer.text
    assert answer.body == {"taskSid": answer.body["taskSid"], "state": "offered"}
    assert offering.agents() == {"ana"}
    assert len(offering.tasks()) == 2
    read = offering.ask()
    assert read.status == 200
    assert read.body.pop("since").endswith("Z")
    assert read.body | {"since": 0} == {
        "taskSid": offering.task_sid,
        "newTaskSid": answer.body["taskSid"],
        "targetSid": offering.sid("ben"),
        "heldBySid": offering.sid("ana"),
        "state": "offered",
        "since": 0,
    }


def test_an_accepted_offer_is_handed_over_by_its_event(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    offering.running.twilio.centre.accept(made)
    assert offering.agents() == {"ana", "ben"}

    assert offering.event(made)

    assert offering.agents() == {"ben"}
    assert offering.state() == "accepted"
    assert offering.ask(by="ben").body["state"] == "accepted"
    assert offering.ask(by="carla").code == "not_your_task"
    assert offering.offer().body == {"taskSid": made}  # the stored result


def test_an_accepted_offer_is_handed_over_by_the_schedule(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    offering.running.twilio.centre.accept(made)

    offering.schedule()

    assert offering.agents() == {"ben"}
    assert offering.state() == "accepted"


@pytest.mark.parametrize("how", ["cancelled", "deleted"])
def test_an_offer_without_an_agent_is_declined(offering: Offering, how: str) -> None:
    made = offering.offer("Sales").body["taskSid"]
    tasks = offering.running.tasks()
    if how == "deleted":
        tasks(made).delete()
    else:
        tasks(made).update(assignment_status="canceled")

    assert offering.event(made)

    assert offering.state() == "declined"
    assert offering.agents() == {"ana"}
    assert [task.sid for task in offering.tasks()] == [offering.task_sid]
    assert offering.offer().status == 202, "a declined task can be offered again"


def test_an_offer_that_was_accepted_and_completed_is_declined(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    centre = offering.running.twilio.centre
    centre.accept(made)
    centre.complete(made)

    offering.schedule()

    assert offering.state() == "declined"
    assert offering.agents() == {"ana"}


def test_an_open_offer_stays_open_whatever_the_events_say(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]

    assert offering.event(made)
    offering.schedule()

    assert offering.state() == "offered"
    assert offering.agents() == {"ana"}


def test_the_same_request_again_gives_the_same_offer(offering: Offering) -> None:
    first, second = offering.offer(), offering.offer()

    assert (first.status, first.text) == (second.status, second.text)
    assert len(offering.tasks()) == 2


def test_the_same_request_again_finishes_an_accepted_offer(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    offering.running.twilio.centre.accept(made)

    answer = offering.offer()

    assert (answer.status, answer.body) == (200, {"taskSid": made})
    assert offering.agents() == {"ben"}
    assert offering.state() == "accepted"


def test_the_same_target_now_hands_over_at_once(offering: Offering) -> None:
    """By a task that waits for other agents too, when the target's time is up."""
    offered = offering.offer().body["taskSid"]

    answer = offering.offer(hand_over="now")

    assert answer.status == 200, answer.text
    assert [task.sid for task in offering.tasks()] == [answer.body["taskSid"]]
    assert offering.running.twilio.centre.workspace.task(offered).status is TaskStatus.CANCELED


@pytest.mark.parametrize("hand_over", ["now", "accepted"])
def test_another_target_takes_the_offer_back(offering: Offering, hand_over: str) -> None:
    first = offering.offer("ben").body["taskSid"]

    answer = offering.offer("carla", hand_over=hand_over)

    assert answer.status == {"now": 200, "accepted": 202}[hand_over], answer.text
    assert offering.running.twilio.centre.workspace.task(first).status is TaskStatus.CANCELED
    assert answer.body["taskSid"] in {task.sid for task in offering.tasks()}


@pytest.mark.parametrize(
    ("target", "code"), [("ana", "target_holds_task"), ("Billing", "target_not_routed")]
)
def test_another_target_that_is_refused_leaves_the_offer(
    offering: Offering, target: str, code: str
) -> None:
    offering.offer("ben")

    assert offering.offer(target).code == code

    assert offering.state() == "offered"
    assert len(offering.tasks()) == 2


def test_another_target_after_the_acceptance_is_409(offering: Offering) -> None:
    made = offering.offer("ben").body["taskSid"]
    offering.running.twilio.centre.accept(made)

    assert offering.offer("carla").code == "transferred_elsewhere"

    assert offering.agents() == {"ben"}


def test_an_offer_is_taken_back(offering: Offering) -> None:
    offering.offer()

    answer = offering.take_back()

    assert (answer.status, answer.body["state"]) == (200, "cancelled")
    assert [task.sid for task in offering.tasks()] == [offering.task_sid]
    assert offering.take_back().body["state"] == "cancelled", "the second time too"
    assert offering.offer().status == 202


def test_an_accepted_offer_is_not_taken_back(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    offering.running.twilio.centre.accept(made)

    assert offering.take_back().code == "already_accepted"
    assert offering.agents() == {"ben"}
    assert offering.take_back().code == "already_accepted"


def test_an_offer_that_twilio_does_not_cancel_stays(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    settings = offering.running.twilio.centre.account.settings
    settings.cancels_interaction_tasks = False

    assert offering.take_back().code == "cannot_take_back"
    assert offering.offer("carla").code == "cannot_take_back"

    assert offering.state() == "offered"
    offering.running.twilio.centre.accept(made)
    assert offering.event(made)
    assert offering.agents() == {"ben"}


def test_a_declined_offer_is_declined_when_it_is_taken_back(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    offering.running.tasks()(made).update(assignment_status="canceled")

    assert offering.take_back().body["state"] == "declined"


def test_the_new_task_stays_where_the_original_is_completed(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    centre = offering.running.twilio.centre
    centre.complete(offering.task_sid)

    offering.schedule()
    assert offering.state() == "offered"
    assert offering.take_back().code == "task_ended"
    assert [task.sid for task in offering.tasks()] == [made]

    centre.accept(made)
    assert offering.event(made)
    assert offering.state() == "accepted"
    assert offering.agents() == {"ben"}


@pytest.mark.parametrize("original", ["open", "over"])
def test_a_closed_conversation_ends_its_offer(offering: Offering, original: str) -> None:
    made = offering.offer().body["taskSid"]
    centre = offering.running.twilio.centre
    centre.set_channel_status(offering.task_sid, "closed")
    if original == "over":
        centre.complete(offering.task_sid)

    offering.schedule()

    assert offering.state() == "cancelled"
    assert centre.workspace.task(made).status is TaskStatus.CANCELED


def test_a_customer_whom_both_agents_left_gets_a_new_task(offering: Offering) -> None:
    """Ben has accepted and completed it after Ana's task ended, and the conversation is open."""
    made = offering.offer().body["taskSid"]
    centre = offering.running.twilio.centre
    centre.accept(made)
    centre.complete(offering.task_sid)
    centre.complete(made)

    offering.schedule()

    assert_a_new_task_is_accepted(offering, made)


def test_an_offer_whose_task_lost_its_interaction_is_handed_over(offering: Offering) -> None:
    """A browser has overwritten the attributes of Ana's task."""
    made = offering.offer().body["taskSid"]
    centre = offering.running.twilio.centre
    centre.set_attributes(offering.task_sid, flexInteractionSid=None)
    offering.schedule()
    assert len(offering.tasks()) == 2
    centre.accept(made)

    assert offering.event(made)

    assert offering.agents() == {"ben"}
    assert offering.state() == "accepted"


def test_what_became_of_a_task_that_was_never_offered_is_404(offering: Offering) -> None:
    assert (offering.ask().status, offering.ask().code) == (404, "offer_unknown")
    assert offering.take_back().code == "offer_unknown"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_only_who_may_transfer_may_ask(offering: Offering, method: str) -> None:
    offering.offer()

    assert offering.ask(method, "carla").code == "not_your_task"
    assert offering.ask(method, "sam").status == 200  # a supervisor
    anonymous = http_event(method, f"/transfers/{offering.task_sid}")
    assert offering.running.invoke(anonymous).code == "token_missing"
    malformed = http_event(method, "/transfers/WT1", headers={"Authorization": "Bearer a"})
    assert offering.running.invoke(malformed).code == "invalid_request"


def test_a_chat_with_a_channel_cannot_be_offered(offering: Offering) -> None:
    centre = offering.running.twilio.centre
    answer = offering.running.transfer("chat", centre.workers["ben"], handOver="accepted")

    assert (answer.status, answer.code) == (409, "task_kind_unsupported")
    assert "agentRejoined" not in answer.body


def test_a_failed_offer_rejoins_no_one(offering: Offering) -> None:
    answer = offering.offer("Billing")

    assert answer.code == "target_not_routed"
    assert "agentRejoined" not in answer.body


def test_another_value_of_hand_over_is_400(offering: Offering) -> None:
    answer = offering.offer(hand_over="later")

    assert (answer.status, answer.code) == (400, "invalid_request")
    assert "handOver" in answer.body["detail"]
