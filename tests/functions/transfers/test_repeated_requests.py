"""The same request again, after the transfer succeeded or after the chat moved on."""

import pytest

from tests.functions.conftest import Aws, Deployment
from tests.functions.cutting import cut_off_after
from tests.functions.locks import let_locks_run_out
from tests.functions.meanwhile import after_a_read, meanwhile
from tests.functions.recording import CLOSE, COMPLETE, CREATE_TASK, DETACH, KINDS, last_path
from tests.functions.refusals import ANA, assert_problem, unchanged
from tests.functions.served import served
from twilio_emulator.taskrouter.model import TaskStatus

pytestmark = pytest.mark.usefixtures("short_waits")


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_request_again_gets_the_same_answer_from_those_who_may_transfer(
    deployment: Deployment, kind: str
) -> None:
    """The agent who held the task and supervisors get it; other agents get 403."""
    centre = deployment.twilio.centre
    first = deployment.transfer(kind, centre.workers["dev"])
    with unchanged(centre):
        again = deployment.transfer(kind, centre.workers["dev"], form=True)
        by_supervisor = deployment.transfer(kind, centre.workers["dev"], by="sam")
        by_another = deployment.transfer(kind, centre.workers["dev"], by="carla")
    assert again.body == by_supervisor.body == first.body
    assert_problem(by_another, 403, "not_your_task")


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_that_was_sent_twice_may_transfer_while_the_other_one_ends(
    deployment: Deployment, aws: Aws, kind: str
) -> None:
    """The other one writes its result between two reads of the table."""
    centre = deployment.twilio.centre
    cut_off_after(deployment, COMPLETE if kind == "chat" else CLOSE, centre.tasks[kind])
    let_locks_run_out(aws)

    def finish() -> None:
        assert deployment.transfer(kind, centre.workers["dev"], by="sam").status == 200

    with after_a_read(finish):
        answer = deployment.transfer(kind, centre.workers["dev"])

    assert answer.status == 200, answer.text
    [made] = centre.open_tasks("transferredFrom", centre.tasks[kind])
    assert answer.body == {"taskSid": made.sid}


@pytest.mark.parametrize("kind", KINDS)
def test_another_target_after_a_success_is_409(deployment: Deployment, kind: str) -> None:
    centre = deployment.twilio.centre
    assert deployment.transfer(kind, centre.workers["dev"]).status == 200
    with unchanged(centre):
        answer = deployment.transfer(kind, centre.workers["carla"])
    assert_problem(answer, 409, "transferred_elsewhere")
    assert "agentRejoined" not in answer.body


@pytest.mark.parametrize("kind", KINDS)
def test_sids_are_compared_without_regard_to_case(deployment: Deployment, kind: str) -> None:
    centre = deployment.twilio.centre
    first = deployment.transfer(kind, centre.workers["dev"])
    upper = deployment.transfer(
        centre.tasks[kind][:2] + centre.tasks[kind][2:].upper(),
        "WK" + centre.workers["dev"][2:].upper(),
    )
    assert upper.body == first.body


def test_the_answer_is_the_same_after_twilio_deleted_the_task(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    first = deployment.transfer("chat", centre.workers["dev"])
    with centre.account.lock:
        del centre.workspace.tables.tasks[centre.tasks["chat"]]
    assert deployment.transfer("chat", centre.workers["dev"]).body == first.body


@pytest.mark.parametrize("kind", KINDS)
def test_who_has_the_chat_again_stays_when_an_old_request_is_repeated(
    deployment: Deployment, aws: Aws, kind: str
) -> None:
    """The function is killed at the end of the transfer to Ben, who transfers the chat back."""
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks[kind])
    cut_off_after(deployment, COMPLETE if kind == "chat" else CLOSE, case.task_sid, "ben")
    let_locks_run_out(aws)
    [first] = case.leading_to_customer()
    assert centre.accept(first.sid) == "ben"
    back = deployment.transfer(first.sid, centre.workers["ana"], by="ben")
    assert back.status == 200, back.text
    assert centre.accept(back.body["taskSid"]) == "ana"

    old = deployment.transfer(case.task_sid, centre.workers["ben"])

    assert old.body == {"taskSid": first.sid}
    assert centre.worker("ana").identity in centre.present_in(case.room_sid)
    assert [task.sid for task in case.leading_to_customer()] == [back.body["taskSid"]]


def test_who_gets_the_chat_back_stays_when_both_functions_were_killed(
    deployment: Deployment, aws: Aws
) -> None:
    """In the transfer to Dev, and in the transfer back to Ana."""
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks["chat"])
    cut_off_after(deployment, DETACH, case.task_sid)
    let_locks_run_out(aws)
    [devs] = [task for task in case.leading_to_customer() if task.sid != case.task_sid]
    assert centre.accept(devs.sid) == "dev"
    cut_off_after(deployment, CREATE_TASK, devs.sid, "ana", "dev")
    let_locks_run_out(aws)
    [anas] = [task for task in case.leading_to_customer() if centre.offered_to(task.sid)]
    assert centre.accept(anas.sid) == "ana"

    answer = deployment.transfer(case.task_sid, centre.workers["dev"])

    assert answer.body == {"taskSid": devs.sid}
    assert ANA in centre.present_in(case.room_sid)


@pytest.mark.parametrize("kind", KINDS)
def test_an_agent_who_accepted_and_left_again_serves_no_one(
    deployment: Deployment, kind: str
) -> None:
    """The original could not be ended, so its agent has the chat and begins again."""
    centre = deployment.twilio.centre
    original = centre.tasks[kind]
    last = last_path(kind, original)
    deployment.twilio.faults.status(429, method="POST", path=last, times=None)
    with meanwhile(deployment, original, centre.accept):
        deployment.twilio.faults.latency(0.3, method="POST", path=last, times=1)
        first = deployment.transfer(kind, centre.workers["dev"])
    assert (first.status, first.code) == (502, "transfer_not_finished")
    deployment.twilio.faults.clear()
    [made] = centre.open_tasks("transferredFrom", original)
    centre.complete(made.sid)
    del centre.workspace.tables.tasks[made.sid]

    again = deployment.transfer(kind, centre.workers["dev"])

    assert again.status == 200, again.text
    assert again.body["taskSid"] != made.sid
    assert centre.workspace.task(original).status is TaskStatus.COMPLETED
    [waiting] = centre.open_tasks("transferredFrom", original)
    assert again.body == {"taskSid": waiting.sid}
