"""Each call of a transfer to DynamoDB fails before or after it took effect, once or to the end.

As with Twilio's calls: the customer is served, the answer says what is true, and the same request
again succeeds, once the lock of the request that failed has ended.
"""

import pytest

from tests.functions.conftest import Aws, Deployment
from tests.functions.failures.table_faults import TableFaults
from tests.functions.locks import let_locks_run_out
from tests.functions.recording import KINDS
from tests.functions.served import served

# The pointer to the record, the lock, the creation that is sent, the new task, the end.
CALLS = ["GetItem", "UpdateItem", "TransactWriteItems", "TransactWriteItems", "UpdateItem"]
ENDING = 3


def test_a_transfer_makes_five_calls_to_the_table(running: Deployment, table: TableFaults) -> None:
    table.pass_all()

    assert running.transfer("chat", running.twilio.centre.workers["dev"]).status == 200

    assert table.called == CALLS


@pytest.mark.sampled(12)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lasts", ["once", "to the end"])
@pytest.mark.parametrize("lost", [False, True], ids=["refused", "unanswered"])
@pytest.mark.parametrize("nth", range(len(CALLS)))
def test_a_customer_is_served_where_a_call_to_the_table_fails(
    aws: Aws, running: Deployment, table: TableFaults, kind: str, lasts: str, lost: bool, nth: int
) -> None:
    centre = running.twilio.centre
    case = served(centre, KINDS[kind](centre))
    table.fail(nth, nth if lasts == "once" else 99, takes_effect=lost)

    answer = running.transfer(case.task_sid, centre.workers["dev"])

    case.assert_customer_is_served(answer)
    is_made = nth >= ENDING
    assert answer.status == (200 if is_made else 502), answer.text
    if not is_made:
        assert answer.code == "ledger_unavailable"
    table.pass_all()
    let_locks_run_out(aws)

    again = running.transfer(case.task_sid, centre.workers["dev"])

    assert again.status == 200, again.text
    case.assert_customer_is_served(again)
