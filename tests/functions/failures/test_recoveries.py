"""A transfer cut off after any of its calls, and a call of the next request spoiled too.

`test_kills` kills real processes and lets the next request go well; `test_faults` spoils a first
request. Here both go wrong, in this process: what was cut off sends no call any more.
"""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from chat_transfer.twilio import retries
from local.twilio.faults import Faults
from tests.functions.conftest import Aws, Deployment, deployed, wait_shortly
from tests.functions.cutting import cut_off_after
from tests.functions.lambda_events import Answer
from tests.functions.locks import let_locks_run_out
from tests.functions.recording import KINDS, Call, from_creation_on
from tests.functions.served import Served, served
from tests.sampling import examples

# About as many as a recovery makes.
CALLS = 18

FAULTS: dict[str, Callable[[Faults, dict[str, Any]], None]] = {
    "500": lambda faults, rule: faults.status(500, **rule),
    "closed before": lambda faults, rule: faults.close(**rule),
    "closed after it took effect": lambda faults, rule: faults.close(takes_effect=True, **rule),
}


@pytest.fixture(scope="module")
def cuts() -> list[tuple[str, Call]]:
    """Where a transfer is cut off, by kind; a warm function knows Flex's configuration."""
    calls = [(kind, call) for kind in KINDS for call in from_creation_on(kind)]
    return [(kind, call) for kind, call in calls if not call.path.endswith("/Configuration")]


@pytest.fixture(scope="module")
def running(
    aws: Aws,
    cuts: list[tuple[str, Call]],  # noqa: ARG001 - a deployment of their own, before this one
) -> Iterator[Deployment]:
    """One deployment for all cases: each has a task of its own."""
    with deployed(aws) as deployment, pytest.MonkeyPatch.context() as patch:
        wait_shortly(patch)
        yield deployment


def is_elsewhere(answer: Answer) -> bool:
    """Whether the transfer that was cut off had been made, and its target is not this one's."""
    return answer.body.get("code") == "transferred_elsewhere"


def assert_told_the_truth(case: Served, answer: Answer) -> None:
    """Check that the customer is served, and that an answer that is sure of itself is right."""
    assert case.leading_to_customer(), answer.text
    is_sure = answer.status == HTTPStatus.OK or answer.body.get("rolledBack") is not False
    if is_sure and not is_elsewhere(answer):
        case.assert_customer_is_served(answer)


@pytest.mark.timeout(900)
def test_recoveries_that_are_spoiled(
    running: Deployment, aws: Aws, cuts: list[tuple[str, Call]]
) -> None:
    """The customer is served after each request, and the last one, which goes well, succeeds."""
    centre, faults = running.twilio.centre, running.twilio.faults

    @given(
        cut=st.sampled_from(cuts),
        number=st.integers(1, CALLS),
        fault=st.sampled_from(sorted(FAULTS)),
        target=st.sampled_from(["dev", "carla"]),
    )
    @settings(max_examples=examples(15), deadline=None)
    def spoil(cut: tuple[str, Call], number: int, fault: str, target: str) -> None:
        kind, call = cut
        note(f"cut off after {kind} {call}")
        case = served(centre, KINDS[kind](centre))
        cut_off_after(running, call, case.task_sid)
        assert case.leading_to_customer()
        let_locks_run_out(aws)

        FAULTS[fault](faults, {"nth": number, "times": retries.ATTEMPTS})
        spoiled = running.transfer(case.task_sid, centre.workers[target])
        faults.clear()
        assert_told_the_truth(case, spoiled)

        answer = running.transfer(case.task_sid, centre.workers[target])
        assert_told_the_truth(case, answer)
        made = answer.status == HTTPStatus.OK
        assert made or (target != "dev" and is_elsewhere(answer)), answer.text

    spoil()
