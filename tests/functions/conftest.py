"""One contact centre per test, and the handlers as Lambda would run them."""

import importlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
import requests
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from twilio.rest import Client
from twilio.rest.taskrouter.v1.workspace.task import TaskList
from twilio.rest.taskrouter.v1.workspace.workflow import WorkflowList

from chat_transfer.settings import Settings
from chat_transfer.transfer import looking, table
from chat_transfer.twilio import retries
from chat_transfer.twilio.client import Credentials, twilio_client
from chat_transfer.twilio.retries import Budget
from tests.functions.lambda_events import Answer, Context, form_event, http_event, json_event
from transfer_stack.workflow import Timeouts, workflow_configuration
from twilio_emulator.clock import Clock
from twilio_emulator.seed import contact_centre
from twilio_emulator.server import RunningTwilio, serve
from twilio_emulator.taskrouter.model import TaskStatus

REGION = "us-east-1"
if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

HANDLERS = ("transfer_chat", "get_workflows", "receive_events", "transfer_events")
EVENTS_PASSWORD = "events-password-of-a-test-that-is-long"
AGENT_SECONDS, QUEUE_SECONDS, FALLBACK_SECONDS = 60, 300, 600


@dataclass(frozen=True, slots=True)
class Aws:
    """The emulated AWS of the handlers' tests."""

    secrets: "SecretsManagerClient"
    dynamodb: "DynamoDBClient"
    sqs: "SQSClient"


@dataclass(slots=True)
class Deployment:
    """The handlers, deployed in this process."""

    twilio: RunningTwilio
    client: Client
    transfer_workflow_sid: str
    queue_url: str
    transfer_chat: ModuleType
    get_workflows: ModuleType
    receive_events: ModuleType
    transfer_events: ModuleType
    seconds: float = 29.0

    def invoke(self, event: dict[str, Any]) -> Answer:
        """Send an event to the function of its route."""
        modules = {"transfer-chat": self.transfer_chat, "transfers": self.transfer_chat,
                   "events": self.receive_events}  # fmt: skip
        module = modules.get(event["rawPath"].split("/")[1], self.get_workflows)
        answer = module.handler(event, Context(self.seconds))
        return Answer(answer["statusCode"], answer.get("headers", {}), answer.get("body", ""))

    def transfer(
        self, task: str, target_sid: str, by: str = "ana", *, form: bool = False, **extra: Any
    ) -> Answer:
        """Ask for a transfer as the plugin does; `task` is a seeded name or a SID."""
        return self.invoke(self.transfer_event(task, target_sid, by, form=form, **extra))

    def transfer_event(
        self, task: str, target_sid: str, by: str = "ana", *, form: bool = False, **extra: Any
    ) -> dict[str, Any]:
        """Make the event of such a request."""
        fields = {
            "Token": self.twilio.centre.token_of(by),
            "taskSid": self.twilio.centre.tasks.get(task, task),
            "targetSid": target_sid,
            **extra,
        }
        return (form_event if form else json_event)("/transfer-chat", fields)

    def offer_request(self, method: str, task_sid: str, by: str = "ana") -> Answer:
        """Ask what became of an offer, or take it back."""
        headers = bearer(self.twilio.centre.token_of(by))
        return self.invoke(http_event(method, f"/transfers/{task_sid}", headers=headers))

    def leave(self, task_sid: str, by: str = "ana", end: str = "leave") -> Answer:
        """Leave the conversation to the agent who has joined."""
        fields = {"Token": self.twilio.centre.token_of(by), "end": end}
        return self.invoke(json_event(f"/transfers/{task_sid}", fields))

    def list_offers(self, by: str = "ana", *, everybody: bool = False) -> Answer:
        """Ask for the offers of an agent, or what is under way of every agent."""
        headers = bearer(self.twilio.centre.token_of(by))
        query = {"all": ""} if everybody else None
        return self.invoke(http_event("GET", "/transfers", headers=headers, query=query))

    def deliver(self, *bodies: str) -> list[str]:
        """Let the queue deliver messages; the IDs of those that have to come again."""
        records = [
            {"messageId": str(index), "eventSource": "aws:sqs", "body": body}
            for index, body in enumerate(bodies)
        ]
        answer = self.transfer_events.handler({"Records": records}, Context(self.seconds))
        return [one["itemIdentifier"] for one in answer["batchItemFailures"]]

    def look_at_offers(self) -> None:
        """Let the schedule look at all conversations."""
        self.transfer_events.handler({"source": "schedule"}, Context(self.seconds))

    def make_double(self, made_sid: str) -> None:
        """Make a chat's new task a second time, as a creation without an answer may do."""
        centre = self.twilio.centre
        self.tasks().create(
            workflow_sid=self.transfer_workflow_sid,
            task_channel="chat",
            attributes=json.dumps(centre.attributes(made_sid)),
            virtual_start_time=centre.workspace.task(made_sid).virtual_start_time,
        )

    def tasks(self) -> TaskList:
        """The workspace's tasks, with an administrator's credentials."""
        return self.client.taskrouter.v1.workspaces(self.twilio.centre.workspace_sid).tasks

    def workflows(self) -> WorkflowList:
        """The workspace's workflows, with an administrator's credentials."""
        return self.client.taskrouter.v1.workspaces(self.twilio.centre.workspace_sid).workflows

    def list_workflows(self, token: str) -> Answer:
        """Ask for the workflows as the plugin does."""
        return self.invoke(http_event("GET", "/get-workflows", headers=bearer(token)))

    def list_targets(self, by: str = "ana", task: str | None = None) -> Answer:
        """Ask for all targets as the plugin does; `task` is a seeded name or a SID."""
        headers = bearer(self.twilio.centre.token_of(by))
        query = {"taskSid": self.twilio.centre.tasks.get(task, task)} if task else {}
        return self.invoke(http_event("GET", "/transfer-targets", headers=headers, query=query))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="session")
