"""The whole system on this machine: both emulators, and the Pulumi program deployed to them.

Everything ends with the context: the emulated Twilio is a thread, the emulated AWS a child process
that also goes when this process is killed.
"""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pulumi
from rich.console import Console

from local.aws import EmulatedAws, emulated_aws
from local.deployer import DeploymentError, deploy
from local.package import deploy_package
from local.progress import Lines, Progress
from twilio_emulator.seed import contact_centre
from twilio_emulator.server import RunningTwilio, serve

TRANSFER_QUEUES: Final = ("Sales", "Support")
SECRETS: Final = ("twilio:apiKeySecret", "flex-chat-transfer:eventsPassword")
# Flex itself, and where Flex's tools serve a plugin under development:
# https://github.com/twilio/flex-plugin-js#development
ALLOWED_ORIGINS: Final = ("https://flex.twilio.com", "http://localhost:3000")


@dataclass(frozen=True, slots=True)
class LocalStack:
    """A deployed stack that is up.

    Attributes
    ----------
    endpoint
        The value for the Flex plugin's ``FLEX_APP_FUNCTIONS_BASE``.
    outputs
        All outputs of the Pulumi program.
    events_password
        With which Twilio sends its events to the endpoint, as user ``twilio``.
    twilio, aws
        The emulators it was deployed to.
    """

    endpoint: str
    outputs: Mapping[str, Any]
    events_password: str
    twilio: RunningTwilio
    aws: EmulatedAws

    @property
    def addresses(self) -> dict[str, str]:
        """Return what another process needs to use the stack."""
        return {
            "endpoint": self.endpoint,
            "twilio_url": self.twilio.base_url,
            "functions_log": str(self.aws.log_path),
        }


@contextmanager
def local_stack(
    progress: Progress | None = None,
    origins: Sequence[str] = (),
    *,
    settings: Mapping[str, str] = MappingProxyType({}),
    agent_timeout: int | None = None,
    package: Path | None = None,
) -> Iterator[LocalStack]:
    """Start the emulators, deploy to them, and stop everything in the end.

    Parameters
    ----------
    progress
        Where to show what happens; nowhere by default.
    origins
        Origins that a browser may call from, added to `ALLOWED_ORIGINS`.
    settings
        More values of the stack's configuration, by their keys.
    agent_timeout
        Seconds that a transferred chat waits for its agent, if that is not the default.
    package
        The wheel whose component is deployed, if not that of this checkout.

    Raises
    ------
    EmulatedAwsError
        When the emulated AWS does not start.
    DeploymentError
        When a resource cannot be created, or the stack's settings do not allow an origin.
    """
    shown = progress or Lines(Console(quiet=True))
    shown.step("Starting the emulated Twilio")
    with serve(contact_centre()) as twilio:
        shown.step("Starting the emulated AWS")
        with emulated_aws() as aws:
            what = (
                f"{package.name} in an empty environment"
                if package
                else "the Pulumi program in infra/"
            )
            shown.step(f"Deploying {what}")
            config = stack_config(twilio, origins)
            config |= {f"flex-chat-transfer:{key}": value for key, value in settings.items()}
            if agent_timeout:
                config["flex-chat-transfer:agentTimeoutSeconds"] = str(agent_timeout)
            try:
                if package:
                    outputs = deploy_package(
                        package, config, SECRETS, aws.endpoint_url, shown.created
                    )
                else:
                    outputs = deploy(
                        config, SECRETS, aws.endpoint_url, shown.created, on_interrupt=aws.end
                    )
            except pulumi.RunError as error:
                raise DeploymentError(str(error)) from error
            shown.done()
            password = config["flex-chat-transfer:eventsPassword"]
            yield LocalStack(str(outputs["endpoint"]), outputs, password, twilio, aws)


def stack_config(twilio: RunningTwilio, origins: Sequence[str] = ()) -> dict[str, str]:
    """Return the config of a stack that is deployed next to an emulated Twilio."""
    key_sid, key_secret = twilio.centre.api_key
    return {
        "twilio:accountSid": twilio.centre.account_sid,
        "twilio:apiKeySid": key_sid,
        "twilio:apiKeySecret": key_secret,
        "twilio:baseUrl": twilio.base_url,
        "flex-chat-transfer:workspaceSid": twilio.centre.workspace_sid,
        "flex-chat-transfer:transferQueues": json.dumps(TRANSFER_QUEUES),
        "flex-chat-transfer:handOver": "optional",
        "flex-chat-transfer:handOverChoices": json.dumps(["now", "accepted", "warm"]),
        "flex-chat-transfer:eventsPassword": secrets.token_hex(24),
        "flex-chat-transfer:allowedOrigins": json.dumps(
            list(dict.fromkeys([*ALLOWED_ORIGINS, *origins]))
        ),
    }
