"""What Twilio's documentation leaves open: the transfer is right whichever way Twilio behaves.

The switches of the emulated Twilio name the pages, see `local.twilio.switches`.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from chat_transfer.transfer import new_task
from chat_transfer.twilio import client as twilio_client
from chat_transfer.twilio.taskrouter import Task
from local.twilio.taskrouter.model import TaskStatus
from tests.functions.conftest import Aws, Deployment
from tests.functions.cutting import cut_off_after
from tests.functions.locks import let_locks_run_out
from tests.functions.recording import Call
from tests.functions.served import served
from tests.functions.test_saga import meanwhile

pytestmark = pytest.mark.usefixtures("short_waits")

SID = "[A-Z]{2}[0-9a-f]{32}"
KINDS = ["chat", "conversation"]
CREATION = {"chat": "/Tasks$", "conversation": "/Invites$"}
CLOSE = "/Participants/UT[0-9a-f]{32}$"
CHANNEL_PATH = f"/flex-api/v1/Interactions/{SID}/Channels/{SID}"
TASKS_PATH = f"/taskrouter/v1/Workspaces/{SID}/Tasks"


# An unanswered close


@pytest.mark.parametrize("listed", [True, False], ids=["closed are listed", "not listed"])
@pytest.mark.parametrize("refused", [True, False], ids=["second is refused", "second is taken"])
@pytest.mark.parametrize("delay", [0.0, 0.5], ids=["completed at once", "completed later"])
def test_a_close_that_took_effect_without_an_answer_is_a_transfer(
    deployment: Deployment, listed: bool, refused: bool, delay: float
) -> None:
    centre = deployment.twilio.centre
    switches = centre.account.settings
    switches.lists_closed_participants, switches.refuses_second_close = listed, refused
    switches.completes_after_close = delay
    case = served(centre, centre.tasks["conversation"])
    deployment.twilio.faults.close(method="POST", path=CLOSE, takes_effect=True)

    answer = deployment.transfer("conversation", centre.workers["dev"])

    assert answer.status == 200, answer.text
    time.sleep(delay)
    centre.settle()
    assert [task.sid for task in case.leading_to_customer()] == [answer.body["taskSid"]]


@pytest.mark.parametrize("listed", [True, False], ids=["closed are listed", "not listed"])
@pytest.mark.parametrize("delay", [0.0, 0.5], ids=["completed at once", "completed later"])
def test_a_function_killed_after_the_close_is_resumed(
    deployment: Deployment, aws: Aws, listed: bool, delay: float
) -> None:
    centre = deployment.twilio.centre
    centre.account.settings.lists_closed_participants = listed
    centre.account.settings.completes_after_close = delay
    case = served(centre, centre.tasks["conversation"])
    cut_off_after(deployment, Call("POST", f"{CHANNEL_PATH}/Participants/{SID}", 1), case.task_sid)
    let_locks_run_out(aws)

    answer = deployment.transfer("conversation", centre.workers["dev"])
    again = deployment.transfer("conversation", centre.workers["dev"])

    assert answer.status == 200, answer.text
    assert again.body == answer.body
    time.sleep(delay)
    centre.settle()
    assert [task.sid for task in case.leading_to_customer()] == [answer.body["taskSid"]]


def test_another_target_after_an_unanswered_close_finishes_the_first(
    deployment: Deployment,
) -> None:
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks["conversation"])
    faults = deployment.twilio.faults
    faults.close(method="POST", path=CLOSE, times=None)
    first = deployment.transfer("conversation", centre.workers["dev"])
    assert (first.status, first.code) == (502, "transfer_not_finished")
    faults.clear()

    other = deployment.transfer("conversation", centre.workers["carla"])

    assert (other.status, other.code) == (409, "transferred_elsewhere")
    [made] = case.leading_to_customer()
    assert made.attribute("targetSid") == centre.workers["dev"]
    assert deployment.transfer("conversation", centre.workers["dev"]).body == {"taskSid": made.sid}


# Attributes that a browser can write


@pytest.mark.parametrize("kind", KINDS)
def test_forged_attributes_authorise_no_caller_and_make_no_task_ours(
    deployment: Deployment, kind: str
) -> None:
    """Carla writes into her own task what the new task of Ana's transfer would have."""
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks[kind])
    carlas = (
        centre.chat_task(holder="carla")
        if kind == "chat"
        else centre.conversation_task(holder="carla")
    )
    forged = {
        "transferredFrom": case.task_sid,
        "targetSid": centre.workers["dev"],
        "ignoreWorkerSids": [centre.workers["carla"]],
    }
    centre.set_attributes(carlas, **forged)
    faults = deployment.twilio.faults
    faults.status(500, method="POST", path=CREATION[kind])
    first = deployment.transfer(kind, centre.workers["dev"])
    assert (first.status, first.body["rolledBack"]) == (502, False)

    by_carla = deployment.transfer(kind, centre.workers["dev"], by="carla")
    again = deployment.transfer(kind, centre.workers["dev"])

    assert (by_carla.status, by_carla.code) == (403, "not_your_task")
    assert again.status == 200, again.text
    assert again.body["taskSid"] != carlas
    case.assert_customer_is_served(again)
    assert centre.holder_of(carlas) == "carla"


