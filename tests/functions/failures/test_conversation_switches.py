"""A conversation while a call fails, and each behaviour that Twilio's documentation allows."""

import pytest

from tests.functions.conftest import Deployment
from tests.functions.failures.switches import Case, assert_customer_keeps_a_task, matrix
from tests.functions.served import Served


@pytest.mark.sampled(15)
@pytest.mark.parametrize("case", matrix("conversation"), ids=str)
def test_a_conversation_keeps_an_open_task_where_a_call_fails(
    running: Deployment, case: Case, customer: Served, forger: str
) -> None:
    assert_customer_keeps_a_task(running, case, customer, forger)
