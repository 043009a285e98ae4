"""A request that is refused: its answer, and the proof that it changed nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from tests.functions.conftest import Deployment
from tests.functions.lambda_events import Answer
from twilio_emulator.centre import ContactCentre

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


@contextmanager
def unchanged(centre: ContactCentre) -> Iterator[None]:
    """Fail when a task, a reservation or a participant is not as it was before."""
    before = _state(centre)
    yield
    assert _state(centre) == before


def _state(centre: ContactCentre) -> object:
    with centre.account.lock:
        tables, flex = centre.workspace.tables, centre.account.flex
        return deepcopy((tables.tasks, tables.reservations, flex.participants, flex.chat_channels))
