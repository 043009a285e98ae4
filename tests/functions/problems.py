"""A request that is refused: what it is made from, and how its answer is checked."""

from typing import Any

from tests.functions.conftest import Deployment
from tests.functions.lambda_events import Answer

UNKNOWN = "f" * 32


ANA = "ana_40example_2Ecom"


def assert_problem(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.code) == (status, code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["status"] == status
    assert answer.body["title"]
    assert answer.body["detail"].endswith((".", "token"))
    assert "Traceback" not in answer.text


def valid(deployment: Deployment) -> dict[str, Any]:
    centre = deployment.twilio.centre
    return {
        "Token": centre.token_of("ana"),
        "taskSid": centre.tasks["chat"],
        "targetSid": centre.workers["dev"],
    }
