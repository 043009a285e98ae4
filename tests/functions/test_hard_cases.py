"""What goes wrong only when two things go wrong at once, each found by thinking of it."""

import json
import threading
import time
from collections.abc import Callable

import pytest

from chat_transfer.http.problems import Problem
from chat_transfer.http.request import Target, TransferRequest
from chat_transfer.transfer.order import transfer
from chat_transfer.twilio import client as twilio_client
from chat_transfer.twilio.retries import Budget
from local.twilio.faults import Faults
from local.twilio.taskrouter.model import TaskStatus
from tests.functions.conftest import Aws, Deployment
from tests.functions.lambda_events import Context
from tests.functions.served import served

KINDS = ["chat", "conversation"]
ONE_TASK = r"/Tasks/WT[0-9a-f]{32}$"


pytestmark = pytest.mark.usefixtures("short_waits")


def new_task_of(original: str) -> str:
    """The path of any task but the original."""
    return rf"/Tasks/(?!{original})WT[0-9a-f]{{32}}$"


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_click_that_waited_sees_what_the_first_has_done(
    deployment: Deployment, kind: str
) -> None:
    """The first completes the original, loses every answer to that, and cannot look any more."""
    centre, faults = deployment.twilio.centre, deployment.twilio.faults
    case = served(centre, centre.tasks[kind])
    slow = "/Tasks$" if kind == "chat" else "/Invites$"
    last = f"/Tasks/{case.task_sid}$" if kind == "chat" else "/Participants/UT"
    faults.latency(1.2, method="POST", path=slow, times=1)
    faults.close(method="POST", path=last, takes_effect=True, nth=2 - (kind != "chat"), times=4)
    faults.status(500, method="GET", path=new_task_of(case.task_sid), nth=2, times=4)

    answers = both(deployment, case.task_sid, centre.workers["dev"])

    assert "200" in answers, answers
    assert [task.sid for task in case.leading_to_customer()] == [answers["200"]]
    assert centre.workspace.task(case.task_sid).status is TaskStatus.COMPLETED


def both(deployment: Deployment, task_sid: str, target_sid: str) -> dict[str, str]:
    """Send a request twice, the second a moment later; give what came of them by status."""
    runtime = deployment.transfer_chat.runtime()
    request = TransferRequest(
        task_sid, Target(target_sid), deployment.twilio.centre.token_of("ana")
    )
    answers: dict[str, str] = {}

    def send() -> None:
        try:
            context = Context(25)
            budget = Budget.of_invocation(context.get_remaining_time_in_millis())
            record = runtime.record(context, budget)
            answers["200"] = transfer(request, record, lambda: runtime.twilio(budget)).task_sid
        except Problem as problem:
            answers[str(int(problem.status))] = problem.code

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
        time.sleep(0.6)
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize("kind", KINDS)
def test_a_workflow_that_has_no_way_for_the_task(deployment: Deployment, kind: str) -> None:
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


def test_a_completion_that_lands_after_it_was_given_up(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The undo came first: the original stays open, with its channel."""
    monkeypatch.setattr(twilio_client, "READ_SECONDS", 0.3)
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks["chat"])
    path = f"/Tasks/{case.task_sid}$"
    deployment.twilio.faults.latency(3.0, method="POST", path=path, nth=2, times=4)
    answer = deployment.transfer("chat", centre.workers["dev"])
    assert (answer.status, answer.body["rolledBack"]) == (504, True)
    time.sleep(3.0)
    case.assert_customer_is_served(answer)


def test_a_close_that_lands_after_it_was_given_up(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No ETag keeps it from that, so the new task stays, and the answer says so."""
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks["conversation"])
    with monkeypatch.context() as patch:
        patch.setattr(twilio_client, "READ_SECONDS", 0.3)
        deployment.twilio.faults.latency(3.0, method="POST", path="/Participants/UT", times=8)
        answer = deployment.transfer("conversation", centre.workers["dev"])
    assert answer.body["rolledBack"] is False
    time.sleep(3.0)
    assert case.leading_to_customer()
    deployment.twilio.faults.clear()
    again = deployment.transfer("conversation", centre.workers["dev"])
    assert again.status == 200, again.text
    case.assert_customer_is_served(again)


@pytest.mark.parametrize("code", [20001, 20404])
def test_a_close_that_twilio_refuses(deployment: Deployment, code: int) -> None:
    """That a participant is closed already is one reason of several."""
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks["conversation"])
    path = "/Participants/UT"
    deployment.twilio.faults.status(400, code=code, method="POST", path=path, times=None)
    answer = deployment.transfer("conversation", centre.workers["dev"])
    assert (answer.status, answer.body["rolledBack"]) == (502, True)
    case.assert_customer_is_served(answer)


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


def test_a_failure_after_a_success_does_not_say_that_nothing_was_done(
    deployment: Deployment,
) -> None:
    centre = deployment.twilio.centre
    first = deployment.transfer("chat", centre.workers["dev"])
    deployment.twilio.faults.status(500, path="/Tokens/validate", times=None)
    assert deployment.transfer("chat", centre.workers["dev"]).body["rolledBack"] is False
    deployment.twilio.faults.clear()
    assert deployment.transfer("chat", centre.workers["dev"]).body == first.body


