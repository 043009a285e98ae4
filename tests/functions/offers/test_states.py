"""The state that an offer is said to be in, where a step of it fails."""

import pytest

from tests.functions.conftest import Aws
from tests.functions.failures.table_faults import TableFaults
from tests.functions.locks import let_locks_run_out
from tests.functions.offers.conftest import Offering


@pytest.fixture(autouse=True)
def healthy(offering: Offering, table: TableFaults) -> None:
    """The handlers of a cold start, which use the table that can fail."""
    offering.running.transfer_chat.runtime.cache_clear()
    offering.running.transfer_events.runtime.cache_clear()
    table.pass_all()


def test_an_offer_that_could_not_be_recorded_can_be_taken_back(
    offering: Offering, aws: Aws, table: TableFaults
) -> None:
    """It is not taken for the one before, which was taken back."""
    offering.offer()
    assert offering.take_back().body["state"] == "cancelled"
    table.refuse(f"^TransactWriteItems .*task#(?!{offering.task_sid})")
    assert offering.offer().status == 202
    table.pass_all()
    let_locks_run_out(aws)
    assert len(offering.tasks()) == 2

    answer = offering.take_back()

    assert (answer.status, answer.body["state"]) == (200, "cancelled")
    assert [task.sid for task in offering.tasks()] == [offering.task_sid]


def test_an_offer_is_taken_back_though_a_call_to_the_table_failed(
    offering: Offering, aws: Aws, table: TableFaults
) -> None:
    """The lock cannot be released, so the next look begins when it has run out."""
    offering.offer()
    table.refuse("^UpdateItem .*held_until = :held_until")
    offering.take_back()
    table.pass_all()
    let_locks_run_out(aws)

    offering.schedule()

    assert offering.state() == "cancelled"
    assert [task.sid for task in offering.tasks()] == [offering.task_sid]


@pytest.mark.parametrize("took_effect", [True, False])
def test_an_offer_whose_cancellation_was_not_answered_is_cancelled_by_the_next_look(
    offering: Offering, took_effect: bool
) -> None:
    """The taking back is remembered: it is not taken for an offer that was declined, or is open."""
    made = offering.offer().body["taskSid"]
    faults = offering.running.twilio.faults
    faults.close(method="POST", path=f"/Tasks/{made}$", takes_effect=took_effect, times=None)
    assert offering.take_back().status == 502
    faults.clear()

    offering.schedule()

    assert offering.state() == "cancelled"
    assert [task.sid for task in offering.tasks()] == [offering.task_sid]


def test_an_offer_that_could_not_be_handed_over_now_is_open_as_before(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    faults = offering.running.twilio.faults
    faults.status(500, method="POST", path=f"/(Participants/[^/]+|Tasks/{made})$", times=None)
    assert offering.offer(hand_over="now").status == 502
    faults.clear()
    assert offering.state() == "offered"
    offering.running.twilio.centre.accept(made)

    assert offering.event(made)

    assert offering.agents() == {"ben"}
    assert offering.state() == "accepted"
