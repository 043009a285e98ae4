"""Defects that a review has found: each test states what should hold."""

import contextlib
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from chat_transfer.transfer import offers, steps
from chat_transfer.transfer.attempt import Attempt, Phase
from chat_transfer.transfer.record import Record
from local.twilio.clock import ManualClock
from local.twilio.taskrouter.model import TaskStatus
from tests.functions.conftest import AGENT_SECONDS, Aws, deployed
from tests.functions.cutting import CutOff, cut_off
from tests.functions.failures.table_faults import TableFaults
from tests.functions.locks import let_locks_run_out
from tests.functions.offers.conftest import Offering
from tests.functions.recording import CLOSE
from tests.functions.served import served


def attempt_of(aws: Aws, task_sid: str) -> dict:
    key = {"id": {"S": f"attempt#{task_sid}"}}
    found = aws.dynamodb.get_item(TableName=os.environ["IDEMPOTENCY_TABLE"], Key=key)
    return found.get("Item", {})


def change_attempt(aws: Aws, task_sid: str, **changes: object) -> None:
    item = attempt_of(aws, task_sid)
    values = json.loads(item["attempt"]["S"]) | changes
    item["attempt"] = {"S": json.dumps(values)}
    item["offer"] = {"S": values["new_task_sid"] or task_sid}
    aws.dynamodb.put_item(TableName=os.environ["IDEMPOTENCY_TABLE"], Item=item)


def test_05_an_offer_whose_handing_over_now_was_killed_is_still_looked_at(
    offering: Offering, aws: Aws
) -> None:
    made = offering.offer().body["taskSid"]
    offering.running.twilio.faults.status(500, method="POST", path="/Participants/", times=None)
    offering.running.twilio.faults.status(500, method="POST", path=f"/Tasks/{made}$", times=None)
    answer = offering.offer(hand_over="now")
    print(answer.text)
    offering.running.twilio.faults.clear()
    assert offering.agents() == {"ana"}
    print(offering.ask().text)
    offering.running.twilio.centre.accept(made)

    offering.event(made)
    offering.schedule()

    assert offering.agents() == {"ben"}, "two agents, until someone sends the same request again"


def test_06_an_offer_that_could_not_be_recorded_is_not_said_to_be_taken_back(
    offering: Offering, table: TableFaults
) -> None:
    offering.running.transfer_chat.runtime.cache_clear()
    table.pass_all()
    offering.offer()
    assert offering.take_back().body["state"] == "cancelled"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps.Steps, "offered", _unavailable)
        assert offering.offer().code == "ledger_unavailable"
    assert len(offering.tasks()) == 2, "the second offer is out"

    answer = offering.take_back()
    print(answer.text)

    is_told_as_over = answer.status == 200 and answer.body["state"] == "cancelled"
    assert not (is_told_as_over and len(offering.tasks()) == 2), "said to be cancelled, is open"


def _unavailable(*_: object) -> None:
    from chat_transfer.transfer.table import TableUnavailable

    raise TableUnavailable


@pytest.mark.parametrize("how", ["not deleted", "not kept"])
def test_15_an_offer_that_was_taken_back_is_cancelled_and_not_declined(
    offering: Offering, how: str
) -> None:
    offering.offer()
    with pytest.MonkeyPatch.context() as patch:
        if how == "not deleted":
            patch.setattr(Record, "end", lambda *_: None)
        else:
            patch.setattr(Record, "keep", _unavailable)
        print(offering.take_back().text)
    offering.schedule()

    assert offering.state() == "cancelled"


def test_16_an_attempt_that_cannot_be_read_does_not_hold_up_the_others(
    offering: Offering, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = offering.offer().body["taskSid"]
    offering.running.twilio.centre.accept(made)
    item = attempt_of(aws, offering.task_sid)
    poison = "WT" + "f" * 32
    values = json.loads(item["attempt"]["S"]) | {"of_a_newer_version": 1, "task_sid": poison}
    table = os.environ["IDEMPOTENCY_TABLE"]
    bad = {**item, "id": {"S": f"attempt#{poison}"}, "attempt": {"S": json.dumps(values)},
           "offer": {"S": poison}}  # fmt: skip
    aws.dynamodb.put_item(TableName=table, Item=bad)
    monkeypatch.setattr(
        offering.running.transfer_events.RANDOM,
        "shuffle",
        lambda tasks: tasks.sort(reverse=True),
        raising=False,
    )
    try:
        offering.schedule()
    except Exception as error:
        print(repr(error))
    finally:
        aws.dynamodb.delete_item(TableName=table, Key={"id": bad["id"]})

    assert offering.agents() == {"ben"}


def test_19_events_with_a_wrong_password_do_not_each_read_the_secret(
    offering: Offering, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.functions.offers.test_events import send

    receive = offering.running.receive_events
    receive.runtime.cache_clear()
    reads: list[None] = []
    real = receive.runtime()._secrets.get

    def get(*args: object, **kwargs: object) -> object:
        if kwargs.get("force_fetch"):
            reads.append(None)
        return real(*args, **kwargs)

    monkeypatch.setattr(receive.runtime()._secrets, "get", get)
    for _ in range(20):
        assert send(offering.running, "[]", password="wrong").status == 401
    receive.runtime.cache_clear()

    assert len(reads) < 20, "anyone has Secrets Manager called, as often as they like"


