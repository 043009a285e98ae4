"""A stack with offers: its queue and its schedule invoke the function, Twilio its webhook."""

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import boto3
import pytest
import requests

from tests.deployment import EVENTS_PASSWORD, DeployedStack
from tests.sampling import IS_FULL


@pytest.fixture
def stack(deployed_stack: DeployedStack) -> DeployedStack:
    return deployed_stack


def client(stack: DeployedStack, service: str) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=stack.aws.endpoint_url,
        region_name=stack.aws.region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def wait_for(what: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"nothing within {seconds} s"
        time.sleep(0.2)


def logged(stack: DeployedStack, text: str) -> int:
    return stack.aws.log_path.read_text().count(text)


def sink(stack: DeployedStack) -> dict[str, Any]:
    twilio = stack.twilio
    answer = requests.get(
        f"{twilio.base_url}/events/v1/Sinks", auth=twilio.centre.api_key, timeout=5
    )
    (found,) = [
        each
        for each in answer.json()["sinks"]
        if each["description"].endswith("(flex-chat-transfer-tests)")
    ]
    return dict(found)


def test_a_message_on_the_queue_invokes_the_function(stack: DeployedStack) -> None:
    message = client(stack, "sqs").send_message(
        QueueUrl=stack.outputs["eventsQueueUrl"], MessageBody="no event"
    )["MessageId"]

    wait_for(lambda: logged(stack, f'"message_id":"{message}"') > 0, 30)

    assert is_empty(stack, "eventsQueueUrl")
    assert is_empty(stack, "failedEventsQueueUrl")


def is_empty(stack: DeployedStack, queue: str) -> bool:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = client(stack, "sqs").get_queue_attributes(
        QueueUrl=stack.outputs[queue], AttributeNames=names
    )
    return {found["Attributes"][name] for name in names} == {"0"}


@pytest.mark.skipif(not IS_FULL, reason="takes a minute; FULL_MATRIX=1 runs it")
@pytest.mark.timeout(150)
def test_the_schedule_invokes_the_function_each_minute(stack: DeployedStack) -> None:
    schedule = client(stack, "scheduler").get_schedule(
        Name="flex-chat-transfer-tests-transfer-events"
    )
    function = stack.outputs["functionNames"]["transferEvents"]
    fired = f"EventBridge → Lambda {function}: dispatched"

    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert json.loads(schedule["Target"]["Input"]) == {"source": "schedule"}
    # The emulated AWS looks every ten seconds.
    wait_for(lambda: logged(stack, fired) > 0, 80)


def test_the_function_finds_offers_with_the_permissions_that_it_has(stack: DeployedStack) -> None:
    answer = client(stack, "lambda").invoke(
        FunctionName=stack.outputs["functionNames"]["transferEvents"],
        Qualifier="live",
        Payload=json.dumps({"source": "schedule"}),
    )

    assert "FunctionError" not in answer, answer["Payload"].read()


def test_the_sink_leads_to_the_queue(stack: DeployedStack) -> None:
    configuration = sink(stack)["sink_configuration"]
    task_sid = f"WT{uuid4().hex}"
    event = {
        "specversion": "1.0",
        "id": f"EV{uuid4().hex}",
        "source": "/",
        "type": "com.twilio.taskrouter.task.canceled",
        "data": {"payload": {"task_sid": task_sid}},
    }
    taken = f"processed 1 SQS messages from {stack.outputs['eventsQueueUrl'].rpartition('/')[2]}"
    before = logged(stack, taken)

    # The credentials of the URL are sent by basic authentication, as Twilio does it.
    answer = requests.post(configuration["destination"], json=[event], timeout=10)

    assert configuration["destination"].startswith(f"http://twilio:{EVENTS_PASSWORD}@127.0.0.1:")
    assert configuration["batch_events"] is True
    assert answer.status_code == 204, answer.text
    wait_for(lambda: logged(stack, taken) > before, 30)
    assert is_empty(stack, "eventsQueueUrl")


def test_events_with_another_password_are_refused(stack: DeployedStack) -> None:
    url = sink(stack)["sink_configuration"]["destination"].replace(EVENTS_PASSWORD, "another")

    answer = requests.post(url, json=[], timeout=10)

    assert answer.status_code == 401


def test_the_password_is_in_no_log_and_no_output(stack: DeployedStack) -> None:
    assert EVENTS_PASSWORD not in json.dumps(dict(stack.outputs))
    assert logged(stack, EVENTS_PASSWORD) == 0


def test_the_table_has_its_indexes(stack: DeployedStack) -> None:
    table = client(stack, "dynamodb").describe_table(TableName=stack.outputs["idempotencyTable"])

    keys = {
        index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]]
        for index in table["Table"]["GlobalSecondaryIndexes"]
    }
    assert keys == {"unfinished": ["unfinished"], "offers": ["holder", "listed_until"]}
