"""Each call of a transfer to DynamoDB fails before or after it took effect, once or to the end.

As with Twilio's calls: the customer is served, the answer says what is true, and the same request
again succeeds, once the lock of the request that failed has ended.
"""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.retries.standard import ExponentialBackoff

from tests.functions.conftest import Aws, Deployment
from tests.functions.locks import let_locks_run_out
from tests.functions.recording import KINDS
from tests.functions.served import served

# The lock, the attempt: it begins, hands over; the result, the attempt has ended.
CALLS = ["PutItem", "PutItem", "PutItem", "UpdateItem", "DeleteItem"]
HANDING_OVER = 2
URL = "https://dynamodb.example.com"


class TableFaults:
    """Failures of the calls to DynamoDB, and the calls that were made."""

    def __init__(self) -> None:
        self.called: list[str] = []
        self.first = self.last = -1
        self.takes_effect = False

    def before(self, model: Any, **_: Any) -> None:
        """Count a call, and fail it before it takes effect."""
        self.called.append(model.name)
        if self._is_to_fail() and not self.takes_effect:
            raise EndpointConnectionError(endpoint_url=URL)

    def after(self, **_: Any) -> None:
        """Lose the answer of a call that took effect."""
        if self._is_to_fail() and self.takes_effect:
            raise ReadTimeoutError(endpoint_url=URL)

    def pass_all(self) -> None:
        """Fail none from now on."""
        self.fail(-1, -1, takes_effect=False)

    def fail(self, first: int, last: int, *, takes_effect: bool) -> None:
        """Fail the calls of these numbers, from 0, both included, from now on."""
        self.called.clear()
        self.first, self.last, self.takes_effect = first, last, takes_effect

    def _is_to_fail(self) -> bool:
        return self.first <= len(self.called) - 1 <= self.last


@pytest.fixture(scope="module", autouse=True)
def table(aws: Aws) -> Iterator[TableFaults]:  # noqa: ARG001 - moto is there first
    """Faults for the handlers' clients, which come from the default session and retry at once."""
    faults = TableFaults()
    session = boto3.session.Session()
    session.events.register("before-call.dynamodb.*", faults.before)
    session.events.register("after-call.dynamodb.*", faults.after)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boto3, "DEFAULT_SESSION", session)
        patch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0.0)
        yield faults


def test_a_transfer_makes_five_calls_to_the_table(running: Deployment, table: TableFaults) -> None:
    table.pass_all()

    assert running.transfer("chat", running.twilio.centre.workers["dev"]).status == 200

    assert table.called == CALLS


@pytest.mark.sampled(24)
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
    is_made = nth >= HANDING_OVER
    assert answer.status == (200 if is_made else 502), answer.text
    if not is_made:
        assert answer.code == "ledger_unavailable"
    table.pass_all()
    let_locks_run_out(aws)

    again = running.transfer(case.task_sid, centre.workers["dev"])

    assert again.status == 200, again.text
    case.assert_customer_is_served(again)
