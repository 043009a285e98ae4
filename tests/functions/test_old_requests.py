"""A request that is sent again when the world has moved on: it makes nothing worse."""

import json
import time
from dataclasses import replace

import pytest

from chat_transfer.transfer.steps import Steps
from tests.functions.conftest import Aws, Deployment
from tests.functions.cutting import cut_off_after
from tests.functions.locks import let_locks_run_out
from tests.functions.recording import KINDS, SID, Call
from tests.functions.served import served

pytestmark = pytest.mark.usefixtures("short_waits")

TASKS = f"/taskrouter/v1/Workspaces/{SID}/Tasks"
CREATION = Call("POST", TASKS, 1)
WRITE = Call("POST", f"{TASKS}/{SID}", 1)
CLOSE = Call("POST", f"/flex-api/v1/Interactions/{SID}/Channels/{SID}/Participants/{SID}", 1)


def test_an_agent_who_is_getting_the_chat_back_is_not_made_to_leave(
    deployment: Deployment, aws: Aws
) -> None:
    """The function was killed both times, on the way to Dev and on the way back to Ana."""
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks["chat"])
    cut_off_after(deployment, WRITE, case.task_sid)
    let_locks_run_out(aws)
    [devs] = [task for task in case.leading_to_customer() if task.sid != case.task_sid]
    assert centre.accept(devs.sid) == "dev"
    cut_off_after(deployment, CREATION, devs.sid, "ana", "dev")
    let_locks_run_out(aws)
    [anas] = [task for task in case.leading_to_customer() if centre.offered_to(task.sid)]
    assert centre.accept(anas.sid) == "ana"

    answer = deployment.transfer(case.task_sid, centre.workers["dev"])

    assert answer.body == {"taskSid": devs.sid}
    assert "ana_40example_2Ecom" in centre.present_in(case.room_sid)


@pytest.mark.parametrize("target", ["dev", "Escalations"])
def test_a_task_that_leads_to_another_customer_is_not_ours(
    deployment: Deployment, target: str
) -> None:
    """Who has it wrote into it what makes it look so; the customers came in the same second."""
    centre = deployment.twilio.centre
    target_sid = {**centre.workers, **centre.workflows}[target]
    case, other = served(centre, centre.chat_task()), served(centre, centre.chat_task())
    transferred = deployment.transfer(other.task_sid, target_sid).body["taskSid"]
    centre.accept(transferred)
    began = centre.workspace.task(case.task_sid).virtual_start_time
    theirs = centre.workspace.task(transferred)
    centre.workspace.put_task(replace(theirs, virtual_start_time=began))
    centre.set_attributes(transferred, transferredFrom=case.task_sid)
    deployment.twilio.faults.close(method="POST", path="/Tasks$")

    first = deployment.transfer(case.task_sid, target_sid)
    again = deployment.transfer(case.task_sid, target_sid)

    assert first.body.get("rolledBack") is False, first.text
    case.assert_customer_is_served(again)
    assert again.body["taskSid"] != transferred
    assert [task.sid for task in other.leading_to_customer()] == [transferred]


@pytest.mark.parametrize("kind", KINDS)
def test_another_target_after_a_workflow_cancelled_the_task_and_that_was_deleted(
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
    faults.status(500, times=None, **{**(WRITE if kind == "chat" else CLOSE).rule, "nth": 1})
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


@pytest.mark.parametrize("when", ["lands", "has landed, and the task is completed later"])
def test_a_close_of_which_the_first_request_did_not_hear(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """The first target's workflow cancelled the new task, so the transfer begins again."""
    centre, faults = deployment.twilio.centre, deployment.twilio.faults
    centre.account.settings.completes_after_close = 1.0
    case = served(centre, centre.tasks["conversation"])
    faults.close(takes_effect=when != "lands", **{**CLOSE.rule, "times": None})
    first = deployment.transfer(case.task_sid, centre.workflows["Escalations"])
    faults.clear()
    made = next(task for task in case.leading_to_customer() if task.sid != case.task_sid)
    deployment.client.taskrouter.v1.workspaces(centre.workspace_sid).tasks(made.sid).update(
        assignment_status="canceled"
    )
    undo = Steps.undo

    def undo_before_the_close_lands(steps: Steps) -> None:
        undo(steps)
        centre.complete(case.task_sid)

    if when == "lands":
        monkeypatch.setattr(Steps, "undo", undo_before_the_close_lands)

    again = deployment.transfer(case.task_sid, centre.workers["carla"])

    time.sleep(1.0)
    centre.settle()
    assert first.body["rolledBack"] is False, first.text
    assert again.status == 200, again.text
    assert [task.sid for task in case.leading_to_customer()] == [again.body["taskSid"]]
    assert deployment.transfer(case.task_sid, centre.workers["carla"]).body == again.body
