"""A new task that its workflow cancels, and a cancellation that Twilio refuses."""

import json

import pytest

from local.twilio.taskrouter.model import TaskStatus
from tests.functions.conftest import Deployment
from tests.functions.recording import CLOSE, DETACH, KINDS, last_path, other_tasks
from tests.functions.served import served

pytestmark = pytest.mark.usefixtures("short_waits")


@pytest.mark.parametrize("kind", KINDS)
def test_a_workflow_that_cancels_the_new_task_at_once_is_409_and_the_original_stays(
    deployment: Deployment, kind: str
) -> None:
    """TaskRouter cancels such a task at once; the original is not let go for it.

    With its channel, so were the Janitor to come for cancelled tasks, nothing could be done.
    """
    centre = deployment.twilio.centre
    centre.account.settings.janitor_after = frozenset({TaskStatus.COMPLETED})
    case = served(centre, centre.tasks[kind])
    dead = {"task_routing": {"filters": [{"expression": "1==2", "targets": [
        {"queue": centre.queues["Sales"]}]}]}}  # fmt: skip
    workflow = deployment.workflows().create(friendly_name="Dead", configuration=json.dumps(dead))
    answer = deployment.transfer(kind, workflow.sid or "")
    assert (answer.status, answer.code) == (409, "target_declined")
    assert answer.body["agentRejoined"] is True
    case.assert_customer_is_served(answer)


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_task_that_its_workflow_cancels_late_leaves_the_customer_a_task(
    deployment: Deployment, kind: str
) -> None:
    """In the transfer workflow, which never cancels one."""
    centre = deployment.twilio.centre
    # Were the Janitor to come for cancelled tasks, nothing could be done.
    centre.account.settings.janitor_after = frozenset({TaskStatus.COMPLETED})
    case = served(centre, centre.tasks[kind])
    dead = {"task_routing": {"filters": [{"expression": "1==2", "targets": [
        {"queue": centre.queues["Sales"]}]}]}}  # fmt: skip
    workflow = deployment.workflows().create(friendly_name="Dead", configuration=json.dumps(dead))
    centre.account.settings.cancels_unroutable_after = 0.4
    faults = deployment.twilio.faults
    faults.latency(
        0.6, method="POST", path=last_path(kind, case.task_sid), nth=1 + (kind == "chat")
    )
    faults.latency(0.6, method="GET", path=other_tasks(case.task_sid), nth=2)

    answer = deployment.transfer(kind, workflow.sid or "")

    case.assert_customer_is_served(answer)
    assert answer.status in {200, 409}, answer.text


@pytest.mark.parametrize("kind", KINDS)
def test_another_target_after_the_new_task_was_cancelled_and_deleted_is_transferred_to(
    deployment: Deployment, kind: str
) -> None:
    """What the first target's workflow may do counts, not what the second's may."""
    centre = deployment.twilio.centre
    route = {
        "expression": "1==1",
        "targets": [{"queue": centre.queues["Everyone"], "timeout": 3600}],
    }
    workflow = deployment.workflows().create(
        friendly_name="Gives up",
        configuration=json.dumps({"task_routing": {"filters": [route]}}),
    )
    case = served(centre, KINDS[kind](centre))
    faults = deployment.twilio.faults
    faults.status(500, times=None, **(DETACH if kind == "chat" else CLOSE).rule)
    first = deployment.transfer(case.task_sid, workflow.sid or "")
    faults.clear()
    assert first.body["rolledBack"] is False, first.text
    [made] = [task for task in case.leading_to_customer() if task.sid != case.task_sid]
    deployment.client.taskrouter.v1.workspaces(centre.workspace_sid).tasks(made.sid).update(
        assignment_status="canceled"
    )
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
