"""The second request after an attempt that was cut off, when that goes wrong as well."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from local.twilio.taskrouter.model import Task, TaskStatus
from tests.functions.conftest import Aws, Deployment
from tests.functions.lambda_events import Answer
from tests.functions.served import Served, served

pytestmark = pytest.mark.usefixtures("short_waits")


@dataclass(frozen=True, slots=True)
class CutOff:
    """A chat's transfer to Dev that went as far as detaching the channel, and left that so."""

    deployment: Deployment
    case: Served
    made_sid: str

    def ask(self, target: str = "dev") -> Answer:
        """Ask for a transfer of the same task."""
        target_sid = self.deployment.twilio.centre.workers[target]
        return self.deployment.transfer(self.case.task_sid, target_sid)

    def made(self) -> list[Task]:
        """Every new task of it that is open."""
        centre = self.deployment.twilio.centre
        return centre.open_tasks("transferredFrom", self.case.task_sid)


@pytest.fixture
def cut_off(deployment: Deployment) -> CutOff:
    centre, faults = deployment.twilio.centre, deployment.twilio.faults
    case = served(centre, centre.tasks["chat"])
    faults.status(500, method="POST", path=f"/Tasks/{case.task_sid}$", nth=2, times=None)
    assert deployment.transfer("chat", centre.workers["dev"]).body["rolledBack"] is False
    faults.clear()
    (made,) = centre.open_tasks("transferredFrom", case.task_sid)
    assert "channelSid" not in centre.attributes(case.task_sid)
    return CutOff(deployment, case, made.sid)


def test_an_undo_that_fails_again_is_not_forgotten(cut_off: CutOff) -> None:
    path = f"/Tasks/{cut_off.case.task_sid}$"
    cut_off.deployment.twilio.faults.status(500, method="POST", path=path, times=4)

    answer = cut_off.ask()

    assert (answer.status, answer.body["rolledBack"]) == (502, False)
    cut_off.case.assert_customer_is_served(answer)
    again = cut_off.ask()
    assert again.status == 200, again.text
    cut_off.case.assert_customer_is_served(again)


@pytest.mark.parametrize("target", ["dev", "carla"])
def test_the_new_task_was_cancelled_meanwhile(cut_off: CutOff, target: str) -> None:
    """By a workflow whose last target has a time-out: the original gets its channel back."""
    centre = cut_off.deployment.twilio.centre
    centre.account.settings.janitor_after = frozenset({TaskStatus.COMPLETED})
    workspace = cut_off.deployment.client.taskrouter.v1.workspaces(centre.workspace_sid)
    workspace.tasks(cut_off.made_sid).update(assignment_status="canceled")

    answer = cut_off.ask(target)

    assert answer.status == 200, answer.text
    cut_off.case.assert_customer_is_served(answer)


def test_the_credentials_cannot_be_read(cut_off: CutOff, aws: Aws) -> None:
    runtime = cut_off.deployment.transfer_chat.runtime
    arn = runtime().settings.secret_arn
    runtime.cache_clear()
    right = aws.secrets.get_secret_value(SecretId=arn)["SecretString"]
    aws.secrets.put_secret_value(SecretId=arn, SecretString="{}")

    assert cut_off.ask().body["rolledBack"] is False

    aws.secrets.put_secret_value(SecretId=arn, SecretString=right)
    assert cut_off.ask().status == 200


def test_undone_for_another_target_that_cannot_be_prepared(cut_off: CutOff) -> None:
    """Nothing is left then, and the answer says so."""
    faults = cut_off.deployment.twilio.faults
    faults.status(500, method="GET", path="/Reservations$", nth=3, times=4)

    answer = cut_off.ask("carla")

    assert (answer.status, answer.body["rolledBack"]) == (502, True)
    cut_off.case.assert_customer_is_served(answer)


def test_the_agent_ended_the_chat_and_twilio_has_forgotten_it(deployment: Deployment) -> None:
    """The new task was stripped and could not be cancelled: it leads to nobody."""
    centre, faults = deployment.twilio.centre, deployment.twilio.faults
    case = served(centre, centre.tasks["chat"])
    faults.status(500, method="POST", path=f"/Tasks/{case.task_sid}$", nth=2, times=4)
    path = rf"/Tasks/(?!{case.task_sid})WT"
    faults.status(500, method="POST", path=path, nth=2, times=None)
    assert deployment.transfer("chat", centre.workers["dev"]).body["rolledBack"] is False
    faults.clear()
    centre.complete(case.task_sid)
    del centre.workspace.tables.tasks[case.task_sid]

    answer = deployment.transfer(case.task_sid, centre.workers["dev"])

    assert (answer.status, answer.code) == (409, "task_ended")
    assert not centre.open_tasks("transferredFrom", case.task_sid)


@pytest.fixture
def accepted(deployment: Deployment) -> CutOff:
    """The original could not be let go, and Dev has the new task; Ana has left the channel."""
    centre, faults = deployment.twilio.centre, deployment.twilio.faults
    case = served(centre, centre.tasks["chat"])
    path = f"/Tasks/{case.task_sid}$"
    faults.status(500, method="POST", path=path, times=None)
    faults.latency(0.3, method="POST", path=path)

    def accept() -> None:
        while not (made := centre.open_tasks("transferredFrom", case.task_sid)):
            time.sleep(0.005)
        centre.accept(made[0].sid)

    with _beside(accept):
        answer = deployment.transfer("chat", centre.workers["dev"])
    assert answer.code == "transfer_not_finished"
    faults.clear()
    (made,) = centre.open_tasks("transferredFrom", case.task_sid)
    return CutOff(deployment, case, made.sid)


def test_the_agent_is_not_put_back_to_the_one_who_has_accepted(accepted: CutOff) -> None:
    faults = accepted.deployment.twilio.faults
    faults.status(429, method="GET", path="/Reservations$", nth=1, times=4)

    answer = accepted.ask()

    assert answer.status == 503
    assert answer.body.get("agentRejoined") is not True


def test_carried_forward_for_another_target_the_agent_leaves_the_chat(accepted: CutOff) -> None:
    centre = accepted.deployment.twilio.centre

    answer = accepted.ask("carla")

    assert (answer.status, answer.code) == (409, "transferred_elsewhere")
    assert centre.worker("ana").identity not in centre.present_in(accepted.case.room_sid)


@contextmanager
def _beside(act: Callable[[], None]) -> Iterator[None]:
    """Run something beside the body, and wait for both."""
    thread = threading.Thread(target=act)
    thread.start()
    yield
    thread.join()
