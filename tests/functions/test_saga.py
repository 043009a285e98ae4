"""What happens to a transfer while others act on the same task, and when time runs out."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from local.twilio.taskrouter.model import TaskStatus
from tests.functions.conftest import Deployment
from tests.functions.served import served

KINDS = ["chat", "conversation"]
READS = 5  # token, task, reservations, target, workflow
# The call that lets go of the original: it is what a fault has to befall for the last step to fail.
LEAVING = {"chat": "/Tasks/TASK$", "conversation": "/Participants/UT[0-9a-f]{32}$"}


pytestmark = pytest.mark.usefixtures("short_waits")


@contextmanager
def meanwhile(
    deployment: Deployment, task_sid: str, act: Callable[[str], object]
) -> Iterator[None]:
    """Act as soon as the new task is there; `act` gets its SID."""
    centre = deployment.twilio.centre

    def watch() -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for task in centre.open_tasks("transferredFrom", task_sid):
                act(task.sid)
                return
            time.sleep(0.005)

    thread = threading.Thread(target=watch)
    thread.start()
    yield
    thread.join()


@pytest.mark.parametrize("kind", KINDS)
def test_an_accepted_transfer_is_carried_forward_never_back(
    deployment: Deployment, kind: str
) -> None:
    centre = deployment.twilio.centre
    original = centre.tasks[kind]
    path = LEAVING[kind].replace("TASK", original)
    deployment.twilio.faults.silence(0.1, method="POST", path=path, times=None)

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


@pytest.mark.parametrize("kind", KINDS)
def test_accepted_while_a_step_fails_for_a_moment(deployment: Deployment, kind: str) -> None:
    centre = deployment.twilio.centre
    original = centre.tasks[kind]
    path = LEAVING[kind].replace("TASK", original)
    deployment.twilio.faults.silence(0.1, method="POST", path=path, times=4)
    with meanwhile(deployment, original, centre.accept):
        answer = deployment.transfer(kind, centre.workers["dev"])
    assert answer.status == 200
    assert centre.holder_of(answer.body["taskSid"]) == "dev"
    assert centre.workspace.task(original).status is TaskStatus.COMPLETED


@pytest.mark.parametrize("kind", KINDS)
def test_the_original_is_completed_by_somebody_else(deployment: Deployment, kind: str) -> None:
    """At the first step after the creation; the new task is taken back."""
    centre = deployment.twilio.centre
    original = centre.tasks[kind]
    create = {"chat": ("/Tasks$", READS), "conversation": ("/Invites$", READS + 1)}[kind]
    with before(deployment, *create, lambda: centre.complete(original)):
        answer = deployment.transfer(kind, centre.workers["dev"])
    if kind == "chat":
        assert (answer.status, answer.code) == (409, "task_ended")
        assert "agentRejoined" not in answer.body
        assert not centre.open_tasks("transferredFrom", original)
    else:  # closing a participant who has left already is done
        assert answer.status == 200


@pytest.mark.parametrize("listed", [True, False], ids=["closed are listed", "not listed"])
def test_a_conversation_that_is_left_before_its_participants_are_read(
    deployment: Deployment, listed: bool
) -> None:
    """The conversation goes on without an agent, so where it can be told too late, it is done."""
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


@contextmanager
def before(
    deployment: Deployment, delayed: str, reads: int, act: Callable[[], None]
) -> Iterator[None]:
    """Act after so many reads, while the call after them is under way; it takes effect later.

    However slow the machine is, what was read counts as fresh: it is not read again after the act.
    """
    deployment.twilio.faults.latency(0.5, path=delayed)

    def watch() -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            read = {entry.path for entry in deployment.twilio.journal if entry.status == 200}
            if len(read) >= reads:
                act()
                return
            time.sleep(0.005)

    thread = threading.Thread(target=watch)
    thread.start()
    yield
    thread.join()


def test_what_others_write_in_between_survives_a_transfer(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    original = centre.tasks["chat"]

    def note() -> None:
        centre.set_attributes(original, note="written in between")

    with before(deployment, "/Tasks$", READS, note):
        answer = deployment.transfer("chat", centre.workers["dev"])
    assert answer.status == 200
    assert centre.attributes(original)["note"] == "written in between"
    assert "channelSid" not in centre.attributes(original)


def test_what_others_write_in_between_survives_an_undo(deployment: Deployment) -> None:
    """The channel is taken off, somebody writes, the completion fails for good."""
    centre = deployment.twilio.centre
    original = centre.tasks["chat"]
    channel_sid = centre.attributes(original)["channelSid"]

    def note() -> None:
        while "channelSid" in centre.attributes(original):
            time.sleep(0.002)
        centre.set_attributes(original, note="written in between")

    # The second to the fifth write are the attempts to complete; the sixth restores.
    path = f"/Tasks/{original}$"
    deployment.twilio.faults.silence(0.05, method="POST", path=path, nth=2, times=4)
    thread = threading.Thread(target=note)
    thread.start()
    answer = deployment.transfer("chat", centre.workers["dev"])
    thread.join()

    assert (answer.status, answer.body["rolledBack"]) == (502, True)
    attributes = centre.attributes(original)
    assert attributes["note"] == "written in between"
    assert attributes["channelSid"] == channel_sid
    assert centre.workspace.task(original).status is TaskStatus.ASSIGNED


@pytest.mark.parametrize("kind", KINDS)
def test_retry_after_is_honoured(deployment: Deployment, kind: str) -> None:
    create = "/Tasks$" if kind == "chat" else "/Invites$"
    deployment.twilio.faults.status(429, method="POST", path=create, retry_after=1)
    began = time.monotonic()
    assert deployment.transfer(kind, deployment.twilio.centre.workers["dev"]).status == 200
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_wait_that_is_too_long_is_left_to_the_caller(deployment: Deployment, kind: str) -> None:
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks[kind])
    create = "/Tasks$" if kind == "chat" else "/Invites$"
    deployment.twilio.faults.status(429, method="POST", path=create, retry_after=40, times=None)
    began = time.monotonic()
    answer = deployment.transfer(kind, centre.workers["dev"])
    assert time.monotonic() - began < 5
    assert (answer.status, answer.code) == (503, "twilio_rate_limited")
    assert answer.headers["Retry-After"] == "40"
    assert answer.body["rolledBack"] is True
    case.assert_customer_is_served(answer)


@pytest.mark.parametrize("kind", KINDS)
def test_out_of_time_is_an_undo_and_an_answer(deployment: Deployment, kind: str) -> None:
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks[kind])
    path = LEAVING[kind].replace("TASK", case.task_sid)
    deployment.twilio.faults.silence(60, method="POST", path=path, times=None)
    deployment.seconds = 4.0
    began = time.monotonic()
    answer = deployment.transfer(kind, centre.workers["dev"])
    assert time.monotonic() - began < 4.0
    # A task that is written late is refused by its ETag; a participant is closed whenever it is.
    if kind == "chat":
        assert (answer.status, answer.code) == (504, "out_of_time")
        assert (answer.body["rolledBack"], answer.body["agentRejoined"]) == (True, True)
    else:
        assert (answer.status, answer.code) == (502, "transfer_not_finished")
        assert answer.body["rolledBack"] is False
    case.assert_customer_is_served(answer)


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("path", ["/Tokens/validate", "/Tasks/WT", "/Workflows/"])
def test_credentials_that_twilio_refuses(deployment: Deployment, path: str, status: int) -> None:
    """A plugin would read 401 as its own token's fault."""
    deployment.twilio.faults.status(status, path=path, times=None)
    answer = deployment.transfer("chat", deployment.twilio.centre.workers["dev"])
    assert (answer.status, answer.code) == (502, "twilio_credentials")


def test_a_rotated_secret_is_picked_up(
    deployment: Deployment, rotate: Callable[[Deployment, str], None]
) -> None:
    """The first request after the old token died fails, the next one reads the secret anew."""
    centre = deployment.twilio.centre
    token = centre.token_of("ana")
    assert deployment.list_workflows(token).status == 200
    rotate(deployment, "a new auth token")
    assert deployment.list_workflows(token).code == "twilio_credentials"
    assert deployment.list_workflows(token).status == 200


def test_nothing_secret_is_logged(
    deployment: Deployment, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    centre = deployment.twilio.centre
    caplog.set_level("DEBUG")
    deployment.transfer("sms", centre.workers["dev"])
    deployment.transfer("chat", "WK" + "f" * 32)
    deployment.twilio.faults.close(path="/Tasks$", times=None)
    deployment.transfer("chat", centre.workers["dev"])
    deployment.twilio.faults.status(401, times=None)
    deployment.transfer("conversation", centre.workers["dev"])
    printed = capfd.readouterr()
    everything = printed.out + printed.err + caplog.text
    assert "not transferred" in everything
    for secret in (centre.auth_token, centre.token_of("ana"), "Authorization"):
        assert secret not in everything
