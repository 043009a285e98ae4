"""The stack deployed to both emulators, for the tests that go through all of it.

One deployment serves a whole session: tests must not rely on what another test left behind, and
make tasks of their own.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from local.aws import EmulatedAws, emulated_aws
from local.deployer import ResourceEvent, deploy
from twilio_emulator.seed import contact_centre
from twilio_emulator.server import RunningTwilio, serve

TRANSFER_QUEUES = ("Sales", "Support")
EVENTS_PASSWORD = "events-password-of-the-tests-stack-0123"
SECRETS = frozenset({"twilio:authToken", "flex-chat-transfer:eventsPassword"})


@dataclass(frozen=True, slots=True)
class DeployedStack:
    """A stack, and the two clouds that it is deployed to.

    Parameters
    ----------
    outputs
        The stack's outputs.
    events
        What was created, in the order of its creation.
    twilio
        The emulated Twilio; its `centre` has the agents' tokens.
    aws
        The emulated AWS.
    """

    outputs: Mapping[str, Any]
    events: tuple[ResourceEvent, ...]
    twilio: RunningTwilio
    aws: EmulatedAws

    @property
    def endpoint(self) -> str:
        """The base of the endpoints, without a trailing slash."""
        return str(self.outputs["endpoint"])


def stack_config(twilio: RunningTwilio, **changes: str) -> dict[str, str]:
    """Return config for a stack in the emulated account; `changes` are keys of our namespace."""
    return {
        "twilio:accountSid": twilio.centre.account_sid,
        "twilio:authToken": twilio.centre.auth_token,
        "twilio:baseUrl": twilio.base_url,
        "flex-chat-transfer:workspaceSid": twilio.centre.workspace_sid,
        "flex-chat-transfer:transferQueues": json.dumps(TRANSFER_QUEUES),
        **{f"flex-chat-transfer:{key}": value for key, value in changes.items()},
    }


def deploy_stack(
    twilio: RunningTwilio, aws: EmulatedAws, stack: str, **changes: str
) -> DeployedStack:
    """Deploy a stack of this name."""
    events: list[ResourceEvent] = []
    config = stack_config(twilio, **changes)
    outputs = deploy(config, SECRETS, aws.endpoint_url, events.append, stack=stack)
    return DeployedStack(outputs, tuple(events), twilio, aws)


@pytest.fixture(scope="session")
def running_twilio() -> Iterator[RunningTwilio]:
    """An emulated Twilio for the session."""
    with serve(contact_centre()) as twilio:
        yield twilio


@pytest.fixture(scope="session")
def running_aws() -> Iterator[EmulatedAws]:
    """An emulated AWS for the session."""
    with emulated_aws() as aws:
        yield aws


@pytest.fixture(scope="session")
def deployed_stack(running_twilio: RunningTwilio, running_aws: EmulatedAws) -> DeployedStack:
    """The stack, deployed once a session."""
    offers = {"handOver": "optional", "eventsPassword": EVENTS_PASSWORD}
    # Each event starts processes, which most tests have no use for.
    running_twilio.centre.account.settings.events_lost = True
    return deploy_stack(running_twilio, running_aws, "tests", **offers)


@contextmanager
def events_of(twilio: RunningTwilio) -> Iterator[None]:
    """Let Twilio send its events."""
    settings = twilio.centre.account.settings
    settings.events_lost = False
    yield
    settings.events_lost = True
