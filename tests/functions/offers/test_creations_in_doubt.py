"""An offer whose creation was not answered, and was not found when it was searched for."""

from collections.abc import Iterator

import pytest

from local.twilio.clock import ManualClock
from local.twilio.taskrouter.model import TaskStatus
from tests.functions.conftest import Aws, deployed
from tests.functions.offers.conftest import Offering, not_settled
from tests.functions.served import served

# How long after its invite the first task appears.
LATE_SECONDS = 5

pytestmark = pytest.mark.usefixtures("short_waits")


@pytest.fixture
def clock() -> ManualClock:
    """Twilio's."""
    return ManualClock()


@pytest.fixture
def offering(aws: Aws, clock: ManualClock) -> Iterator[Offering]:
    """A customer whom Ana serves, in an account whose time stands still."""
    with deployed(aws, clock) as running:
        centre = running.twilio.centre
        yield Offering(running, served(centre, centre.conversation_task()))


def test_the_task_that_appeared_late_is_handed_over_where_an_agent_took_that(
    offering: Offering, clock: ManualClock
) -> None:
    second = offer_twice(offering)
    first = let_the_first_appear(offering, clock)
    offering.running.twilio.centre.accept(first)

    offering.schedule()

    assert offering.agents() == {"ben"}
    assert [task.sid for task in offering.tasks()] == [first]
    assert offering.running.twilio.centre.workspace.task(second).status is TaskStatus.CANCELED
    assert (offering.state(), offering.ask().body["newTaskSid"]) == ("accepted", first)


def test_a_task_that_appears_after_the_offer_was_taken_back_is_cancelled(
    offering: Offering, clock: ManualClock
) -> None:
    offer_twice(offering)
    assert offering.take_back().body["state"] == "cancelled"
    first = let_the_first_appear(offering, clock)

    offering.schedule()

    assert offering.running.twilio.centre.workspace.task(first).status is TaskStatus.CANCELED
    assert [task.sid for task in offering.tasks()] == [offering.task_sid]
    assert offering.state() == "cancelled"


def test_what_became_of_an_offer_stays_when_its_tasks_are_deleted(offering: Offering) -> None:
    second = offer_twice(offering)
    taken_back = offering.take_back().body
    for task_sid in (second, offering.task_sid):
        offering.running.tasks()(task_sid).delete()

    offering.schedule()

    assert offering.ask(by="sam").body == taken_back


def test_an_offer_whose_interaction_is_gone_raises_no_alarm(
    offering: Offering, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = offering.running.twilio.faults
    faults.close(method="POST", path="/Invites$", takes_effect=True)
    faults.status(500, method="GET", path="/Invites$", nth=2, times=None)
    answer = offering.offer()
    assert (answer.status, answer.body["rolledBack"]) == (502, False)
    faults.clear()
    offering.running.twilio.centre.remove_interaction(offering.task_sid)

    offering.schedule()

    assert not_settled(capsys) == 0


def offer_twice(offering: Offering) -> str:
    """Offer the customer by an invite whose task is late, then by another one; that one's task."""
    settings = offering.running.twilio.centre.account.settings
    settings.change({"invite_names_its_task": False, "invite_task_delay": LATE_SECONDS})
    first = offering.offer()
    assert (first.status, first.body["rolledBack"]) == (504, False)
    settings.change({"invite_names_its_task": True})
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
