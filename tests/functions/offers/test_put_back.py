"""The agent whom the plugin made leave is in the chat again, if a function was killed."""

import pytest

from tests.functions.conftest import Aws
from tests.functions.cutting import CutOff, cut_off, cut_off_after
from tests.functions.locks import let_locks_run_out
from tests.functions.offers.conftest import Offering
from tests.functions.recording import INVITE, TASKS, Call
from tests.functions.refusals import ANA
from tests.functions.transfers.leaving import leave


def test_a_new_agent_who_wraps_up_after_a_kill_is_not_alone(offering: Offering, aws: Aws) -> None:
    """The function was killed before it ended the original."""
    leave(offering.running, offering.task_sid)
    cut_off_after(offering.running, INVITE, offering.task_sid, "ben")
    let_locks_run_out(aws)
    [made] = [task.sid for task in offering.tasks() if task.sid != offering.task_sid]
    centre = offering.running.twilio.centre
    centre.accept(made)
    centre.wrap(made)

    offering.schedule()

    assert ANA in centre.present_in(offering.customer.room_sid)


@pytest.mark.parametrize("by", ["schedule", "event"])
def test_who_asked_for_a_transfer_now_is_put_back_after_a_kill(
    offering: Offering, aws: Aws, by: str
) -> None:
    """The request was killed when it had cancelled the offer, before it made another task."""
    made = offering.offer().body["taskSid"]
    room_sid = leave(offering.running, offering.task_sid)
    cancellation = Call("POST", TASKS + f"/{made}", 1)
    with cut_off(offering.running, cancellation), pytest.raises(CutOff):
        offering.offer(hand_over="now")
    let_locks_run_out(aws)

    offering.schedule() if by == "schedule" else offering.event(made)

    assert offering.agents() == {"ana"}
    assert ANA in offering.running.twilio.centre.present_in(room_sid)
