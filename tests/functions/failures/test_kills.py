"""The function is killed after a Twilio call of a transfer, and the same request again succeeds.

A process of its own gets a SIGKILL; the table that outlives it is in the emulated AWS.
"""

import json
import multiprocessing
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.aws import emulated_aws
from tests.functions.conftest import Aws, Deployment, clients
from tests.functions.lambda_process import handle
from tests.functions.locks import let_locks_run_out
from tests.functions.recording import CALLS, CASES, KINDS, Call
from tests.functions.served import served

LIFE_SECONDS = 25.0  # of the function, as it is deployed by default

PROCESSES = multiprocessing.get_context("forkserver")
# PYTHONPATH is set below: Python 3.11's fork server loads these before it has `sys.path`.
PROCESSES.set_forkserver_preload(["transfer_chat", "tests.functions.lambda_process"])
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    """An AWS that is a process of its own."""
    with emulated_aws() as running, pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", running.endpoint_url)
        environment.setenv("AWS_DEFAULT_REGION", running.region)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "test")
        environment.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "functions"), str(ROOT)]))
        environment.setattr(boto3, "DEFAULT_SESSION", None)  # it would keep moto's credentials
        yield clients()


@pytest.mark.sampled(6)
@pytest.mark.parametrize(("kind", "call"), CASES, ids=str)
def test_the_same_request_succeeds_after_the_function_was_killed(
    running: Deployment, aws: Aws, kind: str, call: Call
) -> None:
    centre = running.twilio.centre
    case = served(centre, KINDS[kind](centre))
    kill_after(running, call, running.transfer_event(case.task_sid, centre.workers["dev"]))
    assert case.leading_to_customer(), "the customer has no task"
    let_locks_run_out(aws)

    again = running.transfer(case.task_sid, centre.workers["dev"])

    assert again.status == 200, again.text
    case.assert_customer_is_served(again)


@pytest.mark.parametrize("kind", KINDS)
def test_another_target_is_409_until_the_lock_of_the_killed_function_has_ended(
    running: Deployment, aws: Aws, kind: str
) -> None:
    """After that, what the killed attempt left is undone first, or finished."""
    centre = running.twilio.centre
    case = served(centre, KINDS[kind](centre))
    creation = next(call for call in CALLS[kind] if call.creates)
    kill_after(running, creation, running.transfer_event(case.task_sid, centre.workers["dev"]))
    assert len(case.leading_to_customer()) == 2

    assert running.transfer(case.task_sid, centre.workers["carla"]).status == 409
    let_locks_run_out(aws)
    answer = running.transfer(case.task_sid, centre.workers["carla"])

    target_sid = centre.workers["carla" if kind == "chat" else "dev"]
    if kind == "chat":
        assert answer.status == 200, answer.text
        case.assert_customer_is_served(answer)
    else:  # the agent's participant may have been closed, so the first transfer is finished
        assert (answer.status, answer.code) == (409, "transferred_elsewhere")
    [made] = case.leading_to_customer()
    assert made.attribute("targetSid") == target_sid


def kill_after(running: Deployment, call: Call, event: dict[str, Any]) -> None:
    """Run a request in a process of its own, and kill that as soon as a call took effect."""
    running.twilio.journal.clear()
    running.twilio.faults.silence(60, takes_effect=True, **call.rule)
    process = PROCESSES.Process(
        target=handle, args=(dict(os.environ), json.dumps(event), LIFE_SECONDS)
    )
    process.start()
    try:
        deadline = time.monotonic() + 20
        while not _has_arrived(running, call):
            assert process.is_alive(), "the transfer ended before the call"
            assert time.monotonic() < deadline, f"no {call}"
            time.sleep(0.005)
    finally:
        process.kill()
        process.join()
        running.twilio.faults.clear()


def _has_arrived(running: Deployment, call: Call) -> bool:
    """Whether the call was carried out; its entry gets the fault's name only at its end."""
    like = running.twilio.journal.matching(call.method, f"^{call.path}$")
    return len(like) >= call.nth
