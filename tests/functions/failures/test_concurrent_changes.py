"""A transfer while an agent, a browser or a second request changes the same task."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from chat_transfer.http.problems import Problem
from chat_transfer.http.request import Target, TransferRequest
from chat_transfer.transfer.requests import transfer
from chat_transfer.twilio.retries import Budget
from tests.functions.conftest import Deployment
from tests.functions.lambda_events import Context
from tests.functions.meanwhile import meanwhile, under_way
from tests.functions.recording import CREATION, KINDS, last_path, other_tasks
from tests.functions.served import served
from twilio_emulator.taskrouter.model import TaskStatus

pytestmark = pytest.mark.usefixtures("short_waits")


READS = 5  # token, task, reservations, target, workflow


@contextmanager
def before(
    deployment: Deployment, delayed: str, reads: int, act: Callable[[], None]
) -> Iterator[None]:
    """Act after this number of reads, and before the delayed call takes effect."""
    deployment.twilio.faults.latency(0.5, path=delayed)

    def watch() -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            read = {entry.path for entry in deployment.twilio.journal if entry.status == 200}
            if len(read) >= reads:
                act()
                return
            time.sleep(0.005)

    with under_way(watch):
        yield


@pytest.mark.parametrize("kind", KINDS)
def test_a_transfer_that_was_accepted_is_finished_and_not_undone(
    deployment: Deployment, kind: str
) -> None:
    centre = deployment.twilio.centre
    original = centre.tasks[kind]
    deployment.twilio.faults.silence(0.1, method="POST", path=last_path(kind, original), times=None)

    with meanwhile(deployment, original, centre.accept):
        answer = deployment.transfer(kind, centre.workers["dev"])

    assert (answer.status, answer.code) == (502, "transfer_not_finished")
    assert answer.body["rolledBack"] is False
    assert "agentRejoined" not in answer.body
    [made] = centre.open_tasks("transferredFrom", original)
    assert made.status is TaskStatus.ASSIGNED
    assert centre.holder_of(made.sid) == "dev"

    deployment.twilio.faults.clear()
    again = deployment.transfer(kind, centre.workers["dev"])

    assert again.body == {"taskSid": made.sid}
    assert centre.workspace.task(original).status is TaskStatus.COMPLETED


def test_a_transfer_accepted_while_a_step_fails_is_finished_by_the_schedule(
    deployment: Deployment,
) -> None:
    centre, kind = deployment.twilio.centre, "conversation"
    original = centre.tasks[kind]
    deployment.twilio.faults.silence(0.1, method="POST", path=last_path(kind, original), times=4)
    with meanwhile(deployment, original, centre.accept):
        answer = deployment.transfer(kind, centre.workers["dev"])
    assert (answer.status, answer.code) == (502, "transfer_not_finished")

    deployment.look_at_offers()

    [made] = centre.open_tasks("transferredFrom", original)
    assert centre.holder_of(made.sid) == "dev"
    assert centre.workspace.task(original).status is TaskStatus.COMPLETED


@pytest.mark.parametrize("kind", KINDS)
def test_an_original_that_another_client_completes_ends_a_chats_transfer_only(
    deployment: Deployment, kind: str
) -> None:
    """It is noticed after the creation, and a chat's new task is cancelled."""
    centre = deployment.twilio.centre
    original = centre.tasks[kind]
    reads = READS + (kind == "conversation")  # its participants
    with before(deployment, CREATION[kind], reads, lambda: centre.complete(original)):
        answer = deployment.transfer(kind, centre.workers["dev"])
    if kind == "chat":
        assert (answer.status, answer.code) == (409, "task_ended")
        assert "agentRejoined" not in answer.body
        assert not centre.open_tasks("transferredFrom", original)
    else:  # closing a participant that is closed already succeeds
        assert answer.status == 200


