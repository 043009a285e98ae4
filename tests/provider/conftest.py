"""A provider process for all tests of a worker, and a fresh emulated Twilio for each test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from pulumi_twilio.client import twilio_client
from pulumi_twilio.config import Settings
from tests.provider.plugin_process import Engine, started
from twilio_emulator.seed import contact_centre
from twilio_emulator.server import RunningTwilio, serve

FOLDER = Path(__file__).parents[2] / "pulumi-twilio"


@pytest.fixture(scope="session")
def errors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("provider") / "stderr"


@pytest.fixture(scope="session")
def process(errors: Path) -> Iterator[Engine]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("TWILIO_")
    }
    with started(FOLDER, errors, environment) as engine:
        yield engine


@pytest.fixture
def twilio() -> Iterator[RunningTwilio]:
    with serve(contact_centre()) as running:
        yield running


@pytest.fixture
def engine(process: Engine, twilio: RunningTwilio, errors: Path) -> Iterator[Engine]:
    """Give the engine's side of a provider that is configured for the emulated Twilio."""
    process.configure(
        accountSid=twilio.centre.account_sid,
        authToken=twilio.centre.auth_token,
        baseUrl=twilio.base_url,
    )
    process.heard.clear()
    yield process
    said = "\n".join([*process.heard, errors.read_text()])
    for hidden in (twilio.centre.auth_token, twilio.centre.api_key[1]):
        assert hidden not in said
    assert "Traceback" not in said


@pytest.fixture
def workspace_sid(twilio: RunningTwilio) -> str:
    return twilio.centre.workspace_sid


@pytest.fixture
def workspace(twilio: RunningTwilio) -> WorkspaceContext:
    """Give the workspace as a client other than Pulumi sees and changes it."""
    settings = Settings(
        account_sid=twilio.centre.account_sid,
        username=twilio.centre.account_sid,
        password=twilio.centre.auth_token,
        base_url=twilio.base_url,
    )
    return twilio_client(settings).taskrouter.v1.workspaces(twilio.centre.workspace_sid)
