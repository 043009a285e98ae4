"""The whole system on this machine: both emulators, and the Pulumi program deployed to them.

Everything ends with the context: the emulated Twilio is a thread, the emulated AWS a child process
that also goes when this process is killed.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from local.addresses import Addresses
from local.aws import EmulatedAws, emulated_aws
from local.deployer import deploy
from local.progress import Progress, Silent
from local.twilio.seed import ContactCentre, contact_centre
from local.twilio.server import RunningTwilio, serve

TRANSFER_QUEUES: Final = ("Sales", "Support")
SECRETS: Final = ("twilio:apiKeySecret",)
# Flex itself, and where Flex's tools serve a plugin under development:
# https://github.com/twilio/flex-plugin-js#development
ALLOWED_ORIGINS: Final = ("https://flex.twilio.com", "http://localhost:3000")


@dataclass(frozen=True, slots=True)
class LocalStack:
    """A deployed stack that answers.

    Attributes
    ----------
    endpoint
        What the Flex plugin would have as its ``FLEX_APP_FUNCTIONS_BASE``.
    outputs
        All outputs of the Pulumi program.
    twilio, aws
        The emulators it was deployed to.
    """

    endpoint: str
    outputs: Mapping[str, Any]
    twilio: RunningTwilio
    aws: EmulatedAws

    @property
    def addresses(self) -> Addresses:
        """Return where everything is."""
        return Addresses(self.endpoint, self.twilio.base_url, str(self.aws.log_path))


@contextmanager
def local_stack(
    progress: Progress | None = None,
    centre: ContactCentre | None = None,
    origins: Sequence[str] = (),
) -> Iterator[LocalStack]:
    """Start the emulators, deploy to them, and take everything down in the end.

    Parameters
    ----------
    progress
        Who hears what is going on; nobody by default.
    centre
        The contact centre to begin with; the seeded one by default.
    origins
        Origins that a browser may call from, added to `ALLOWED_ORIGINS`.

    Raises
    ------
    EmulatedAwsError
        When the emulated AWS does not start.
    DeploymentError
        When a resource cannot be created.
    pulumi.RunError
        When an origin is none that the stack's settings allow.
    """
    told = progress or Silent()
    told.step("Starting the emulated Twilio")
    with serve(centre or contact_centre()) as twilio:
        told.step("Starting the emulated AWS")
        with emulated_aws() as aws:
            told.step("Deploying the Pulumi program in infra/")
            outputs = deploy(
                stack_config(twilio, origins),
                SECRETS,
                aws.endpoint_url,
                told.created,
                on_interrupt=aws.end,
            )
            told.done()
            yield LocalStack(str(outputs["endpoint"]), outputs, twilio, aws)


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
        "flex-chat-transfer:allowedOrigins": json.dumps(
            list(dict.fromkeys([*ALLOWED_ORIGINS, *origins]))
        ),
    }
