"""Retries and waits end with the request's time, of which a part is kept for an undo."""

import time
from typing import Any

import pytest

from chat_transfer.twilio.failures import RateLimited, Refused, TwilioFailure
from chat_transfer.twilio.retries import Budget, RetryPolicy
from tests.functions.conftest import Deployment
from tests.functions.lambda_events import Answer
from tests.functions.recording import CLOSE, CREATION, KINDS
from tests.functions.served import served

pytestmark = pytest.mark.usefixtures("short_waits")


class Clock:
    """A time that stands still."""

    now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.mark.parametrize(
    ("remaining_ms", "forward", "in_all"),
    [(60_000, 20.0, 28.0), (29_000, 20.0, 28.0), (10_500, 5.7, 9.5), (900, 0.0, 0.0)],
)
def test_a_budget_keeps_time_for_an_undo(remaining_ms: int, forward: float, in_all: float) -> None:
    budget = Budget.of_invocation(remaining_ms, Clock())
    assert budget.remaining() == pytest.approx(forward)
    budget.use_all()
    assert budget.remaining() == pytest.approx(in_all)


@pytest.mark.parametrize(
    "failure", [RateLimited(60.0), Refused(400)], ids=["a wait beyond the budget", "a refusal"]
)
def test_a_call_is_sent_once_where_a_retry_cannot_help(failure: TwilioFailure) -> None:
    sent: list[None] = []

    def refuse() -> None:
        sent.append(None)
        raise failure

    with pytest.raises(type(failure)):
        RetryPolicy(Budget.of_invocation(29_000, Clock())).call(refuse)
    assert len(sent) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_call_is_sent_again_after_the_time_of_retry_after(
    deployment: Deployment, kind: str
) -> None:
    deployment.twilio.faults.status(429, method="POST", path=CREATION[kind], retry_after=1)
    began = time.monotonic()
    assert deployment.transfer(kind, deployment.twilio.centre.workers["dev"]).status == 200
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_retry_after_beyond_the_budget_is_passed_on_to_the_caller(
    deployment: Deployment, kind: str
) -> None:
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks[kind])
    deployment.twilio.faults.status(
        429, method="POST", path=CREATION[kind], retry_after=40, times=None
    )
    began = time.monotonic()
    answer = deployment.transfer(kind, centre.workers["dev"])
    assert time.monotonic() - began < 5
    assert (answer.status, answer.code) == (503, "twilio_rate_limited")
    assert answer.headers["Retry-After"] == "40"
    assert answer.body["rolledBack"] is True
    case.assert_customer_is_served(answer)


@pytest.mark.parametrize("kind", KINDS)
def test_a_transfer_that_runs_out_of_time_is_answered(deployment: Deployment, kind: str) -> None:
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks[kind])

    answer = silent(deployment, kind, method="GET", path="/Workflows/")

    assert (answer.status, answer.code) == (504, "out_of_time")
    assert (answer.body["rolledBack"], answer.body["agentRejoined"]) == (True, True)
    case.assert_customer_is_served(answer)


def test_a_transfer_whose_close_is_silent_is_answered(deployment: Deployment) -> None:
    """A late close takes effect, so nothing is undone."""
    centre = deployment.twilio.centre
    case = served(centre, centre.tasks["conversation"])

    answer = silent(deployment, "conversation", **CLOSE.rule)

    assert (answer.status, answer.code) == (502, "transfer_not_finished")
    assert answer.body["rolledBack"] is False
    case.assert_customer_is_served(answer)


def silent(deployment: Deployment, kind: str, **rule: Any) -> Answer:
    """Transfer a task while some calls are not answered; check that it ends in time."""
    deployment.twilio.faults.silence(60, **{"times": None, **rule})
    deployment.seconds = 5.0
    began = time.monotonic()
    answer = deployment.transfer(kind, deployment.twilio.centre.workers["dev"])
    assert time.monotonic() - began < 6.0
    return answer
