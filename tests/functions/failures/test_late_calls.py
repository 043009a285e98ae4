"""Calls that Twilio carries out after the transfer gave them up."""

import time

import pytest

from chat_transfer.twilio import client as twilio_client
from tests.functions.conftest import Deployment
from tests.functions.served import served

pytestmark = pytest.mark.usefixtures("short_waits")
READ_SECONDS = 0.2
LATE_SECONDS = 2.0  # long after four attempts and the undo


@pytest.mark.parametrize("nth", [1, 2], ids=["detach", "completion"])
def test_a_write_to_the_original_that_was_given_up_has_no_effect_after_the_undo(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    monkeypatch.setattr(twilio_client, "READ_SECONDS", READ_SECONDS)
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks["chat"])
    path = f"/Tasks/{case.task_sid}$"
    deployment.twilio.faults.latency(LATE_SECONDS, method="POST", path=path, nth=nth, times=4)
    answer = deployment.transfer("chat", centre.workers["dev"])
    assert (answer.status, answer.body["rolledBack"]) == (504, True)
    time.sleep(LATE_SECONDS)
    case.assert_customer_is_served(answer)


def test_a_close_that_takes_effect_after_it_was_given_up_leaves_the_new_task(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No ETag prevents it, so the new task stays, and the answer says so."""
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks["conversation"])
    with monkeypatch.context() as patch:
        patch.setattr(twilio_client, "READ_SECONDS", READ_SECONDS)
        deployment.twilio.faults.latency(
            LATE_SECONDS, method="POST", path="/Participants/UT", times=8
        )
        answer = deployment.transfer("conversation", centre.workers["dev"])
    assert answer.body["rolledBack"] is False
    time.sleep(LATE_SECONDS)
    assert case.leading_to_customer()
    deployment.twilio.faults.clear()
    again = deployment.transfer("conversation", centre.workers["dev"])
    assert again.status == 200, again.text
    case.assert_customer_is_served(again)
