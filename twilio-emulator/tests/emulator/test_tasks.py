"""The states of a task, and its versions.

https://www.twilio.com/docs/taskrouter/api/task,
https://www.twilio.com/docs/taskrouter/lifecycle-task-state
"""

import json
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from twilio_emulator.clock import ManualClock
from twilio_emulator.seed import ContactCentre
from twilio_emulator.server import RunningTwilio


def status(workspace: WorkspaceContext, name: str, centre: ContactCentre) -> str:
    return str(workspace.tasks(centre.tasks[name]).fetch().assignment_status)


def test_a_new_task_has_the_given_values(
    workspace: WorkspaceContext, centre: ContactCentre, clock: ManualClock
) -> None:
    born = clock.now().replace(microsecond=0)
    made = workspace.tasks.create(
        workflow_sid=centre.workflows["Escalations"],
        task_channel="sms",
        priority=7,
        timeout=99,
        virtual_start_time=born,
        attributes='{"a": 1}',
    )
    clock.advance(12)
    fetched = workspace.tasks(made.sid or "").fetch()
    assert (fetched.priority, fetched.timeout, fetched.age) == (7, 99, 12)
    assert fetched.virtual_start_time == born
    assert (fetched.task_channel_unique_name, fetched.attributes) == ("sms", '{"a": 1}')
    assert fetched.workflow_friendly_name == "Escalations"


@pytest.mark.parametrize(
    "wrong",
    [
        {"workflow_sid": "WW" + "0" * 32},
        {"workflow_sid": None},
        {"attributes": "{"},
        {"attributes": "[]"},
        {"attributes": json.dumps({"a": "x" * 4096})},
        {"task_channel": "pigeon"},
        {"priority": "high"},
        {"priority": 2**31},
        {"timeout": 0},
        {"timeout": 1_209_601},
        {"virtual_start_time": "2999-01-01T00:00:00Z"},
        {"virtual_start_time": "1899-12-31T23:59:59Z"},
        {"virtual_start_time": "yesterday"},
    ],
)
def test_an_invalid_task_is_not_created(
    workspace: WorkspaceContext, centre: ContactCentre, wrong: dict[str, Any]
) -> None:
    before = dict(centre.workspace.tables.tasks)
    fields = {"workflow_sid": centre.workflows["Escalations"], **wrong}
    with pytest.raises(TwilioRestException) as refused:
        workspace.tasks.create(**{k: v for k, v in fields.items() if v is not None})
    assert (refused.value.status, refused.value.code) == (400, 20001)
    assert centre.workspace.tables.tasks == before


def test_the_limit_of_attributes_counts_characters_not_bytes(
    workspace: WorkspaceContext, centre: ContactCentre
) -> None:
    """https://www.twilio.com/docs/taskrouter/limits: 4096 characters, white space included."""
    text = json.dumps({"a": "é" * 4086}, ensure_ascii=False) + " "
    assert (len(text), len(text.encode())) == (4096, 8182)
    made = workspace.tasks.create(workflow_sid=centre.workflows["Escalations"], attributes=text)
    assert made.attributes == text
    with pytest.raises(TwilioRestException, match="4097 characters"):
        workspace.tasks(made.sid or "").update(attributes=text + " ")


def test_the_seed_has_tasks_in_every_state(
    workspace: WorkspaceContext, centre: ContactCentre
) -> None:
    assert status(workspace, "chat", centre) == "assigned"
    assert status(workspace, "wrapping", centre) == "wrapping"
    assert status(workspace, "completed", centre) == "completed"
    assert status(workspace, "pending", centre) == "pending"


@pytest.mark.parametrize("name", ["chat", "wrapping", "conversation"])
def test_completing_a_task_completes_its_reservation(
    workspace: WorkspaceContext, centre: ContactCentre, name: str
) -> None:
    task = workspace.tasks(centre.tasks[name])
    done = task.update(assignment_status="completed", reason="task transferred")
    assert (str(done.assignment_status), done.reason) == ("completed", "task transferred")
    assert [str(r.reservation_status) for r in task.reservations.list()] == ["completed"]


@pytest.mark.parametrize(
    ("name", "wanted", "message"),
    [
        ("pending", "completed", "Cannot complete task {} .* because it is not currently assigned"),
        ("completed", "completed", "because it is not currently assigned"),
        ("pending", "wrapping", "Cannot wrap up task {} .* because it is not currently assigned"),
        ("wrapping", "wrapping", "because it is not currently assigned"),
        ("chat", "canceled", "Cannot cancel task {} .* because it is not pending or reserved"),
        ("chat", "pending", "AssignmentStatus"),
    ],
)
def test_a_status_change_from_the_wrong_state_is_refused(
    workspace: WorkspaceContext, centre: ContactCentre, name: str, wanted: Any, message: str
) -> None:
    sid = centre.tasks[name]
    before = centre.task(sid)
    with pytest.raises(TwilioRestException, match=message.format(sid)) as refused:
        workspace.tasks(sid).update(assignment_status=wanted)
    assert (refused.value.status, refused.value.code) == (400, 20001)
    assert centre.task(sid) == before


def test_attributes_and_completion_in_one_request_are_refused(
    workspace: WorkspaceContext, centre: ContactCentre
) -> None:
    with pytest.raises(TwilioRestException, match="two requests"):
        workspace.tasks(centre.tasks["chat"]).update(attributes="{}", assignment_status="completed")
    assert status(workspace, "chat", centre) == "assigned"


