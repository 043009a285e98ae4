"""The metrics of the functions, as CloudWatch reads them from their log."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chat_transfer.twilio import retries
from tests.functions.conftest import Deployment

Measured = dict[tuple[str, tuple[str, ...]], list[float]]
SERVICE = ("flex-chat-transfer",)

pytestmark = pytest.mark.usefixtures("short_waits")


@pytest.fixture
def measured(deployment: Deployment, capsys: pytest.CaptureFixture[str]) -> Callable[[], Measured]:
    """Read the metrics since the deployment was made."""
    # Of the fixtures' own calls.
    deployment.transfer_chat.metrics.clear_metrics()

    def read() -> Measured:
        found: Measured = {}
        for line in capsys.readouterr().out.splitlines():
            document = json.loads(line) if line.startswith("{") else {}
            for group in document.get("_aws", {}).get("CloudWatchMetrics", []):
                _add(found, document, group)
        return found

    return read


def _add(found: Measured, document: dict[str, Any], group: dict[str, Any]) -> None:
    for names in group["Dimensions"]:
        values = tuple(document[name] for name in names)
        for metric in group["Metrics"]:
            value = document[metric["Name"]]
            found[metric["Name"], values] = value if isinstance(value, list) else [value]


def test_a_transfer_is_counted_and_every_call_is_timed(
    deployment: Deployment, measured: Callable[[], Measured]
) -> None:
    deployment.twilio.faults.latency(0.2, method="POST", path="/Tasks")

    assert deployment.transfer("chat", deployment.twilio.centre.workers["dev"]).status == 200

    found = measured()
    assert found.keys() == {("TransferSucceeded", SERVICE), ("TwilioLatency", SERVICE)}
    calls = found["TwilioLatency", SERVICE]
    assert len(calls) == len(deployment.twilio.journal)
    assert 200 <= max(calls) < 2000


def test_a_failure_is_counted_by_code_and_as_a_whole(
    deployment: Deployment, measured: Callable[[], Measured]
) -> None:
    assert deployment.transfer("chat", "WK" + "f" * 32).status == 404

    found = measured()
    assert found["TransferFailed", SERVICE] == [1]
    assert found["TransferFailed", (*SERVICE, "target_unknown")] == [1]
    assert not any("RolledBack" in name for name, _ in found)


def test_the_schedule_counts_looks_that_fail_and_zero_otherwise(
    deployment: Deployment, measured: Callable[[], Measured]
) -> None:
    centre = deployment.twilio.centre
    deployment.look_at_offers()
    assert measured() == {
        ("ConversationsUnderWay", SERVICE): [0],
        ("LookFailed", SERVICE): [0],
        ("LookLeftOut", SERVICE): [0],
    }
    deployment.transfer("conversation", centre.workers["dev"], handOver="accepted")
    measured()
    deployment.twilio.faults.status(500, method="GET", times=None)

    deployment.look_at_offers()

    assert measured()["LookFailed", SERVICE] == [1]


def test_a_request_without_a_token_is_not_counted(
    deployment: Deployment, measured: Callable[[], Measured]
) -> None:
    answer = deployment.transfer("chat", deployment.twilio.centre.workers["dev"], Token="")

    assert answer.status == 401
    assert measured() == {}


@pytest.mark.parametrize(
    ("path", "times", "counted", "not_counted"),
    [
        # The original can be neither changed nor completed.
        ("/Tasks/TASK$", retries.ATTEMPTS, "TransferRolledBack", "TransferNotRolledBack"),
        # The new task cannot be cancelled either.
        ("/Tasks/WT", None, "TransferNotRolledBack", "TransferRolledBack"),
    ],
)
def test_a_failure_after_the_new_task_counts_as_undone_or_not(
    deployment: Deployment,
    measured: Callable[[], Measured],
    path: str,
    times: int | None,
    counted: str,
    not_counted: str,
) -> None:
    path = path.replace("TASK", deployment.twilio.centre.tasks["chat"])
    deployment.twilio.faults.status(500, times=times, method="POST", path=path)

    answer = deployment.transfer("chat", deployment.twilio.centre.workers["dev"])

    assert (answer.status, answer.body["rolledBack"]) == (502, times is not None)
    found = measured()
    assert found[counted, SERVICE] == [1]
    assert (not_counted, SERVICE) not in found


def test_a_failure_before_the_new_task_is_made_is_no_rollback(
    deployment: Deployment, measured: Callable[[], Measured]
) -> None:
    deployment.twilio.faults.status(400, times=None, method="POST", path="/Tasks")

    answer = deployment.transfer("chat", deployment.twilio.centre.workers["dev"])

    assert (answer.status, answer.body["rolledBack"]) == (502, True)
    found = measured()
    assert found["TransferFailed", (*SERVICE, "twilio_refused")] == [1]
    assert not any("RolledBack" in name for name, _ in found)


def test_an_internal_error_is_counted_as_a_failure(
    deployment: Deployment, measured: Callable[[], Measured], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TWILIO_WORKSPACE_SID")
    deployment.transfer_chat.runtime.cache_clear()

    assert deployment.transfer("chat", deployment.twilio.centre.workers["dev"]).status == 500

    found = measured()
    assert found.keys() == {
        ("TransferFailed", SERVICE),
        ("TransferFailed", (*SERVICE, "internal_error")),
    }


def test_the_calls_of_a_list_of_workflows_are_timed(
    deployment: Deployment, measured: Callable[[], Measured]
) -> None:
    assert deployment.list_workflows(deployment.twilio.centre.token_of("ana")).status == 200

    assert measured().keys() == {("TwilioLatency", SERVICE)}
