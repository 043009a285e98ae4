"""A creation without an answer: searched for, not sent twice, never taken for another task."""

from dataclasses import replace

import pytest

from chat_transfer.transfer import looking
from chat_transfer.transfer.looking import Looking
from tests.functions.conftest import Aws, Deployment, deployed
from tests.functions.cutting import cut_off_after
from tests.functions.locks import let_locks_run_out
from tests.functions.recording import CREATION, DETACH, KINDS
from tests.functions.served import served
from twilio_emulator.clock import ManualClock

pytestmark = pytest.mark.usefixtures("short_waits")


def test_a_creation_in_doubt_is_not_sent_again_in_the_same_request(deployment: Deployment) -> None:
    centre, faults = deployment.twilio.centre, deployment.twilio.faults
    case = served(centre, centre.tasks["chat"])
    faults.status(500, method="POST", path="/Tasks$")
    answer = deployment.transfer("chat", centre.workers["dev"])
    assert (answer.status, answer.body["rolledBack"]) == (502, False)
    assert answer.body["agentRejoined"] is True
    assert len(deployment.twilio.journal.matching("POST", "/Tasks$")) == 1
    case.assert_customer_is_served(answer)
    again = deployment.transfer("chat", centre.workers["dev"])
    assert again.status == 200, again.text
    case.assert_customer_is_served(again)


@pytest.mark.parametrize("kind", KINDS)
def test_a_creation_that_appears_late_is_cancelled_by_the_schedule(
    deployment: Deployment, kind: str
) -> None:
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks[kind])
    switches, faults = centre.account.settings, deployment.twilio.faults
    switches.search_lag = 60.0
    switches.invite_names_its_task, switches.invite_task_delay = kind == "chat", 0.0
    faults.close(method="POST", path=CREATION[kind], takes_effect=True)
    if kind == "conversation":
        faults.status(500, method="GET", path="/Invites$", nth=2, times=8)
    first = deployment.transfer(kind, centre.workers["dev"])
    assert (first.status, first.body["rolledBack"]) == (502, False)
    faults.clear()
    second = deployment.transfer(kind, centre.workers["dev"])
    assert second.status == 200, second.text

    switches.search_lag = 0.0
    deployment.look_at_offers()
    third = deployment.transfer(kind, centre.workers["dev"])

    assert third.body == second.body
    case.assert_customer_is_served(third)


def test_a_task_that_an_undo_cancelled_is_not_taken_for_one_in_doubt(
    deployment: Deployment, aws: Aws
) -> None:
    """The transfer to Dev stopped after the detach; the creation for Carla has no effect."""
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks["chat"])
    cut_off_after(deployment, DETACH, case.task_sid)
    let_locks_run_out(aws)
    deployment.twilio.faults.close(method="POST", path="/Tasks$")

    answer = deployment.transfer("chat", centre.workers["carla"])

    assert (answer.status, answer.body["rolledBack"]) == (502, False)
    case.assert_customer_is_served(answer)
    again = deployment.transfer("chat", centre.workers["carla"])
    assert again.status == 200, again.text
    case.assert_customer_is_served(again)


@pytest.mark.parametrize("target", ["dev", "Escalations"])
def test_a_task_that_leads_to_another_customer_is_not_taken_for_the_new_one(
    deployment: Deployment, target: str
) -> None:
    """Its attributes are forged, and both customers came in the same second."""
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


def test_an_invite_whose_task_is_not_found_is_sent_once(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    centre.account.settings.invite_names_its_task = False
    deployment.twilio.faults.status(429, method="GET", path="/Tasks$", times=4)
    assert deployment.transfer("conversation", centre.workers["dev"]).status == 200
    assert len(deployment.twilio.journal.matching("POST", "/Invites$")) == 1


@pytest.mark.parametrize("delay", [0.0, 0.15])
def test_an_invite_that_does_not_name_its_task_is_looked_up_among_the_invites(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, delay: float
) -> None:
    monkeypatch.setattr(looking, "SEARCH_SECONDS", 3.0)
    centre = deployment.twilio.centre
    centre.account.settings.invite_names_its_task = False
    centre.account.settings.invite_task_delay = delay
    case = served(centre, centre.tasks["conversation"])

    answer = deployment.transfer("conversation", centre.workers["dev"])

    assert answer.status == 200, answer.text
    case.assert_customer_is_served(answer)
    assert len(deployment.twilio.journal.matching("POST", "/Invites$")) == 1


@pytest.mark.parametrize("target", ["dev", "carla"])
def test_an_unanswered_invite_that_appears_after_the_search_is_taken_for_our_own(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks["conversation"])
    deployment.twilio.faults.close(method="POST", path=CREATION["conversation"], takes_effect=True)
    with monkeypatch.context() as patch:
        patch.setattr(Looking, "_match", lambda *_: None)
        assert deployment.transfer("conversation", centre.workers["dev"]).status == 502

    answer = deployment.transfer("conversation", centre.workers[target])

    assert answer.status == 200, answer.text
    [made] = case.leading_to_customer()
    assert made.sid == answer.body["taskSid"]
    assert made.attribute("targetSid") == centre.workers[target]


def test_a_late_task_that_was_completed_is_not_the_new_one(aws: Aws) -> None:
    """The agent of the original was there the whole time, and the next request has its own task."""
    clock, late_seconds = ManualClock(), 5
    with deployed(aws, clock) as deployment:
        centre, faults = deployment.twilio.centre, deployment.twilio.faults
        case = served(centre, centre.conversation_task())
        settings = centre.account.settings
        settings.change({"invite_names_its_task": False, "invite_task_delay": late_seconds})
        assert deployment.transfer(case.task_sid, centre.workers["ben"]).status == 504
        settings.change({"invite_names_its_task": True})
        faults.status(429, method="POST", path="/(Participants/[^/]+|Tasks/[^/]+)$", times=None)
        second = deployment.transfer(case.task_sid, centre.workers["ben"])
        assert second.body["rolledBack"] is False, second.text
        faults.clear()
        before = {task.sid for task in case.leading_to_customer()}
        clock.advance(late_seconds)
        centre.settle()
        [first] = {task.sid for task in case.leading_to_customer()} - before
        centre.accept(first)
        centre.complete(first)

        answer = deployment.transfer(case.task_sid, centre.workers["ben"])

        assert answer.status == 200, answer.text
        case.assert_customer_is_served(answer)