def aws() -> Iterator[Aws]:
    """Moto for the whole session."""
    with moto() as clients:
        yield clients


@contextmanager
def moto() -> Iterator[Aws]:
    """Let moto answer for AWS; give the clients that make secrets and tables in it."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.setattr(BotocoreStubber, "__call__", one_at_a_time(BotocoreStubber.__call__))
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        # Each cold start makes clients, which takes as much processor time as a transfer does.
        session = boto3.session.Session()
        environment.setattr(session, "client", cache(session.client))
        environment.setattr(boto3, "DEFAULT_SESSION", session)
        yield clients()


def one_at_a_time(call: Callable[..., Any]) -> Callable[..., Any]:
    """Let moto check the condition of a write and write, with nothing in between, as DynamoDB."""
    lock = Lock()

    def locked(*args: Any, **kwargs: Any) -> Any:
        with lock:
            return call(*args, **kwargs)

    return locked


def clients() -> Aws:
    return Aws(boto3.client("secretsmanager"), boto3.client("dynamodb"), boto3.client("sqs"))


@pytest.fixture
def deployment(aws: Aws) -> Iterator[Deployment]:
    """A deployment for one test."""
    with deployed(aws) as running:
        yield running


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send failed calls to Twilio again at once, and search for a new task for a short time."""
    wait_shortly(monkeypatch)


def wait_shortly(patch: pytest.MonkeyPatch, seconds: float = 0.01) -> None:
    """Shorten every wait of the functions."""
    patch.setattr(retries, "FIRST_WAIT_SECONDS", seconds)
    patch.setattr(table, "LONGEST_PAUSE_MS", 0)
    patch.setattr(looking, "SEARCH_SECONDS", 0.3)
    patch.setattr(looking, "SEARCH_PAUSE_SECONDS", 0.1)


