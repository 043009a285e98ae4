"""An emulated Twilio with a clock that tests move, and a client of the real SDK."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from emulator.every_route import Exchange, ask_everything
from twilio_emulator.clock import ManualClock
from twilio_emulator.seed import ContactCentre, contact_centre
from twilio_emulator.server import RunningTwilio, serve


class EmulatorHttpClient(TwilioHttpClient):
    """Sends what goes to Twilio's hosts to the emulator, as consumers of it do."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.base_url = base_url

    def request(  # type: ignore[override]
        self, method: str, url: str, *args: Any, **kwargs: Any
    ) -> Response:
        """Send a request; the product's host label becomes the first path segment."""
        parts = urlsplit(url)
        product = (parts.hostname or "").split(".")[0]
        query = f"?{parts.query}" if parts.query else ""
        rewritten = f"{self.base_url}/{product}{parts.path}{query}"
        return super().request(method, rewritten, *args, **kwargs)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def twilio(clock: ManualClock) -> Iterator[RunningTwilio]:
    with serve(contact_centre(clock)) as running:
        yield running


@pytest.fixture
def centre(twilio: RunningTwilio) -> ContactCentre:
    return twilio.centre


@pytest.fixture
def client(twilio: RunningTwilio) -> Client:
    return Client(  # type: ignore[no-untyped-call]
        twilio.centre.account_sid,
        twilio.centre.auth_token,
        http_client=EmulatorHttpClient(twilio.base_url),
    )


@pytest.fixture
def workspace(client: Client, centre: ContactCentre) -> WorkspaceContext:
    return client.taskrouter.v1.workspaces(centre.workspace_sid)


def _to_queue(queue: str) -> dict[str, Any]:
    expression = "worker.sid NOT IN task.ignoreWorkerSids"
    return {
        "expression": f'transferTargetType == "queue" AND targetSid == "{queue}"',
        "targets": [{"queue": queue, "expression": expression, "timeout": 60}],
    }


@pytest.fixture
def transfers(workspace: WorkspaceContext, centre: ContactCentre) -> str:
    """Return a workflow like the one that transfers go through."""
    queues = centre.queues
    routing = {
        "filters": [
            {
                "expression": 'transferTargetType == "worker"',
                "targets": [
                    {
                        "queue": queues["Everyone"],
                        "known_worker_sid": "task.targetSid",
                        "timeout": 60,
                    },
                    {
                        "queue": queues["Everyone"],
                        "expression": "worker.sid NOT IN task.ignoreWorkerSids",
                        "timeout": 120,
                    },
                    {"queue": queues["Everyone"]},
                ],
            },
            *(_to_queue(queues[name]) for name in ("Sales", "Support")),
        ],
        "default_filter": {"queue": queues["Everyone"]},
    }
    made = workspace.workflows.create(
        "Transfers", json.dumps({"task_routing": routing}), task_reservation_timeout=20
    )
    return made.sid or ""


@pytest.fixture(scope="session")
def exchanges() -> list[Exchange]:
    """Return what every route of an emulated Twilio of its own answered."""
    with serve(contact_centre(ManualClock())) as running:
        return list(ask_everything(running))
