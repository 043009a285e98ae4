"""Every Twilio call of a healthy transfer, spoiled in every way, for both kinds of task.

Whatever happens, the customer is served: there is an open task with the channel, or an agent in the
conversation. The answer says what is true, and the same request again succeeds.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from chat_transfer import retries
from local.twilio.faults import Faults
from local.twilio.journal import Entry
from tests.functions.conftest import Aws, Deployment, deployed, moto
from tests.functions.served import Served, served

SID = "[A-Z]{2}[0-9a-f]{32}"
KINDS = ("chat", "conversation")


@dataclass(frozen=True, slots=True, order=True)
class Call:
    """A call of a healthy transfer: which of those with its method and path it is."""

    method: str
    path: str
    nth: int

    @property
    def rule(self) -> dict[str, Any]:
        """What befalls this call, and where it goes on, its like after it."""
        return {"method": self.method, "path": f"^{self.path}$", "nth": self.nth}

    def __str__(self) -> str:
        return f"{self.method} {self.path.replace(SID, '*')} {self.nth}"


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


@cache
def healthy_calls(kind: str) -> tuple[Call, ...]:
    """Record the calls of a transfer that goes well."""
    with moto() as aws, deployed(aws) as deployment:
        answer = deployment.transfer(kind, deployment.twilio.centre.workers["dev"])
        assert answer.status == 200
        return tuple(sorted(_calls(deployment.twilio.journal)))


def _calls(journal: Iterator[Entry] | Any) -> Iterator[Call]:
    seen: Counter[tuple[str, str]] = Counter()
    for entry in journal:
        like = (entry.method, re.sub(SID, SID, entry.path))
        seen[like] += 1
        yield Call(*like, seen[like])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "call" in metafunc.fixturenames:
        cases = [(kind, call) for kind in KINDS for call in healthy_calls(kind)]
        metafunc.parametrize(("kind", "call"), cases, ids=[f"{k} {c}" for k, c in cases])


@pytest.fixture(scope="module")
def running(aws: Aws) -> Iterator[Deployment]:
    """One deployment for all cases: each has a task of its own."""
    with deployed(aws) as deployment, pytest.MonkeyPatch.context() as patch:
        patch.setattr(retries, "FIRST_WAIT_SECONDS", 0.01)
        yield deployment


@pytest.fixture
def case(running: Deployment, kind: str) -> Iterator[Served]:
    """A task of Ana's, which is to go to Dev."""
    centre = running.twilio.centre
    make = {"chat": centre.chat_task, "conversation": centre.conversation_task}[kind]
    running.seconds = 29.0
    yield served(centre, make())
    running.twilio.faults.clear()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_spoiled_call(running: Deployment, case: Served, call: Call, fault: str) -> None:
    dev = running.twilio.centre.workers["dev"]
    if fault == "no answer":
        running.seconds = 3.0
    FAULTS[fault](running.twilio.faults, call)

    answer = running.transfer(case.task_sid, dev)

    case.assert_customer_is_served(answer)
    assert answer.status in {200, 409, 502, 503, 504}, answer.text
    if fault in {"500 once", "429 once", "closed before", "closed after it took effect"}:
        assert answer.status == 200, answer.text

    running.twilio.faults.clear()
    running.seconds = 29.0
    again = running.transfer(case.task_sid, dev)

    assert again.status == 200, again.text
    case.assert_customer_is_served(again)


def test_the_cases_are_those_of_a_healthy_transfer(running: Deployment) -> None:
    """What is recorded is what the design says: a check of the recording."""
    del running
    assert len(healthy_calls("chat")) == 8
    assert len(healthy_calls("conversation")) == 8
