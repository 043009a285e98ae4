"""How an execution environment starts: ready for a snapshot, and with its calls traced."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

FUNCTIONS = Path(__file__).resolve().parents[3] / "functions"
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "LAMBDA_TASK_ROOT": "/var/task",
    "PATH": os.environ["PATH"],
    "POWERTOOLS_METRICS_NAMESPACE": "flex-chat-transfer",
    "POWERTOOLS_SERVICE_NAME": "flex-chat-transfer-tests",
    "PYTHONPATH": str(FUNCTIONS),
    "_X_AMZN_TRACE_ID": (
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    ),
}

# https://docs.aws.amazon.com/lambda/latest/dg/snapstart-uniqueness.html
INITIALISE = """
import random, socket, sys, time, uuid
import boto3, botocore.session

def refuse(*_, **__):
    raise AssertionError("not while initialising: all restored environments would share it")

state = random.getstate()
socket.socket.connect = socket.create_connection = refuse
uuid.uuid1 = uuid.uuid4 = refuse
boto3.client = boto3.Session.client = botocore.session.Session.create_client = refuse

import transfer_chat, get_workflows
from chat_transfer.twilio import retries

assert random.getstate() == state
for module in (transfer_chat, get_workflows):
    assert module.runtime.cache_info().currsize == 0, "settings or connections are there already"
assert isinstance(retries.RANDOM, random.SystemRandom)
for module in (
    "chat_transfer.runtime",
    "twilio.rest.chat.v2.service.channel.member",
    "twilio.rest.conversations.v1.conversation.participant",
    "twilio.rest.flex_api.v1.configuration",
    "twilio.rest.flex_api.v1.interaction.interaction_channel.interaction_channel_invite",
    "twilio.rest.taskrouter.v1.workspace.task.reservation",
):
    assert module in sys.modules, f"{module} would be loaded by the first request"
"""

CALL_TWILIO = """
from concurrent.futures import ThreadPoolExecutor
import sys
import requests
import transfer_chat
from chat_transfer.twilio.retries import Budget
from chat_transfer.twilio.client import Transport
from chat_transfer.twilio.failures import Unreachable

transport = Transport(requests.Session(), Budget(ends_at=float("inf"), undo_seconds=0), sys.argv[1])
def call(product):
    url = f"https://{product}.twilio.com/v1/Members/ana_40example_2Ecom?Token=query-token"
    try:
        transport.request("POST", url, data={"Body": "hello"}, auth=("AC1", "the-auth-token"))
    except Unreachable:
        pass

with ThreadPoolExecutor(2) as pool:
    list(pool.map(call, ["taskrouter", "iam"]))
"""


def test_an_execution_environment_loads_what_a_transfer_needs_and_makes_nothing_unique() -> None:
    """So the snapshot that SnapStart restores holds the one and not the other."""
    done = _run(INITIALISE)

    assert done.returncode == 0, done.stderr


def test_calls_to_twilio_are_traced_from_every_thread_without_secrets() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon, socket.socket() as closed:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(5)
        # Bound and not listening: it refuses connections.
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{daemon.getsockname()[1]}"

        done = _run(
            CALL_TWILIO,
            f"http://127.0.0.1:{closed.getsockname()[1]}",
            AWS_XRAY_DAEMON_ADDRESS=address,
        )

        assert done.returncode == 0, done.stderr
        traced = [daemon.recv(65_535).decode().split("\n", 1)[1] for _ in range(2)]
    segments = [json.loads(text) for text in traced]
    assert {segment["trace_id"] for segment in segments} == {"1-5759e988-bd862e3fe1be46a994272793"}
    paths = {segment["http"]["request"]["url"].partition("/v1/")[0] for segment in segments}
    assert {path.rsplit("/", 1)[1] for path in paths} == {"taskrouter", "iam"}
    for secret in ("query-token", "the-auth-token", "hello", "example_2Ecom"):
        assert secret not in "".join(traced)


def test_a_call_is_made_without_a_trace_where_lambda_began_none() -> None:
    # Port 9 refuses connections, and the transport raises nothing else.
    done = _run(CALL_TWILIO, "http://127.0.0.1:9", _X_AMZN_TRACE_ID="")

    assert done.returncode == 0, done.stderr


def test_outside_lambda_nothing_is_traced() -> None:
    code = "import transfer_chat; from chat_transfer.tracing import tracer; "
    code += "assert tracer.disabled; import requests; "
    code += "assert not hasattr(requests.Session.request, '__wrapped__')"

    done = _run(code, LAMBDA_TASK_ROOT="")

    assert done.returncode == 0, done.stderr


def test_one_module_knows_by_which_library_is_traced() -> None:
    modules = sorted(FUNCTIONS.rglob("*.py"))

    names = ("Tracer", "aws_xray_sdk")
    knowing = [one.name for one in modules if any(name in one.read_text() for name in names)]

    assert knowing == ["tracing.py"]


def _run(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**ENVIRONMENT, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
