"""Every Twilio call of a healthy transfer, spoiled in every way, for both kinds of task.

Whatever happens, the customer is served: there is an open task with the channel, or an agent in the
conversation. The answer says what is true, and the same request again succeeds.
"""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from local.twilio.faults import Faults
from tests.functions.conftest import Aws, Deployment, deployed, wait_shortly
from tests.functions.recording import KINDS, Call, cases
from tests.functions.served import Served, served

FAULTS: dict[str, Callable[[Faults, Call], None]] = {
    "500 once": lambda faults, call: faults.status(500, **call.rule),
    "500 always": lambda faults, call: faults.status(500, times=None, **call.rule),
    "429 once": lambda faults, call: faults.status(429, **call.rule),
    "429 always": lambda faults, call: faults.status(429, times=None, **call.rule),
    "closed before": lambda faults, call: faults.close(**call.rule),
    "closed before, always": lambda faults, call: faults.close(times=None, **call.rule),
    "closed after it took effect": lambda faults, call: faults.close(
        takes_effect=True, **call.rule
    ),
    "closed after it took effect, always": lambda faults, call: faults.close(
        takes_effect=True, times=None, **call.rule
    ),
    "no answer": lambda faults, call: faults.silence(60, times=None, **call.rule),
    "412": lambda faults, call: faults.status(412, **call.rule),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "call" in metafunc.fixturenames:
        metafunc.parametrize(("kind", "call"), cases(), ids=str)


@pytest.fixture(scope="module")
def running(aws: Aws) -> Iterator[Deployment]:
    """One deployment for all cases: each has a task of its own."""
    with deployed(aws) as deployment, pytest.MonkeyPatch.context() as patch:
        wait_shortly(patch)
        yield deployment


@pytest.fixture
def case(running: Deployment, kind: str) -> Iterator[Served]:
    """A task of Ana's, which is to go to Dev."""
    centre = running.twilio.centre
    running.seconds = 29.0
    yield served(centre, KINDS[kind](centre))
    running.twilio.faults.clear()


@pytest.mark.sampled(60)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_spoiled_call(running: Deployment, case: Served, call: Call, fault: str) -> None:
    dev = running.twilio.centre.workers["dev"]
    if fault == "no answer":
        running.seconds = 2.2
    FAULTS[fault](running.twilio.faults, call)

    answer = running.transfer(case.task_sid, dev)

    case.assert_customer_is_served(answer)
    assert answer.status in {200, 409, 502, 503, 504}, answer.text
    is_in_doubt = call.creates and fault in {"500 once", "closed before"}
    if is_in_doubt:
        assert (answer.status, answer.body["rolledBack"]) == (502, False)
    elif fault in {"500 once", "429 once", "closed before", "closed after it took effect"}:
        assert answer.status == 200, answer.text

    running.twilio.faults.clear()
    running.seconds = 29.0
    again = running.transfer(case.task_sid, dev)

    assert again.status == 200, again.text
    case.assert_customer_is_served(again)


def test_the_recording_found_the_calls_that_the_order_of_a_transfer_names() -> None:
    made = [f"{kind} {call}" for kind, call in cases() if call.creates]
    assert len(made) == len(KINDS)
    # Both: token, task, reservations, target, workflow, creation. A chat: detach, complete, where
    # the chat is, leave it. A conversation: participants, invites, close. A warm function knows the
    # workflow, and where the chat is.
    assert Counter(kind for kind, _ in cases()) == {"chat": 10, "conversation": 9}
