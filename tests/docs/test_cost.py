"""The numbers of docs/cost.md that the code decides, counted in a transfer."""

import importlib.util
import io
import json
import re
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest

from tests.functions.conftest import Deployment, aws, deployment
from tests.functions.offers.conftest import event_of
from tests.infra.declared import CONFIG, OFFERS, declare
from transfer_stack.endpoints import _ACCESS_LOG_FORMAT as ACCESS_LOG
from transfer_stack.metrics import LEFT_OUT, LOOK_FAILED, OF_OFFERS, OURS, UNDER_WAY

__all__ = ["aws", "deployment"]

TRANSACTION = "TransactWriteItems"

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "cost.md").read_text()


@pytest.fixture(scope="module")
def bill() -> ModuleType:
    """The script that calculates the bill."""
    spec = importlib.util.spec_from_file_location("bill", DOCS / "bill.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bill"] = module
    spec.loader.exec_module(module)
    return module


def stated(what: str) -> int:
    """Return the number that the page's table of what a transfer does has for something."""
    (number,) = re.findall(rf"^\| {re.escape(what)} \| ([0-9,]+) \|", PAGE, re.MULTILINE)
    return int(number.replace(",", ""))


def counting(calls: Counter[str]) -> boto3.session.Session:
    """Return a session whose calls to DynamoDB are counted, and the units that AWS bills.

    An item of a transaction costs two units to write.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
    """

    def count(model: Any, params: Any, **_: Any) -> None:
        body = json.loads(params["body"])
        if model.name == TRANSACTION:
            calls["writes"] += 2 * len(body["TransactItems"])
        elif model.name == "BatchGetItem":
            calls["reads"] += sum(len(one["Keys"]) for one in body["RequestItems"].values())
        else:
            calls["reads" if model.name in ("GetItem", "Query") else "writes"] += 1

    session = boto3.session.Session()
    session.events.register("before-call.dynamodb.*", count)
    return session


@pytest.mark.parametrize("task", ["chat", "conversation"])
def test_a_transfer_calls_twilio_and_the_table_as_often_as_the_page_says(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, task: str
) -> None:
    calls: Counter[str] = Counter()
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", counting(calls))

    answer = deployment.transfer(task, deployment.twilio.centre.queues["Sales"])

    assert answer.status == 200
    assert len(deployment.twilio.journal) == stated(f"requests to Twilio, {task}")
    assert calls["writes"] == stated("DynamoDB write units")
    assert calls["reads"] == stated("DynamoDB reads")


def test_an_offer_calls_twilio_and_the_table_as_often_as_the_page_says(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: Counter[str] = Counter()
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", counting(calls))
    columns: dict[str, list[int]] = {}
    made = ""

    def offer() -> None:
        nonlocal made
        ben = deployment.twilio.centre.workers["ben"]
        made = deployment.transfer("conversation", ben, handOver="accepted").body["taskSid"]

    def look() -> None:
        assert not deployment.deliver(event_of(made))

    def accept() -> None:
        deployment.twilio.centre.accept(made)
        deployment.twilio.journal.clear()
        look()

    def poll() -> None:
        assert deployment.list_offers().body["transfers"]

    for step in (offer, look, poll, accept):
        deployment.twilio.journal.clear()
        calls.clear()
        step()
        columns.setdefault("calls of Twilio", []).append(len(deployment.twilio.journal))
        columns.setdefault("write units of DynamoDB", []).append(calls["writes"])
        columns.setdefault("reads of DynamoDB", []).append(calls["reads"])

    for name, (offered, looked, polled, accepted) in columns.items():
        assert f"| {name} | {offered} | {accepted} | {looked} | {polled} |" in PAGE


@pytest.mark.parametrize("task", ["chat", "conversation"])
def test_a_transfer_logs_no_more_than_the_page_says(
    deployment: Deployment,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    task: str,
) -> None:
    logged = io.StringIO()
    monkeypatch.setattr(deployment.transfer_chat.logger.registered_handler, "stream", logged)

    deployment.transfer(task, deployment.twilio.centre.queues["Sales"])
    ours = logged.getvalue() + capsys.readouterr().out

    assert "TransferSucceeded" in ours
    assert '"transferred"' in ours
    assert 0.8 * stated("bytes of our log lines") < len(ours) <= stated("bytes of our log lines")


@pytest.mark.parametrize("offers", [False, True])
def test_the_bill_counts_what_the_program_declares(bill: ModuleType, offers: bool) -> None:
    program = declare({**CONFIG, **(OFFERS if offers else {})})
    alarms = program.of_type("aws:cloudwatch/metricAlarm:MetricAlarm").values()
    watched = [query for it in alarms for query in it.inputs["metricQueries"] if "metric" in query]
    counted = program.of_type("aws:cloudwatch/logMetricFilter:LogMetricFilter")

    assert bill.FIXED[offers] == bill.Fixed(
        functions=len(program.of_type("aws:lambda/function:Function")),
        alarm_metrics=len(watched),
        metrics=len(OURS) + len(counted) + (len(OF_OFFERS) if offers else 0),
        always=len({UNDER_WAY, LOOK_FAILED, LEFT_OUT}),
        routes=len(program.of_type("aws:apigatewayv2/route:Route")),
        secrets=len(program.of_type("aws:secretsmanager/secret:Secret")),
    )


def test_the_pages_bill_is_what_is_calculated(bill: ModuleType) -> None:
    assert bill.with_bill(PAGE) == PAGE
    totals = re.findall(r"\*\*([0-9.,]+)\*\*", PAGE.partition("| **total**")[2].partition("\n")[0])
    assert len(totals) == 2 * len(bill.VOLUMES)


def test_a_change_of_a_count_changes_the_bill(bill: ModuleType) -> None:
    changed = PAGE.replace("| calls of Twilio | ", "| calls of Twilio | 9")

    assert bill.with_bill(changed) != changed


def test_a_request_is_logged_in_no_more_bytes_than_the_page_says() -> None:
    line = json.dumps(dict.fromkeys(ACCESS_LOG, "x" * 24))

    assert 0.8 * stated("bytes of the access log's line") < len(line)
    assert len(line) <= stated("bytes of the access log's line")