@pytest.mark.parametrize("listed", [True, False], ids=["closed are listed", "not listed"])
def test_a_conversation_that_its_agent_left_is_transferred_where_closed_are_listed(
    deployment: Deployment, listed: bool
) -> None:
    """The agent leaves before the participants are read, and the customer waits."""
    centre = deployment.twilio.centre
    centre.account.settings.lists_closed_participants = listed
    original = centre.tasks["conversation"]
    with before(deployment, "/Participants$", READS, lambda: centre.complete(original)):
        answer = deployment.transfer("conversation", centre.workers["dev"])
    if listed:
        assert answer.status == 200, answer.text
    else:
        assert (answer.status, answer.code) == (409, "task_ended")
        assert "agentRejoined" not in answer.body


def test_an_attribute_written_meanwhile_survives_a_transfer(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    original = centre.tasks["chat"]

    def note() -> None:
        centre.set_attributes(original, note="written meanwhile")

    with before(deployment, "/Tasks$", READS, note):
        answer = deployment.transfer("chat", centre.workers["dev"])
    assert answer.status == 200
    assert centre.attributes(original)["note"] == "written meanwhile"
    assert "channelSid" not in centre.attributes(original)


def test_an_attribute_written_meanwhile_survives_an_undo(deployment: Deployment) -> None:
    """It is written after the channel was removed; the completion fails."""
    centre = deployment.twilio.centre
    original = centre.tasks["chat"]
    channel_sid = centre.attributes(original)["channelSid"]

    def note() -> None:
        while "channelSid" in centre.attributes(original):
            time.sleep(0.002)
        centre.set_attributes(original, note="written meanwhile")

    # The second to the fifth write are the attempts to complete; the sixth restores.
    path = f"/Tasks/{original}$"
    deployment.twilio.faults.silence(0.05, method="POST", path=path, nth=2, times=4)
    with under_way(note):
        answer = deployment.transfer("chat", centre.workers["dev"])

    assert (answer.status, answer.body["rolledBack"]) == (502, True)
    attributes = centre.attributes(original)
    assert attributes["note"] == "written meanwhile"
    assert attributes["channelSid"] == channel_sid
    assert centre.workspace.task(original).status is TaskStatus.ASSIGNED


def test_a_channel_that_a_browser_restores_is_removed_again(deployment: Deployment) -> None:
    """It read the task before the channel was removed, and writes without If-Match."""
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


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_request_that_waited_sees_what_the_first_has_done(
    deployment: Deployment, kind: str
) -> None:
    """The first completes the original, gets no answer to that, and cannot read it any more."""
    centre, faults = deployment.twilio.centre, deployment.twilio.faults
    case = served(centre, centre.tasks[kind])
    last = last_path(kind, case.task_sid)
    faults.latency(1.2, method="POST", path=CREATION[kind], times=1)
    faults.close(method="POST", path=last, takes_effect=True, nth=2 - (kind != "chat"), times=4)
    faults.status(500, method="GET", path=other_tasks(case.task_sid), nth=2, times=4)

    answers = both(deployment, case.task_sid, centre.workers["dev"])

    assert "200" in answers, answers
    assert [task.sid for task in case.leading_to_customer()] == [answers["200"]]
    assert centre.workspace.task(case.task_sid).status is TaskStatus.COMPLETED


def both(deployment: Deployment, task_sid: str, target_sid: str) -> dict[str, str]:
    """Send a request twice, the second 0.6 s later; give SIDs and codes by status."""
    runtime = deployment.transfer_chat.runtime()
    request = TransferRequest(
        task_sid, Target(target_sid), deployment.twilio.centre.token_of("ana")
    )
    answers: dict[str, str] = {}

    def send() -> None:
        try:
            context = Context(25)
            budget = Budget.of_invocation(context.get_remaining_time_in_millis())
            table = runtime.table(context)
            answers["200"] = transfer(request, table, lambda: runtime.twilio(budget)).task_sid
        except Problem as problem:
            answers[str(int(problem.status))] = problem.code

    with ThreadPoolExecutor(2) as pool:
        for _ in range(2):
            pool.submit(send)
            time.sleep(0.6)
    return answers