def test_cancelling_a_task_withdraws_its_offer(
    workspace: WorkspaceContext, centre: ContactCentre
) -> None:
    made = workspace.tasks.create(workflow_sid=centre.workflows["Escalations"])
    assert str(made.assignment_status) == "reserved"
    made.update(assignment_status="canceled", reason="undone")
    offers = workspace.tasks(made.sid or "").reservations.list()
    assert [str(offer.reservation_status) for offer in offers] == ["canceled"]


def test_ended_tasks_are_deleted_after_five_minutes(
    workspace: WorkspaceContext, centre: ContactCentre, clock: ManualClock
) -> None:
    clock.advance(299)
    centre.settle()
    assert status(workspace, "completed", centre) == "completed"
    clock.advance(1)
    centre.settle()
    with pytest.raises(TwilioRestException) as gone:
        workspace.tasks(centre.tasks["completed"]).fetch()
    assert (gone.value.status, gone.value.code) == (404, 20404)


def test_a_task_that_is_assigned_for_a_day_is_deleted(
    workspace: WorkspaceContext, centre: ContactCentre, clock: ManualClock
) -> None:
    """https://www.twilio.com/docs/taskrouter/limits: 24 hours; wrapping is not limited."""
    clock.advance(24 * 3600 - 1)
    assert status(workspace, "chat", centre) == "assigned"
    clock.advance(1)
    assert status(workspace, "wrapping", centre) == "wrapping"
    with pytest.raises(TwilioRestException) as gone:
        workspace.tasks(centre.tasks["chat"]).fetch()
    assert (gone.value.status, gone.value.code) == (404, 20404)


def test_deleting_a_task_deletes_its_reservations(
    workspace: WorkspaceContext, centre: ContactCentre
) -> None:
    task = workspace.tasks(centre.tasks["chat"])
    assert task.delete()
    with pytest.raises(TwilioException, match="20404"):
        task.reservations.list()
    assert not centre.reservations(centre.tasks["chat"])


def test_a_worker_can_accept_wrap_up_and_complete_a_reservation(
    workspace: WorkspaceContext, centre: ContactCentre
) -> None:
    made = workspace.tasks.create(workflow_sid=centre.workflows["Escalations"])
    offer = workspace.tasks(made.sid or "").reservations.list()[0]
    own = workspace.workers(offer.worker_sid or "").reservations(offer.sid or "")
    for step, task_status in (
        ("accepted", "assigned"),
        ("wrapping", "wrapping"),
        ("completed", "completed"),
    ):
        assert str(own.update(reservation_status=step).reservation_status) == step
        assert str(workspace.tasks(made.sid or "").fetch().assignment_status) == task_status
    with pytest.raises(TwilioRestException, match="because it is completed"):
        own.update(reservation_status="accepted")


def test_every_change_of_a_task_has_a_new_etag(
    workspace: WorkspaceContext, centre: ContactCentre
) -> None:
    task = workspace.tasks(centre.tasks["chat"])
    tags = [task.fetch_with_http_info().headers["etag"]]
    tags.append(task.update_with_http_info(attributes='{"a": 2}').headers["etag"])
    tags.append(task.update_with_http_info(assignment_status="wrapping").headers["etag"])
    assert len(set(tags)) == 3
    assert tags[-1] == task.fetch_with_http_info().headers["etag"]


def test_a_stale_if_match_is_answered_412_and_changes_nothing(
    twilio: RunningTwilio, workspace: WorkspaceContext, centre: ContactCentre
) -> None:
    """Over plain HTTP: the SDK's ``delete`` loses its ``if_match``."""
    task = workspace.tasks(centre.tasks["chat"])
    tag = task.fetch_with_http_info().headers["etag"]
    centre.set_attributes(centre.tasks["chat"], note="changed meanwhile")
    before = centre.task(centre.tasks["chat"])
    base = f"{twilio.base_url}/taskrouter/v1/Workspaces/{centre.workspace_sid}"
    for method, form in (("POST", {"Attributes": "{}"}), ("DELETE", None)):
        answer = requests.request(
            method,
            f"{base}/Tasks/{centre.tasks['chat']}",
            data=form,
            headers={"If-Match": tag},
            auth=centre.api_key,
            timeout=5,
        )
        assert answer.status_code == 412
    assert centre.task(centre.tasks["chat"]) == before
    current = task.fetch_with_http_info().headers["etag"]
    assert task.update(if_match=current.strip('"'), attributes="{}").attributes == "{}"


def test_only_one_of_several_writers_with_the_same_etag_succeeds(
    workspace: WorkspaceContext, centre: ContactCentre
) -> None:
    task = workspace.tasks(centre.tasks["chat"])
    tag = task.fetch_with_http_info().headers["etag"]
    outcomes = []
    for number in range(3):
        try:
            task.update(if_match=tag, attributes=json.dumps({"writer": number}))
            outcomes.append(200)
        except TwilioRestException as error:
            outcomes.append(error.status)
    assert outcomes == [200, 412, 412]
    assert centre.attributes(centre.tasks["chat"]) == {"writer": 0}


def test_a_tasks_channel_can_be_changed(workspace: WorkspaceContext, centre: ContactCentre) -> None:
    task = workspace.tasks(centre.tasks["pending"])
    assert task.update(task_channel="sms").task_channel_unique_name == "sms"
    with pytest.raises(TwilioRestException, match="pigeon does not exist"):
        task.update(task_channel="pigeon")