def test_an_invite_is_sent_once_though_its_task_cannot_be_looked_up(
    deployment: Deployment,
) -> None:
    centre = deployment.twilio.centre
    centre.account.settings.invite_names_its_task = False
    deployment.twilio.faults.status(429, method="GET", path="/Tasks$", times=4)
    assert deployment.transfer("conversation", centre.workers["dev"]).status == 200
    assert len(deployment.twilio.journal.matching("POST", "/Invites$")) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_not_transfer_costs_no_search(deployment: Deployment, kind: str) -> None:
    centre = deployment.twilio.centre
    assert deployment.transfer(kind, centre.workers["dev"]).status == 200
    deployment.twilio.journal.clear()
    assert deployment.transfer(kind, centre.workers["dev"], by="carla").status == 403
    assert not deployment.twilio.journal.matching("GET", "/Tasks$")


def test_a_chat_that_its_agent_ended_after_a_failed_transfer(deployment: Deployment) -> None:
    """The channel is closed with it, so there is nothing to transfer: the new task goes."""
    centre = deployment.twilio.centre
    original = centre.tasks["chat"]
    leave_two_tasks(deployment.twilio.faults)
    first = deployment.transfer("chat", centre.workers["dev"])
    assert first.body["rolledBack"] is False
    deployment.twilio.faults.clear()
    centre.complete(original)
    again = deployment.transfer("chat", centre.workers["dev"])
    assert (again.status, again.code) == (409, "task_ended")
    assert not centre.open_tasks("transferredFrom", original)


@pytest.mark.parametrize("path", ["/Tokens/validate", ONE_TASK])
def test_a_failure_before_anything_does_not_hide_what_is_left(
    deployment: Deployment, path: str
) -> None:
    centre = deployment.twilio.centre
    leave_two_tasks(deployment.twilio.faults)
    assert deployment.transfer("chat", centre.workers["dev"]).body["rolledBack"] is False
    deployment.twilio.faults.clear()
    deployment.twilio.faults.status(500, path=path, times=None)
    assert deployment.transfer("chat", centre.workers["dev"]).body["rolledBack"] is False


def leave_two_tasks(faults: Faults) -> None:
    """Let the creation take effect without an answer, and the search for it fail."""
    faults.close(method="POST", path="/Tasks$", takes_effect=True, times=None)
    faults.status(500, method="GET", path="/Tasks$", times=None)


@pytest.mark.parametrize("target", ["dev", "carla"])
def test_two_creations_of_an_attempt_that_could_not_look_for_them(
    deployment: Deployment, target: str
) -> None:
    """Whatever the next request asks for, none but its own task is left."""
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks["chat"])
    leave_two_tasks(deployment.twilio.faults)
    assert deployment.transfer("chat", centre.workers["dev"]).body["rolledBack"] is False
    deployment.twilio.faults.clear()
    (made,) = centre.open_tasks("transferredFrom", case.task_sid)
    deployment.make_double(made.sid)

    answer = deployment.transfer("chat", centre.workers[target])

    assert answer.status == 200, answer.text
    case.assert_customer_is_served(answer)
    assert len(centre.open_tasks("transferredFrom", case.task_sid)) == 1


@pytest.mark.parametrize("attribute", ["flexInteractionSid", "conversationSid"])
def test_an_empty_sid_is_none(deployment: Deployment, attribute: str) -> None:
    centre = deployment.twilio.centre
    empty = {"flexInteractionSid": "UO", "flexInteractionChannelSid": "KD", "conversationSid": "CH"}
    centre.set_attributes(centre.tasks["chat"], **{**empty, attribute: ""})
    assert deployment.transfer("chat", centre.workers["dev"]).status == 200


def test_half_an_emoji_in_the_attributes(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    centre.set_attributes(centre.tasks["chat"], name="Robin \ud83d")
    answer = deployment.transfer("chat", centre.workers["dev"])
    assert answer.status == 200
    assert centre.attributes(answer.body["taskSid"])["name"] == "Robin \ud83d"


@pytest.mark.parametrize(
    ("spoil", "path"),
    [
        (lambda aws, arn: aws.secrets.put_secret_value(SecretId=arn, SecretString="{}"), "POST"),
        (lambda aws, arn: aws.secrets.put_secret_value(SecretId=arn, SecretString="no"), "POST"),
        (lambda aws, arn: aws.secrets.put_secret_value(SecretId=arn, SecretString="[]"), "GET"),
    ],
)
def test_a_secret_that_cannot_be_read(
    deployment: Deployment, aws: Aws, spoil: Callable[[Aws, str], object], path: str
) -> None:
    spoil(aws, deployment.transfer_chat.runtime().settings.secret_arn)
    if path == "POST":
        answer = deployment.transfer("chat", deployment.twilio.centre.workers["dev"])
        assert answer.body["rolledBack"] is True
    else:
        answer = deployment.list_workflows(deployment.twilio.centre.token_of("ana"))
        assert "rolledBack" not in answer.body
    assert (answer.status, answer.code) == (502, "twilio_credentials")
