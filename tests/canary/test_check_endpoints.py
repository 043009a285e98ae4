"""The canary against endpoints with right and wrong answers."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

import check_endpoints

ORIGIN = "https://flex.twilio.com"


@dataclass
class Endpoints:
    """Both endpoints, with configurable answers."""

    statuses: dict[str, int] = field(
        default_factory=lambda: {"POST /transfer-chat": 401, "GET /get-workflows": 401}
    )
    origins: list[str] = field(default_factory=lambda: [ORIGIN])
    asked: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def endpoints(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoints]:
    found = Endpoints()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            asked = f"{self.command} {self.path}"
            found.asked.append((asked, self.headers["User-Agent"]))
            self.send_response(found.statuses.get(asked, 404))
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = _answer  # noqa: N815 - the base class's names

        def do_OPTIONS(self) -> None:
            self.send_response(204)
            if self.headers["Origin"] in found.origins:
                self.send_header("Access-Control-Allow-Origin", self.headers["Origin"])
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_address[1]}"
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("ENDPOINT", found.url)
        monkeypatch.setenv("ALLOWED_ORIGINS", json.dumps([ORIGIN]))
        yield found
        server.shutdown()


def failure() -> str:
    with pytest.raises(check_endpoints.EndpointError) as caught:
        check_endpoints.handler({}, None)
    return str(caught.value)


def test_endpoints_that_answer_401_pass(endpoints: Endpoints) -> None:
    check_endpoints.handler({}, None)

    assert {asked for asked, _ in endpoints.asked} == {"POST /transfer-chat", "GET /get-workflows"}
    # The access log identifies the canary by it.
    assert {agent for _, agent in endpoints.asked} == {"flex-chat-transfer-canary"}


@pytest.mark.parametrize("route", ["POST /transfer-chat", "GET /get-workflows"])
@pytest.mark.parametrize("status", [200, 404, 429, 500, 503])
def test_any_other_status_is_a_failure(endpoints: Endpoints, route: str, status: int) -> None:
    endpoints.statuses[route] = status
    method, path = route.split()

    assert failure() == f"{method} {endpoints.url}{path}: {status}, expected 401"


def test_all_failures_are_reported_at_once(endpoints: Endpoints) -> None:
    endpoints.statuses.clear()

    assert failure().count("404, expected 401") == 2


def test_a_refused_origin_is_a_failure(endpoints: Endpoints) -> None:
    endpoints.origins.clear()

    assert failure().endswith(f"from {ORIGIN}: allows no origin")


def test_an_unreachable_endpoint_is_a_failure(
    endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert endpoints.url
    monkeypatch.setenv("ENDPOINT", "http://127.0.0.1:9")

    assert failure().count("Connection refused") == 3


@pytest.mark.parametrize(
    "argument",
    ["", "transfers.example.com", "https://", "file:///etc/hosts", "http://a..b", "http://[::1"],
)
def test_an_argument_that_is_no_endpoint_gives_one_line(argument: str) -> None:
    done = subprocess.run(
        [sys.executable, check_endpoints.__file__, argument],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert argument in done.stderr


def test_the_canary_imports_the_standard_library_only() -> None:
    tree = ast.parse(Path(check_endpoints.__file__).read_text())
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [it.name for it in node.names]
        )
    }

    assert imported <= sys.stdlib_module_names