# Writes that take effect late


def test_an_unanswered_detach_does_not_take_effect_after_the_undo(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio_client, "READ_SECONDS", 0.3)
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks["chat"])
    path = f"/Tasks/{case.task_sid}$"
    deployment.twilio.faults.latency(3.0, method="POST", path=path, times=4)

    answer = deployment.transfer("chat", centre.workers["dev"])

    assert (answer.status, answer.body["rolledBack"]) == (504, True)
    time.sleep(3.0)
    case.assert_customer_is_served(answer)


def test_a_channel_that_a_browser_writes_back_is_not_completed_with(
    deployment: Deployment,
) -> None:
    """It had read the task before the channel was taken off, and writes without If-Match."""
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks["chat"])
    path = f"/Tasks/{case.task_sid}$"
    deployment.twilio.faults.latency(0.5, method="POST", path=path, nth=2, times=1)

    def write_back(_made: str) -> None:
        while "channelSid" in centre.attributes(case.task_sid):
            time.sleep(0.005)
        centre.set_attributes(case.task_sid, channelSid=case.room_sid)

    with meanwhile(deployment, case.task_sid, write_back):
        answer = deployment.transfer("chat", centre.workers["dev"])

    assert answer.status == 200, answer.text
    case.assert_customer_is_served(answer)


# A workflow that cancels late


@pytest.mark.parametrize("kind", KINDS)
def test_a_task_that_its_workflow_cancels_late_is_made_again(
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
    last = f"/Tasks/{case.task_sid}$" if kind == "chat" else CLOSE
    faults = deployment.twilio.faults
    faults.latency(0.6, method="POST", path=last, nth=1 + (kind == "chat"))
    faults.latency(0.6, method="GET", path=rf"/Tasks/(?!{case.task_sid})WT", nth=2)

    answer = deployment.transfer(kind, workflow.sid or "")

    case.assert_customer_is_served(answer)
    assert answer.status in {200, 409}, answer.text


# An agent who has the chat again


@pytest.mark.parametrize("kind", KINDS)
def test_an_old_request_leaves_the_agent_in_the_chat_that_came_back(
    deployment: Deployment, aws: Aws, kind: str
) -> None:
    """Ana to Ben, killed at its end; Ben to Ana; Ana's old request again."""
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks[kind])
    last = (
        Call("POST", f"{TASKS_PATH}/{SID}", 2)
        if kind == "chat"
        else Call("POST", f"{CHANNEL_PATH}/Participants/{SID}", 1)
    )
    cut_off_after(deployment, last, case.task_sid, "ben")
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


@pytest.mark.parametrize("listed", [True, False], ids=["closed are listed", "not listed"])
def test_a_conversation_goes_back_and_forth_for_ever(deployment: Deployment, listed: bool) -> None:
    """Only agents who are in it now count as present; the ignored ones do not add up."""
    centre = deployment.twilio.centre
    centre.account.settings.lists_closed_participants = listed
    task_sid, holder, other = centre.tasks["conversation"], "ana", "ben"
    for _ in range(6):
        answer = deployment.transfer(task_sid, centre.workers[other], by=holder)
        assert answer.status == 200, answer.text
        task_sid = answer.body["taskSid"]
        assert centre.attributes(task_sid)["ignoreWorkerSids"] == [centre.workers[holder]]
        assert centre.accept(task_sid) == other
        holder, other = other, holder


# A creation in doubt


@pytest.mark.parametrize("kind", KINDS)
def test_a_creation_that_appears_after_the_next_one_is_cancelled_by_a_later_request(
    deployment: Deployment, kind: str
) -> None:
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks[kind])
    switches, faults = centre.account.settings, deployment.twilio.faults
    switches.search_lag = 60.0
    switches.invite_names_its_task, switches.invite_task_delay = kind == "chat", 0.0
    faults.close(method="POST", path=CREATION[kind], takes_effect=True)
    if kind == "conversation":
        faults.status(500, method="GET", path="/Invites$", nth=2, times=4)
    first = deployment.transfer(kind, centre.workers["dev"])
    assert (first.status, first.body["rolledBack"]) == (502, False)
    faults.clear()
    second = deployment.transfer(kind, centre.workers["dev"])
    assert second.status == 200, second.text

    switches.search_lag = 0.0
    third = deployment.transfer(kind, centre.workers["dev"])

    assert third.body == second.body
    case.assert_customer_is_served(third)


