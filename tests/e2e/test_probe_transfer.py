"""The emulator's probe plays transfers through the deployed endpoint, and through a broken one."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests

from tests.deployment import events_of
from tests.e2e.conftest import SECONDS, Plugin
from twilio_emulator.probe import transfer_command
from twilio_emulator.probe.experiment import PREFIX

SUPERVISOR = "sam"
# It waits by the machine's clock, and a busy machine is slow.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def environment(plugin: Plugin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Put the account's credentials and a supervisor's token into the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_REGION", "TWILIO_EDGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", plugin.centre.account_sid)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", plugin.centre.auth_token)
    monkeypatch.setenv("FLEX_TOKEN", plugin.centre.token_of(SUPERVISOR))


def play(plugin: Plugin, endpoint: str) -> int:
    workspace = ("--workspace", plugin.centre.workspace_sid, "--agents-may-work")
    twilio = ("--base-url", plugin.stack.twilio.base_url)
    return transfer_command.main(["--run", *workspace, *twilio, "--endpoint", endpoint])


def left_by_probes(plugin: Plugin) -> list[str]:
    tables = plugin.centre.workspace.tables
    things: list[Any] = [
        *tables.workers.values(),
        *tables.workflows.values(),
        *tables.task_queues.values(),
    ]
    tasks = [one for one in tables.tasks.values() if PREFIX in one.attributes]
    left = [one.sid for one in things if one.friendly_name.startswith(PREFIX)]
    return left + [one.sid for one in tasks if not one.status.ended]


@contextmanager
def frequent_looks(plugin: Plugin) -> Iterator[None]:
    """Do what the schedule does each minute every few seconds: a decline is noticed by it alone."""
    stack, stopped = plugin.stack, threading.Event()
    service = boto3.client(
        "lambda",
        endpoint_url=stack.aws.endpoint_url,
        region_name=stack.aws.region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )

    def look() -> None:
        while not stopped.wait(3):
            service.invoke(
                FunctionName=stack.outputs["functionNames"]["transferEvents"],
                Qualifier="live",
                Payload=json.dumps({"source": "schedule"}),
            )

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


@pytest.mark.usefixtures("environment")
def test_transfers_of_the_stack_keep_every_principle(
    plugin: Plugin, capsys: pytest.CaptureFixture[str]
) -> None:
    with events_of(plugin.stack.twilio), frequent_looks(plugin):
        status = play(plugin, plugin.stack.endpoint)

    said = capsys.readouterr()
    assert status == 0, said
    for kept in ("1", "2", "3", "4", "5", "8"):
        assert f"kept    principle {kept}" in said.out
    assert "BROKEN" not in said.out
    assert plugin.centre.token_of(SUPERVISOR) not in said.out + said.err
    assert left_by_probes(plugin) == []


@contextmanager
def endpoint_that_ends_offered_tasks(plugin: Plugin) -> Iterator[str]:
    """Pass requests on to the stack; of an offer, end the task that its agent has to keep."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._pass_on(b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._pass_on(body)

        def _pass_on(self, body: bytes) -> None:
            headers = {name: self.headers[name] for name in ("Authorization", "Content-Type")}
            url = f"{plugin.stack.endpoint}{self.path}"
            answer = requests.request(
                self.command, url, data=body, headers=headers, timeout=SECONDS
            )
            if answer.status_code == 202:
                plugin.centre.complete(json.loads(body)["taskSid"])
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.usefixtures("environment")
def test_an_endpoint_that_breaks_a_principle_is_found_out(
    plugin: Plugin, capsys: pytest.CaptureFixture[str]
) -> None:
    with endpoint_that_ends_offered_tasks(plugin) as endpoint:
        status = play(plugin, endpoint)

    said = capsys.readouterr()
    assert status == transfer_command.BROKEN, said
    assert "Principle 5 broke: Now: the original ends" in said.out
    assert left_by_probes(plugin) == []
