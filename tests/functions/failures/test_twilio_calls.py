"""Each Twilio call of a healthy transfer, failing in every way, for both kinds of task.

In each case the customer is served: there is an open task with the channel, or an agent in the
conversation. The answer says what is true, and the same request again succeeds.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.functions.conftest import Deployment
from tests.functions.failures.twilio_faults import FAULTS, fail
from tests.functions.recording import KINDS, Call, cases
from tests.functions.served import Served, served


@pytest.fixture
def case(running: Deployment, kind: str) -> Iterator[Served]:
    """A customer whom Ana serves, and who is transferred to Dev."""
    centre = running.twilio.centre
    running.seconds = 29.0
    yield served(centre, KINDS[kind](centre))
    running.twilio.faults.clear()


@pytest.mark.sampled(50)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("kind", "call"), cases(), ids=str)
def test_a_customer_is_served_where_a_call_to_twilio_fails(
    running: Deployment, case: Served, call: Call, fault: str
) -> None:
    dev = running.twilio.centre.workers["dev"]
    if fault == "no answer":
        running.seconds = 2.2
    fail(running, call, FAULTS[fault])

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


def test_a_healthy_transfer_makes_ten_calls() -> None:
    made = [f"{kind} {call}" for kind, call in cases() if call.creates]
    assert len(made) == len(KINDS)
    # Both: token, task, reservations, target, workflow, creation. A chat: detach, complete, where
    # the chat is, leave it. A conversation: participants, invites, close, whether it is open.
    # A warm function knows the workflow, and where the chat is.
    assert Counter(kind for kind, _ in cases()) == {"chat": 10, "conversation": 10}
