"""Twilio's events: who may send them, what is queued, and what the queue's messages lead to."""

import base64
import json
import os
from typing import Any

import boto3
import pytest

from tests.functions.conftest import EVENTS_PASSWORD, Aws, Deployment, create_secret
from tests.functions.lambda_events import Answer, http_event
from tests.functions.offers.conftest import Offering, event_of
from twilio_emulator.sids import new_sid


def send(
    running: Deployment, body: str | bytes, password: str = EVENTS_PASSWORD, user: str = "twilio"
) -> Answer:
    """Send a delivery as Twilio does."""
    credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
    return running.invoke(http_event("POST", "/events", body, headers))


def queued(running: Deployment, aws: Aws) -> list[str]:
    """Take all messages from the queue."""
    bodies: list[str] = []
    while True:
        found = aws.sqs.receive_message(QueueUrl=running.queue_url, MaxNumberOfMessages=10)
        if not found.get("Messages"):
            return bodies
        for message in found["Messages"]:
            bodies.append(message["Body"])
            aws.sqs.delete_message(
                QueueUrl=running.queue_url, ReceiptHandle=message["ReceiptHandle"]
            )


def cloud_event(task_sid: str, **attributes: Any) -> dict[str, Any]:
    """Make an event as Twilio sends it, with the customer's data in it."""
    payload = {"task_sid": task_sid, "task_attributes": '{"name": "Robin"}'}
    return {
        "specversion": "1.0",
        "id": "EZ" + "0" * 32,
        "source": "/Accounts/AC1/TaskRouter",
        "type": "com.twilio.taskrouter.task.canceled",
        "data": {"payload": payload, **attributes},
    }


@pytest.mark.parametrize("is_binary", [False, True])
def test_each_event_is_queued_without_the_customers_data(
    running: Deployment, aws: Aws, is_binary: bool
) -> None:
    task_sids = [new_sid("WT") for _ in range(23)]
    body = json.dumps([cloud_event(sid) for sid in task_sids])

    answer = send(running, body.encode() if is_binary else body)

    assert answer.status == 204
    assert not answer.text
    bodies = queued(running, aws)
    assert sorted(running.transfer_events.task_of(one) for one in bodies) == sorted(task_sids)
    assert "Robin" not in "".join(bodies)


