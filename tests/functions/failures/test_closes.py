"""Closing the agent's participant of a conversation: unanswered, refused, or seen late.

Twilio's documentation leaves some of it open: `twilio_emulator.switches` names the pages.
"""

import time

import pytest

from chat_transfer.transfer import looking
from chat_transfer.transfer.facts import Answer
from chat_transfer.transfer.reconcile import Run
from tests.functions.conftest import Aws, Deployment
from tests.functions.cutting import cut_off_after
from tests.functions.locks import let_locks_run_out
from tests.functions.recording import CLOSE
from tests.functions.served import served

pytestmark = pytest.mark.usefixtures("short_waits")


@pytest.fixture
def patient(short_waits: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    """Wait for the end of a task as long as in production."""
    monkeypatch.setattr(looking, "SEARCH_SECONDS", 3.0)


@pytest.mark.parametrize("listed", [True, False], ids=["closed are listed", "not listed"])
@pytest.mark.parametrize("refused", [True, False], ids=["second is refused", "second is taken"])
@pytest.mark.parametrize("delay", [0.0, 0.5], ids=["completed at once", "completed later"])
def test_a_close_that_took_effect_without_an_answer_ends_the_transfer(
    deployment: Deployment,
    patient: None,  # noqa: ARG001
    listed: bool,
    refused: bool,
    delay: float,
) -> None:
    centre = deployment.twilio.centre
    switches = centre.account.settings
    switches.lists_closed_participants, switches.refuses_second_close = listed, refused
    switches.completes_after_close = delay
    case = served(centre, centre.tasks["conversation"])
    deployment.twilio.faults.close(method="POST", path=CLOSE.path, takes_effect=True)

    answer = deployment.transfer("conversation", centre.workers["dev"])

    assert answer.status == 200, answer.text
    time.sleep(delay)
    centre.settle()
    assert [task.sid for task in case.leading_to_customer()] == [answer.body["taskSid"]]


@pytest.mark.parametrize("listed", [True, False], ids=["closed are listed", "not listed"])
@pytest.mark.parametrize("delay", [0.0, 0.5], ids=["completed at once", "completed later"])
def test_a_function_that_was_killed_after_the_close_is_resumed(
    deployment: Deployment,
    aws: Aws,
    patient: None,  # noqa: ARG001
    listed: bool,
    delay: float,
) -> None:
    centre = deployment.twilio.centre
    centre.account.settings.lists_closed_participants = listed
    centre.account.settings.completes_after_close = delay
    case = served(centre, centre.tasks["conversation"])
    cut_off_after(deployment, CLOSE, case.task_sid)
    let_locks_run_out(aws)

    answer = deployment.transfer("conversation", centre.workers["dev"])
    again = deployment.transfer("conversation", centre.workers["dev"])

    assert answer.status == 200, answer.text
    assert again.body == answer.body
    time.sleep(delay)
    centre.settle()
    assert [task.sid for task in case.leading_to_customer()] == [answer.body["taskSid"]]


def test_another_target_after_an_unanswered_close_is_409(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks["conversation"])
    faults = deployment.twilio.faults
    faults.close(method="POST", path=CLOSE.path, times=None)
    first = deployment.transfer("conversation", centre.workers["dev"])
    assert (first.status, first.code) == (502, "transfer_not_finished")
    faults.clear()

    other = deployment.transfer("conversation", centre.workers["carla"])

    assert (other.status, other.code) == (409, "transferred_elsewhere")
    [made] = case.leading_to_customer()
    assert made.attribute("targetSid") == centre.workers["dev"]
    assert deployment.transfer("conversation", centre.workers["dev"]).body == {"taskSid": made.sid}


@pytest.mark.parametrize("code", [20001, 20404])
def test_a_refused_close_keeps_the_new_task(deployment: Deployment, code: int) -> None:
    """Twilio refuses it for an agent who has just left, whose task is over a moment later."""
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks["conversation"])
    deployment.twilio.faults.status(400, code=code, method="POST", path=CLOSE.path, times=None)
    answer = deployment.transfer("conversation", centre.workers["dev"])
    assert (answer.status, answer.code) == (502, "transfer_not_finished")
    assert len(case.leading_to_customer()) == 2

    centre.complete(case.task_sid)

    again = deployment.transfer("conversation", centre.workers["dev"])
    assert again.status == 200, again.text
    case.assert_customer_is_served(again)


@pytest.mark.parametrize("when", ["during the undo", "before, and its task is completed later"])
def test_a_close_that_the_first_request_did_not_see_leaves_one_task(
    deployment: Deployment,
    patient: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
    when: str,
) -> None:
    """The first target's workflow cancelled the new task, so the transfer begins again."""
    centre, faults = deployment.twilio.centre, deployment.twilio.faults
    centre.account.settings.completes_after_close = 3.0
    case = served(centre, centre.tasks["conversation"])
    faults.close(takes_effect=when != "during the undo", **{**CLOSE.rule, "times": None})
    first = deployment.transfer(case.task_sid, centre.workflows["Escalations"])
    faults.clear()
    made = next(task for task in case.leading_to_customer() if task.sid != case.task_sid)
    deployment.tasks()(made.sid).update(assignment_status="canceled")
    settle = Run.settle

    def settle_and_close(run: Run, answer: Answer) -> None:
        settle(run, answer)
        centre.complete(case.task_sid)
        monkeypatch.undo()

    if when == "during the undo":
        monkeypatch.setattr(Run, "settle", settle_and_close)

    again = deployment.transfer(case.task_sid, centre.workers["carla"])

    until = time.monotonic() + 10.0
    while case.task_sid in {task.sid for task in case.leading_to_customer()}:
        assert time.monotonic() < until
        time.sleep(0.1)
        centre.settle()
    assert first.body["rolledBack"] is False, first.text
    if when == "during the undo":
        assert again.code == "task_not_transferable", again.text
        deployment.look_at_offers()
        assert len(case.leading_to_customer()) == 1
        return
    assert again.status == 200, again.text
    assert [task.sid for task in case.leading_to_customer()] == [again.body["taskSid"]]
    assert deployment.transfer(case.task_sid, centre.workers["carla"]).body == again.body
