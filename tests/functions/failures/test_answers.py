"""What the answer says after a failure: its status and code, and whether something is left."""

import pytest

from chat_transfer.transfer.answers import answer_to
from chat_transfer.twilio.failures import (
    CredentialsRefused,
    NoAnswer,
    OutOfTime,
    RateLimited,
    Refused,
    ServerFailed,
    TwilioFailure,
    Unreachable,
)
from tests.functions.conftest import Deployment
from tests.functions.cutting import lose_creation
from tests.functions.lambda_events import http_event

pytestmark = pytest.mark.usefixtures("short_waits")


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (RateLimited(2.1), 503, "twilio_rate_limited"),
        (OutOfTime(), 504, "out_of_time"),
        (NoAnswer(), 504, "out_of_time"),
        (CredentialsRefused(), 502, "twilio_credentials"),
        (Refused(400, 20001), 502, "twilio_refused"),
        (ServerFailed(), 502, "twilio_failed"),
        (Unreachable(may_have_happened=True), 502, "twilio_failed"),
    ],
)
@pytest.mark.parametrize("rolled_back", [True, False, None])
def test_each_failure_has_its_status_and_code(
    failure: TwilioFailure, status: int, code: str, rolled_back: bool | None
) -> None:
    problem = answer_to(failure, rolled_back=rolled_back)
    assert (problem.status, problem.code) == (status, code)
    assert problem.as_body().get("rolledBack") is rolled_back
    assert ("same request again" in problem.detail) is (rolled_back is False)


@pytest.mark.parametrize(("header", "answered"), [(2.1, 3), (None, 5), (0.0, 5)])
def test_the_answer_to_a_rate_limit_always_has_retry_after(
    header: float | None, answered: int
) -> None:
    assert answer_to(RateLimited(header), rolled_back=True).retry_after == answered


@pytest.mark.parametrize("path", ["/transfers", "/transfer-targets", "/events", "/nowhere"])
def test_each_problem_has_the_id_of_its_request(deployment: Deployment, path: str) -> None:
    event = http_event("POST" if path == "/events" else "GET", path)

    answer = deployment.invoke(event)

    assert answer.status >= 400
    assert answer.body["requestId"] == event["requestContext"]["requestId"]


def test_a_failure_after_a_success_is_not_rolled_back(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    first = deployment.transfer("chat", centre.workers["dev"])
    deployment.twilio.faults.status(500, path="/Tokens/validate", times=None)
    assert deployment.transfer("chat", centre.workers["dev"]).body["rolledBack"] is False
    deployment.twilio.faults.clear()
    assert deployment.transfer("chat", centre.workers["dev"]).body == first.body


@pytest.mark.parametrize("path", ["/Tokens/validate", r"/Tasks/WT[0-9a-f]{32}$"])
def test_a_failure_of_the_next_request_does_not_hide_what_the_first_left(
    deployment: Deployment, path: str
) -> None:
    centre = deployment.twilio.centre
    lose_creation(deployment.twilio.faults)
    assert deployment.transfer("chat", centre.workers["dev"]).body["rolledBack"] is False
    deployment.twilio.faults.clear()
    deployment.twilio.faults.status(500, path=path, times=None)
    assert deployment.transfer("chat", centre.workers["dev"]).body["rolledBack"] is False
