"""A transfer that stops after any of its calls, and a failing call of the next request.

`test_kills` kills processes, and no call of the next request fails; in `test_twilio_calls` a call
of the first request fails. Here both happen, in one process.
"""

from dataclasses import replace
from http import HTTPStatus

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from chat_transfer.twilio import retries
from tests.functions.conftest import Aws, Deployment
from tests.functions.cutting import cut_off_after
from tests.functions.failures import twilio_faults
from tests.functions.lambda_events import Answer
from tests.functions.locks import let_locks_run_out
from tests.functions.recording import KINDS, Call, from_creation_on
from tests.functions.served import Served, served
from tests.sampling import examples

# About the number of calls of a recovery.
CALLS = 18

FAULTS = ("500 once", "closed before", "closed after it took effect")
# A warm function knows Flex's configuration.
CUTS = [
    (kind, call)
    for kind in KINDS
    for call in from_creation_on(kind)
    if not call.path.endswith("/Configuration")
]


def is_elsewhere(answer: Answer) -> bool:
    """Whether the transfer that stopped was finished, and this request names another target."""
    return answer.body.get("code") == "transferred_elsewhere"


def assert_told_the_truth(case: Served, answer: Answer) -> None:
    """Check that the customer is served, and the answer right unless it leaves that open."""
    assert case.leading_to_customer(), answer.text
    is_sure = answer.status == HTTPStatus.OK or answer.body.get("rolledBack") is not False
    if is_sure and not is_elsewhere(answer):
        case.assert_customer_is_served(answer)


@pytest.mark.timeout(900)
def test_a_customer_is_served_where_a_call_of_the_recovery_fails(
    running: Deployment, aws: Aws
) -> None:
    """Also after the last request, at which no call fails and which succeeds."""
    centre, faults = running.twilio.centre, running.twilio.faults

    @given(
        cut=st.sampled_from(CUTS),
        number=st.integers(1, CALLS),
        fault=st.sampled_from(FAULTS),
        target=st.sampled_from(["dev", "carla"]),
    )
    @settings(max_examples=examples(12), deadline=None)
    def recover(cut: tuple[str, Call], number: int, fault: str, target: str) -> None:
        kind, call = cut
        note(f"cut off after {kind} {call}")
        case = served(centre, KINDS[kind](centre))
        cut_off_after(running, call, case.task_sid)
        assert case.leading_to_customer()
        let_locks_run_out(aws)

        faults.add(replace(twilio_faults.FAULTS[fault], nth=number, times=retries.ATTEMPTS))
        second = running.transfer(case.task_sid, centre.workers[target])
        faults.clear()
        assert_told_the_truth(case, second)

        answer = running.transfer(case.task_sid, centre.workers[target])
        assert_told_the_truth(case, answer)
        made = answer.status == HTTPStatus.OK
        assert made or (target != "dev" and is_elsewhere(answer)), answer.text

    recover()