def test_what_is_no_event_is_queued_and_dropped(running: Deployment, aws: Aws) -> None:
    elements: list[Any] = [1, None, {}, {"data": 1}, {"data": {"payload": []}}]
    assert send(running, json.dumps(elements)).status == 204

    bodies = queued(running, aws)

    assert len(bodies) == len(elements)
    assert running.deliver(*bodies) == []
    assert send(running, "[]").status == 204


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "Bearer x",
        "Basic",
        "Basic !",
        "Basic \xff",
        "Basic " + base64.b64encode(b"twilio:").decode(),
        "Basic " + base64.b64encode(b"twilio:wrong").decode(),
        "Basic " + base64.b64encode(f"ana:{EVENTS_PASSWORD}".encode()).decode(),
        "Bearer " + base64.b64encode(f"twilio:{EVENTS_PASSWORD}".encode()).decode(),
    ],
)
def test_events_of_anyone_else_are_refused(
    running: Deployment, aws: Aws, authorization: str | None
) -> None:
    headers = {"Authorization": authorization} if authorization else {}

    answer = running.invoke(http_event("POST", "/events", "[{}]", headers))

    assert (answer.status, answer.code) == (401, "events_unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Basic"
    assert EVENTS_PASSWORD not in answer.text
    assert not queued(running, aws)


def test_no_password_admits_no_one(
    running: Deployment, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENTS_SECRET_ARN", create_secret(aws, {"other": "a"}))
    running.receive_events.runtime.cache_clear()

    assert send(running, "[]", password="").code == "events_unauthorized"

    monkeypatch.undo()
    running.receive_events.runtime.cache_clear()


def test_a_changed_password_is_taken_at_once(
    running: Deployment, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    arn = create_secret(aws, {"events_password": "first"})
    monkeypatch.setenv("EVENTS_SECRET_ARN", arn)
    running.receive_events.runtime.cache_clear()
    assert send(running, "[]", password="first").status == 204
    aws.secrets.put_secret_value(SecretId=arn, SecretString='{"events_password": "second"}')

    assert send(running, "[]", password="second").status == 204
    assert send(running, "[]", password="first").status == 401

    monkeypatch.undo()
    running.receive_events.runtime.cache_clear()


def test_many_wrong_passwords_have_the_secret_read_again_once(running: Deployment) -> None:
    receive = running.receive_events
    receive.runtime.cache_clear()
    reads: list[object] = []
    # The client that the function has: the session keeps it.
    events = boto3.client("secretsmanager", config=receive.AWS_CALLS).meta.events
    event = "before-call.secretsmanager.GetSecretValue"

    def count(**call: object) -> None:
        reads.append(call)

    events.register(event, count)

    statuses = {send(running, "[]", password="wrong").status for _ in range(20)}

    events.unregister(event, count)
    assert statuses == {401}
    assert len(reads) == 2


@pytest.mark.parametrize("body", ["", "{}", "1", "[", b"\xff"])
def test_a_body_that_is_no_array_is_400(running: Deployment, body: str | bytes) -> None:
    assert (send(running, body).status, send(running, body).code) == (400, "malformed_body")


@pytest.mark.parametrize("broken", ["queue", "secret"])
def test_events_that_cannot_be_queued_come_again(
    running: Deployment, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Twilio sends them again after a 503, and would drop them after a 4xx."""
    variable = {"queue": "EVENTS_QUEUE_URL", "secret": "EVENTS_SECRET_ARN"}[broken]
    monkeypatch.setenv(variable, "https://sqs.us-east-1.amazonaws.com/123456789012/none")
    running.receive_events.runtime.cache_clear()

    answer = send(running, "[{}]")

    assert (answer.status, answer.code) == (503, "events_not_queued")
    monkeypatch.undo()
    running.receive_events.runtime.cache_clear()


def test_an_event_comes_again_where_twilio_fails(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    offering.running.twilio.centre.accept(made)
    offering.running.twilio.faults.status(500, method="POST", path="/Participants/", times=None)

    assert not offering.event(made)

    assert offering.agents() == {"ana", "ben"}
    assert offering.state() == "accepted"
    offering.running.twilio.faults.clear()
    assert offering.event(made)
    assert offering.agents() == {"ben"}


def test_only_the_event_that_fails_comes_again(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    offering.running.twilio.centre.accept(made)
    offering.running.twilio.faults.status(500, method="POST", path="/Participants/", times=None)

    failed = offering.running.deliver(event_of(new_sid("WT")), event_of(made), "no JSON", "{}")

    assert failed == ["1"]


def test_an_event_of_another_task_costs_one_read_of_the_table(offering: Offering) -> None:
    before = len(offering.running.twilio.journal.entries)

    assert offering.event(new_sid("WT"))

    assert len(offering.running.twilio.journal.entries) == before


def test_repeated_and_forged_events_change_nothing(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]
    for _ in range(3):
        assert offering.event(made)
        assert offering.event(offering.task_sid)
    assert offering.agents() == {"ana"}
    offering.running.twilio.centre.accept(made)

    for _ in range(3):
        assert offering.event(made)

    assert offering.agents() == {"ben"}
    assert offering.state() == "accepted"


def test_a_record_that_cannot_be_read_holds_up_no_other(offering: Offering, aws: Aws) -> None:
    offering.running.twilio.centre.accept(offering.offer().body["taskSid"])
    table, key = os.environ["IDEMPOTENCY_TABLE"], {"S": new_sid("UO")}
    aws.dynamodb.put_item(
        TableName=table, Item={"id": key, "unfinished": key, "wanted": {"S": "no JSON"}}
    )

    try:
        offering.schedule()
    finally:
        aws.dynamodb.delete_item(TableName=table, Key={"id": key})

    assert offering.agents() == {"ben"}


def test_where_the_feature_is_switched_off_no_offer_is_made(
    offering: Offering, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = offering.offer().body["taskSid"]
    monkeypatch.delenv("EVENTS_QUEUE_URL")
    offering.running.transfer_chat.runtime.cache_clear()

    assert offering.offer().status == 202, "what is open stays"
    offering.running.twilio.centre.accept(made)
    offering.schedule()
    assert offering.state() == "accepted"
    assert offering.agents() == {"ben"}

    monkeypatch.undo()
    offering.running.transfer_chat.runtime.cache_clear()


@pytest.mark.parametrize("default", ["now", "accepted"])
def test_the_stacks_default_is_for_conversations(
    offering: Offering, monkeypatch: pytest.MonkeyPatch, default: str
) -> None:
    monkeypatch.setenv("HAND_OVER", default)
    offering.running.transfer_chat.runtime.cache_clear()
    centre = offering.running.twilio.centre

    answer = offering.running.transfer(offering.task_sid, centre.workers["ben"])
    chat = offering.running.transfer(centre.chat_task(), centre.workers["carla"])

    assert answer.status == {"now": 200, "accepted": 202}[default], answer.text
    assert chat.status == 200, chat.text
    monkeypatch.undo()
    offering.running.transfer_chat.runtime.cache_clear()


def test_an_offer_is_refused_where_the_stack_has_no_queue(
    offering: Offering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENTS_QUEUE_URL", "")
    offering.running.transfer_chat.runtime.cache_clear()

    answer = offering.offer()

    assert (answer.status, answer.code) == (409, "hand_over_off")
    assert len(offering.tasks()) == 1
    monkeypatch.undo()
    offering.running.transfer_chat.runtime.cache_clear()
