"""The next request after a transfer that stopped half-way, when that request fails too."""

from dataclasses import dataclass

import pytest

from tests.functions.conftest import Aws, Deployment
from tests.functions.cutting import cut_off_after, lose_creation
from tests.functions.lambda_events import Answer
from tests.functions.locks import let_locks_run_out
from tests.functions.meanwhile import meanwhile
from tests.functions.recording import CLOSE, CREATION, other_tasks
from tests.functions.served import Served, served
from twilio_emulator.taskrouter.model import Task, TaskStatus

pytestmark = pytest.mark.usefixtures("short_waits")


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A chat's transfer to Dev that detached the channel, and was neither finished nor undone."""

    deployment: Deployment
    case: Served
    made_sid: str

    def ask(self, target: str = "dev") -> Answer:
        """Ask for a transfer of the same task."""
        target_sid = self.deployment.twilio.centre.workers[target]
        return self.deployment.transfer(self.case.task_sid, target_sid)

    def made(self) -> list[Task]:
        """The open new tasks of the transfer."""
        centre = self.deployment.twilio.centre
        return centre.open_tasks("transferredFrom", self.case.task_sid)


@pytest.fixture
def interrupted(deployment: Deployment) -> Interrupted:
    centre, faults = deployment.twilio.centre, deployment.twilio.faults
    case = served(centre, centre.tasks["chat"])
    faults.status(500, method="POST", path=f"/Tasks/{case.task_sid}$", nth=2, times=None)
    assert deployment.transfer("chat", centre.workers["dev"]).body["rolledBack"] is False
    faults.clear()
    (made,) = centre.open_tasks("transferredFrom", case.task_sid)
    assert "channelSid" not in centre.attributes(case.task_sid)
    return Interrupted(deployment, case, made.sid)


def test_an_undo_that_fails_again_is_done_by_the_request_after_it(interrupted: Interrupted) -> None:
    path = f"/Tasks/{interrupted.case.task_sid}$"
    interrupted.deployment.twilio.faults.status(500, method="POST", path=path, times=8)

    answer = interrupted.ask()

    assert (answer.status, answer.body["rolledBack"]) == (502, False)
    interrupted.case.assert_customer_is_served(answer)
    again = interrupted.ask()
    assert again.status == 200, again.text
    interrupted.case.assert_customer_is_served(again)


@pytest.mark.parametrize("target", ["dev", "carla"])
def test_a_new_task_that_was_cancelled_meanwhile_is_created_again(
    interrupted: Interrupted, target: str
) -> None:
    """A workflow whose last target has a timeout cancels it; the original gets its channel back."""
    centre = interrupted.deployment.twilio.centre
    centre.account.settings.janitor_after = frozenset({TaskStatus.COMPLETED})
    interrupted.deployment.tasks()(interrupted.made_sid).update(assignment_status="canceled")

    answer = interrupted.ask(target)

    assert answer.status == 200, answer.text
    interrupted.case.assert_customer_is_served(answer)


def test_unreadable_credentials_do_not_hide_what_is_left(
    interrupted: Interrupted, aws: Aws
) -> None:
    runtime = interrupted.deployment.transfer_chat.runtime
    arn = runtime().settings.secret_arn
    runtime.cache_clear()
    right = aws.secrets.get_secret_value(SecretId=arn)["SecretString"]
    aws.secrets.put_secret_value(SecretId=arn, SecretString="{}")

    assert interrupted.ask().body["rolledBack"] is False

    aws.secrets.put_secret_value(SecretId=arn, SecretString=right)
    assert interrupted.ask().status == 200


def test_an_undo_for_another_target_whose_checks_fail_leaves_nothing(
    interrupted: Interrupted,
) -> None:
    faults = interrupted.deployment.twilio.faults
    faults.status(500, method="GET", path="/Reservations$", nth=3, times=4)

    answer = interrupted.ask("carla")

    assert (answer.status, answer.body["rolledBack"]) == (502, True)
    interrupted.case.assert_customer_is_served(answer)


