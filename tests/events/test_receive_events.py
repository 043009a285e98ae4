"""What the webhook reads, what it refuses, and what it queues of an event."""

import base64
import importlib
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from tests.functions.lambda_events import Context, http_event

PASSWORD = "events-password-of-a-test-that-is-long"


class Webhook:
    """The function with a secret and a queue of its own, and nothing else in its environment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sqs = boto3.client("sqs")
        self.queue_url = self.sqs.create_queue(QueueName=f"events-{uuid4()}")["QueueUrl"]
        secret = boto3.client("secretsmanager").create_secret(
            Name=f"events-{uuid4()}", SecretString=json.dumps({"events_password": PASSWORD})
        )
        monkeypatch.delenv("TWILIO_SECRET_ARN", raising=False)
        monkeypatch.setenv("EVENTS_SECRET_ARN", secret["ARN"])
        monkeypatch.setenv("EVENTS_QUEUE_URL", self.queue_url)
        self.module: Any = importlib.import_module("receive_events")
        self.module.runtime.cache_clear()

    def send(self, body: str, password: str = PASSWORD) -> tuple[int, str]:
        """Send a delivery; return the status and the problem's code."""
        credentials = base64.b64encode(f"twilio:{password}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
        answer = self.module.handler(http_event("POST", "/events", body, headers), Context())
        found = json.loads(answer["body"]) if answer.get("body") else {}
        return answer["statusCode"], found.get("code", "")

    def queued(self) -> list[Any]:
        """Return the bodies of the messages on the queue."""
        found = self.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in found.get("Messages", [])]


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    """The function on moto."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "true")
    with mock_aws():
        yield Webhook(monkeypatch)


def event(**changes: Any) -> str:
    found = {
        "specversion": "1.0",
        "id": "EZ" + "0" * 32,
        "type": "com.twilio.taskrouter.task.canceled",
        "data": {"payload": {"task_sid": "WT" + "1" * 32, "task_attributes": "Robin"}},
    }
    return json.dumps([{**found, **changes}])


def test_an_event_is_queued_with_the_password_of_its_own_secret(webhook: Webhook) -> None:
    assert webhook.send(event()) == (204, "")

    (message,) = webhook.queued()
    assert message["data"] == {"payload": {"task_sid": "WT" + "1" * 32}}


def test_another_password_is_refused(webhook: Webhook) -> None:
    assert webhook.send(event(), "another")[0] == 401
    assert webhook.queued() == []


@pytest.mark.parametrize("depth", [10_000, 200_000])
def test_json_that_is_nested_deep_is_no_array_of_events(webhook: Webhook, depth: int) -> None:
    assert webhook.send("[" * depth + "]" * depth) == (400, "malformed_body")


def test_a_body_of_a_megabyte_is_taken_and_a_longer_one_refused(webhook: Webhook) -> None:
    body = event()
    longest = webhook.module.LONGEST_BODY

    assert webhook.send(body + " " * (longest - len(body))) == (204, "")
    assert webhook.send(body + " " * (longest - len(body) + 1)) == (413, "body_too_large")
    # Before anything is read.
    assert webhook.send(" " * (longest + 1), "another") == (413, "body_too_large")


@pytest.mark.parametrize("value", ["x" * 300_000, {"nested": ["x"] * 100_000}, 7, None])
@pytest.mark.parametrize("name", ["id", "source", "type"])
def test_what_a_message_keeps_of_an_event_is_short(
    webhook: Webhook, name: str, value: object
) -> None:
    assert webhook.send(event(**{name: value})) == (204, "")

    (message,) = webhook.queued()
    assert len(json.dumps(message)) < 1_000


def test_a_sid_that_is_no_text_is_not_kept(webhook: Webhook) -> None:
    assert webhook.send(event(data={"payload": {"task_sid": ["x"] * 100_000}})) == (204, "")

    (message,) = webhook.queued()
    assert message["data"] == {"payload": {"task_sid": None}}
