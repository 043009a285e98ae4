"""A new task that its workflow cancels, and a cancellation that Twilio refuses."""

import json
from typing import Any

import pytest

from tests.functions.conftest import Deployment
from tests.functions.recording import CLOSE, DETACH, KINDS, last_path, other_tasks
from tests.functions.served import served
from twilio_emulator.taskrouter.model import TaskStatus

pytestmark = pytest.mark.usefixtures("short_waits")


def create_workflow(deployment: Deployment, expression: str, **target: Any) -> str:
    """Create a workflow with one filter, which has one target; give back its SID."""
    route = {"expression": expression, "targets": [target]}
    configuration = json.dumps({"task_routing": {"filters": [route]}})
    workflow = deployment.workflows().create(friendly_name="Ours", configuration=configuration)
    return workflow.sid or ""


@pytest.mark.parametrize("kind", KINDS)
def test_a_workflow_that_cancels_the_new_task_is_409_and_undone(
    deployment: Deployment, kind: str
) -> None:
    """TaskRouter cancels a task that no filter matches, so the original is kept.

    A Janitor that cleans up after cancelled tasks would close the channel.
    """
    centre = deployment.twilio.centre
    centre.account.settings.janitor_after = frozenset({TaskStatus.COMPLETED})
    case = served(centre, centre.tasks[kind])
    workflow_sid = create_workflow(deployment, "1==2", queue=centre.queues["Sales"])
    answer = deployment.transfer(kind, workflow_sid)
    assert (answer.status, answer.code) == (409, "target_declined")
    assert answer.body["agentRejoined"] is True
    case.assert_customer_is_served(answer)


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_task_that_its_workflow_cancels_late_leaves_the_customer_a_task(
    deployment: Deployment, kind: str
) -> None:
    """It is created again in the transfer workflow, which cancels none."""
    centre = deployment.twilio.centre
    # A Janitor that cleans up after cancelled tasks would close the channel.
    centre.account.settings.janitor_after = frozenset({TaskStatus.COMPLETED})
    case = served(centre, centre.tasks[kind])
    workflow_sid = create_workflow(deployment, "1==2", queue=centre.queues["Sales"])
    centre.account.settings.cancels_unroutable_after = 0.4
    faults = deployment.twilio.faults
    faults.latency(
        0.6, method="POST", path=last_path(kind, case.task_sid), nth=1 + (kind == "chat")
    )
    faults.latency(0.6, method="GET", path=other_tasks(case.task_sid), nth=2)

    answer = deployment.transfer(kind, workflow_sid)

    case.assert_customer_is_served(answer)
    assert answer.status in {200, 409}, answer.text


@pytest.mark.parametrize("kind", KINDS)
def test_another_target_after_the_new_task_was_cancelled_and_deleted_is_transferred_to(
    deployment: Deployment, kind: str
) -> None:
    """The workflow of the first target decides whether the new task may have been cancelled."""
    centre = deployment.twilio.centre
    everyone = centre.queues["Everyone"]
    workflow_sid = create_workflow(deployment, "1==1", queue=everyone, timeout=3600)
    case = served(centre, KINDS[kind](centre))
    faults = deployment.twilio.faults
    faults.status(500, times=None, **(DETACH if kind == "chat" else CLOSE).rule)
    first = deployment.transfer(case.task_sid, workflow_sid)
    faults.clear()
    assert first.body["rolledBack"] is False, first.text
    [made] = [task for task in case.leading_to_customer() if task.sid != case.task_sid]
    deployment.tasks()(made.sid).update(assignment_status="canceled")
    centre.account.settings.deletes_finished_after = 0.0
    centre.settle()
    assert centre.task(made.sid) is None

    answer = deployment.transfer(case.task_sid, centre.workers["carla"])

    assert answer.status == 200, answer.text
    assert [task.sid for task in case.leading_to_customer()] == [answer.body["taskSid"]]


def test_a_cancellation_that_twilio_refuses_finishes_the_transfer(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    centre.account.settings.cancels_interaction_tasks = False
    case = served(centre, centre.tasks["conversation"])
    faults = deployment.twilio.faults
    faults.status(429, method="POST", path=CLOSE.path, times=None)
    first = deployment.transfer("conversation", centre.workers["dev"])
    assert (first.status, first.code) == (502, "transfer_not_finished")
    assert first.body["rolledBack"] is False
    faults.clear()

    other = deployment.transfer("conversation", centre.workers["carla"])
    again = deployment.transfer("conversation", centre.workers["dev"])

    assert (other.status, other.code) == (409, "transferred_elsewhere")
    assert again.status == 200, again.text
    case.assert_customer_is_served(again)