def test_a_new_task_whose_original_was_deleted_is_cancelled(deployment: Deployment) -> None:
    """The new task could not be cancelled, and leads to no customer."""
    centre, faults = deployment.twilio.centre, deployment.twilio.faults
    case = served(centre, centre.tasks["chat"])
    faults.status(500, method="POST", path=f"/Tasks/{case.task_sid}$", nth=2, times=4)
    faults.status(500, method="POST", path=other_tasks(case.task_sid), nth=2, times=None)
    assert deployment.transfer("chat", centre.workers["dev"]).body["rolledBack"] is False
    faults.clear()
    centre.complete(case.task_sid)
    del centre.workspace.tables.tasks[case.task_sid]

    answer = deployment.transfer(case.task_sid, centre.workers["dev"])

    assert (answer.status, answer.code) == (409, "task_ended")
    assert not centre.open_tasks("transferredFrom", case.task_sid)


def test_a_chat_that_its_agent_ended_after_a_failed_transfer_is_409(deployment: Deployment) -> None:
    """The channel is closed too, so the new task is cancelled."""
    centre = deployment.twilio.centre
    original = centre.tasks["chat"]
    lose_creation(deployment.twilio.faults)
    first = deployment.transfer("chat", centre.workers["dev"])
    assert first.body["rolledBack"] is False
    deployment.twilio.faults.clear()
    centre.complete(original)
    again = deployment.transfer("chat", centre.workers["dev"])
    assert (again.status, again.code) == (409, "task_ended")
    assert not centre.open_tasks("transferredFrom", original)


def test_a_customer_without_a_task_after_a_kill_gets_one(deployment: Deployment, aws: Aws) -> None:
    """The function was killed before its close took effect."""
    centre, faults = deployment.twilio.centre, deployment.twilio.faults
    case = served(centre, centre.tasks["conversation"])
    faults.close(times=None, **CLOSE.rule)
    cut_off_after(deployment, CLOSE, case.task_sid)
    faults.clear()
    let_locks_run_out(aws)
    [made] = [task for task in case.leading_to_customer() if task.sid != case.task_sid]
    centre.complete(case.task_sid)
    deployment.tasks()(made.sid).update(assignment_status="canceled")
    faults.status(429, method="POST", path=CREATION["conversation"], times=None)
    assert deployment.transfer("conversation", centre.workers["dev"]).status == 502
    assert not case.leading_to_customer()
    faults.clear()

    answer = deployment.transfer("conversation", centre.workers["dev"])

    assert answer.status == 200, answer.text
    case.assert_customer_is_served(answer)


@pytest.fixture
def accepted(deployment: Deployment) -> Interrupted:
    """The original could not be completed, and Dev accepted the new task; Ana left the channel."""
    centre, faults = deployment.twilio.centre, deployment.twilio.faults
    case = served(centre, centre.tasks["chat"])
    path = f"/Tasks/{case.task_sid}$"
    faults.status(500, method="POST", path=path, times=None)
    faults.latency(0.3, method="POST", path=path)
    with meanwhile(deployment, case.task_sid, centre.accept):
        answer = deployment.transfer("chat", centre.workers["dev"])
    assert answer.code == "transfer_not_finished"
    faults.clear()
    (made,) = centre.open_tasks("transferredFrom", case.task_sid)
    return Interrupted(deployment, case, made.sid)


def test_the_agent_does_not_rejoin_an_accepted_chat(accepted: Interrupted) -> None:
    faults = accepted.deployment.twilio.faults
    faults.status(429, method="GET", path="/Reservations$", nth=1, times=4)

    answer = accepted.ask()

    assert answer.status == 503
    assert answer.body.get("agentRejoined") is not True


def test_another_target_after_the_acceptance_is_409(accepted: Interrupted) -> None:
    centre = accepted.deployment.twilio.centre

    answer = accepted.ask("carla")

    assert (answer.status, answer.code) == (409, "transferred_elsewhere")
    assert centre.worker("ana").identity not in centre.present_in(accepted.case.room_sid)
