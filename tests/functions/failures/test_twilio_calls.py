"""Each Twilio call of a healthy transfer, failing in every way, for both kinds of task.

In each case the customer is served: there is an open task with the channel, or an agent in the
conversation. The answer says what is true, and the same request again succeeds.
"""

from collections.abc import Iterator

import pytest

from tests.functions.conftest import Deployment
from tests.functions.failures.twilio_faults import FAULTS, fail
from tests.functions.recording import CALLS, CASES, KINDS, Call, recorded
from tests.functions.served import Served, served


@pytest.fixture
def case(running: Deployment, kind: str) -> Iterator[Served]:
    """A customer whom Ana serves, and who is transferred to Dev."""
    centre = running.twilio.centre
    running.seconds = 29.0
    yield served(centre, KINDS[kind](centre))
    running.twilio.faults.clear()


@pytest.mark.sampled(24)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("kind", "call"), CASES, ids=str)
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


@pytest.mark.parametrize("kind", KINDS)
def test_a_healthy_transfer_makes_these_calls(deployment: Deployment, kind: str) -> None:
    centre = deployment.twilio.centre

    answer = deployment.transfer(KINDS[kind](centre), centre.workers["dev"])

    assert answer.status == 200, answer.text
    assert recorded(deployment.twilio.journal) == tuple(sorted(CALLS[kind]))