def test_a_task_that_an_undo_cancelled_is_not_taken_for_one_in_doubt(
    deployment: Deployment, aws: Aws
) -> None:
    """Cut off while handing over to Dev; the creation for Carla is lost before it takes effect."""
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks["chat"])
    cut_off_after(deployment, Call("POST", f"{TASKS_PATH}/{SID}", 1), case.task_sid)
    let_locks_run_out(aws)
    deployment.twilio.faults.close(method="POST", path="/Tasks$")

    answer = deployment.transfer("chat", centre.workers["carla"])

    assert (answer.status, answer.body["rolledBack"]) == (502, False)
    case.assert_customer_is_served(answer)
    again = deployment.transfer("chat", centre.workers["carla"])
    assert again.status == 200, again.text
    case.assert_customer_is_served(again)


@pytest.mark.parametrize("delay", [0.0, 0.15])
def test_an_invite_that_does_not_name_its_task_is_looked_up_among_the_invites(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, delay: float
) -> None:
    monkeypatch.setattr(new_task, "SEARCH_SECONDS", 3.0)
    centre = deployment.twilio.centre
    centre.account.settings.invite_names_its_task = False
    centre.account.settings.invite_task_delay = delay
    case = served(centre, centre.tasks["conversation"])

    answer = deployment.transfer("conversation", centre.workers["dev"])

    assert answer.status == 200, answer.text
    case.assert_customer_is_served(answer)
    assert len(deployment.twilio.journal.matching("POST", "/Invites$")) == 1


# A new task that is finished and deleted


@pytest.mark.parametrize("kind", KINDS)
def test_a_chat_that_was_finished_meanwhile_is_not_opened_again(
    deployment: Deployment, kind: str
) -> None:
    centre = deployment.twilio.centre
    original = centre.tasks[kind]
    last = f"/Tasks/{original}$" if kind == "chat" else CLOSE
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

    assert again.body == {"taskSid": made.sid}
    assert centre.workspace.task(original).status is TaskStatus.COMPLETED
    assert not centre.open_tasks("transferredFrom", original)


# A cancellation that is refused


def test_a_cancellation_that_twilio_refuses_leads_forward(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    centre.account.settings.cancels_interaction_tasks = False
    case = served(centre, centre.tasks["conversation"])
    faults = deployment.twilio.faults
    faults.status(429, method="POST", path=CLOSE, times=None)
    first = deployment.transfer("conversation", centre.workers["dev"])
    assert (first.status, first.code) == (502, "transfer_not_finished")
    assert first.body["rolledBack"] is False
    faults.clear()

    other = deployment.transfer("conversation", centre.workers["carla"])
    again = deployment.transfer("conversation", centre.workers["dev"])

    assert (other.status, other.code) == (409, "transferred_elsewhere")
    assert again.status == 200, again.text
    case.assert_customer_is_served(again)


def test_attributes_of_four_thousand_two_byte_characters_are_taken(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    original = centre.tasks["chat"]
    task = centre.workspace.task(original)
    content = {**centre.attributes(original), "notes": "é" * 3300}
    centre.workspace.put_task(replace(task, attributes=json.dumps(content, ensure_ascii=False)))
    answer = deployment.transfer("chat", centre.workers["dev"])
    assert answer.status == 200, answer.text
    assert centre.attributes(answer.body["taskSid"])["notes"] == "é" * 3300


@pytest.mark.parametrize("target", ["dev", "carla"])
def test_an_unanswered_invite_that_appears_after_the_search_is_not_taken_for_that_of_others(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks["conversation"])
    deployment.twilio.faults.close(method="POST", path=CREATION["conversation"], takes_effect=True)
    with monkeypatch.context() as patch:
        patch.setattr(new_task, "search", lambda *_, **__: ())
        assert deployment.transfer("conversation", centre.workers["dev"]).status == 502
    too_early = iter([()])

    def search(*args: Any, **kwargs: Any) -> Sequence[Task]:
        return new_task.search(*args, **kwargs) if next(too_early, None) is None else ()

    monkeypatch.setattr("chat_transfer.transfer.steps.search", search)

    answer = deployment.transfer("conversation", centre.workers[target])

    assert answer.status == 200, answer.text
    [made] = case.leading_to_customer()
    assert made.sid == answer.body["taskSid"]
    assert made.attribute("targetSid") == centre.workers[target]