@contextmanager
def deployed(aws: Aws, clock: Clock | None = None) -> Iterator[Deployment]:
    """Make what the handlers need: workflow, secret, table, Lambda environment."""
    with serve(contact_centre(clock)) as twilio, pytest.MonkeyPatch.context() as environment:
        centre = twilio.centre
        # The strictest reading of its documentation: it cleans up after every task that ends.
        centre.account.settings.janitor_after = frozenset(
            {TaskStatus.COMPLETED, TaskStatus.CANCELED}
        )
        secret_arn = create_secret(aws, {"auth_token": centre.auth_token})
        events_secret_arn = create_secret(aws, {"events_password": EVENTS_PASSWORD})
        queue_url = aws.sqs.create_queue(QueueName=f"events-{uuid4()}")["QueueUrl"]
        client = administrator(twilio)
        workflow_sid = create_transfer_workflow(client, twilio)
        variables = {
            "TWILIO_ACCOUNT_SID": centre.account_sid,
            "TWILIO_WORKSPACE_SID": centre.workspace_sid,
            "TWILIO_CHAT_TRANSFER_WORKFLOW_SID": workflow_sid,
            "TWILIO_SECRET_ARN": secret_arn,
            "EVENTS_SECRET_ARN": events_secret_arn,
            "TWILIO_BASE_URL": twilio.base_url,
            "TWILIO_REGION": "",
            "IDEMPOTENCY_TABLE": create_table(aws),
            "EVENTS_QUEUE_URL": queue_url,
            "HAND_OVER_CHOICES": '["now", "accepted", "warm"]',
            "POWERTOOLS_SERVICE_NAME": "flex-chat-transfer",
            "POWERTOOLS_METRICS_NAMESPACE": "FlexChatTransfer",
            "POWERTOOLS_TRACE_DISABLED": "true",
        }
        for name, value in variables.items():
            environment.setenv(name, value)
        transfer_chat, get_workflows, receive_events, transfer_events = modules = [
            importlib.import_module(name) for name in HANDLERS
        ]
        for module in modules:
            module.runtime.cache_clear()  # a cold start
        twilio.journal.clear()
        yield Deployment(
            twilio,
            client,
            workflow_sid,
            queue_url,
            transfer_chat,
            get_workflows,
            receive_events,
            transfer_events,
        )
        for module in modules:
            module.runtime.cache_clear()  # another deployment may go on


def administrator(twilio: RunningTwilio) -> Client:
    """Make the SDK's client as the functions do, without a limit of time."""
    centre = twilio.centre
    settings = Settings(
        account_sid=centre.account_sid,
        workspace_sid=centre.workspace_sid,
        transfer_workflow_sid="",
        secret_arn="",
        base_url=twilio.base_url,
    )
    credentials = Credentials(centre.account_sid, centre.auth_token)
    budget = Budget(ends_at=float("inf"), undo_seconds=0)
    return twilio_client(settings, credentials, requests.Session(), budget)


def create_secret(aws: Aws, content: dict[str, str]) -> str:
    name = f"twilio-{uuid4()}"
    return aws.secrets.create_secret(Name=name, SecretString=json.dumps(content))["ARN"]


def create_table(aws: Aws) -> str:
    name = f"transfers-{uuid4()}"
    aws.dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "unfinished", "AttributeType": "S"},
            {"AttributeName": "holder", "AttributeType": "S"},
            {"AttributeName": "listed_until", "AttributeType": "N"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "unfinished",
                "KeySchema": [{"AttributeName": "unfinished", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
            {
                "IndexName": "offers",
                "KeySchema": [
                    {"AttributeName": "holder", "KeyType": "HASH"},
                    {"AttributeName": "listed_until", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["conversation"]},
            },
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def create_transfer_workflow(client: Client, twilio: RunningTwilio) -> str:
    """Create the stack's transfer workflow; it routes to every seeded queue but Billing."""
    centre = twilio.centre
    queues = [centre.queues[name] for name in ("Sales", "Support", "Escalations")]
    timeouts = Timeouts(AGENT_SECONDS, QUEUE_SECONDS, FALLBACK_SECONDS)
    configuration = workflow_configuration(centre.queues["Everyone"], queues, timeouts, offers=True)
    workflow = client.taskrouter.v1.workspaces(centre.workspace_sid).workflows.create(
        friendly_name="Chat transfer", configuration=json.dumps(configuration)
    )
    assert workflow.sid
    return workflow.sid
