"""The program, run for a centre of the emulated Twilio without the emulated AWS."""

import contextlib
from typing import Any

from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks

from local.deployer.creator import Creator
from local.deployer.deployment import run_program
from local.deployer.twilio_resources import TwilioResources
from tests.deployment import SECRETS
from tests.infra.declared import declared_outputs
from tests.routing_check.centres import Broken


class _Provider(Mocks):
    """Looks up and creates in the emulated Twilio, and declares what is AWS's."""

    def __init__(self, twilio: TwilioResources, *, creates: bool) -> None:
        self._creator = Creator(None, twilio, lambda _event: None)  # type: ignore[arg-type]
        self._creates = creates

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Create a resource of Twilio's, unless only declarations are wanted."""
        if self._creates and args.typ.startswith("twilio:"):
            return self._creator.new_resource(args)
        return declared_outputs(args)

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Look something up."""
        return self._creator.call(args)


def run(broken: Broken, *, creates: bool = False) -> dict[str, Any]:
    """Run the program, which creates only what is Twilio's, and only on request."""
    config = {**broken.config, "aws:region": "eu-west-1", "flex-chat-transfer:tagCommit": "false"}
    with contextlib.closing(TwilioResources(config)) as twilio:
        monitor = MockMonitor(_Provider(twilio, creates=creates))
        return dict(run_program(monitor, config, SECRETS, stack="dev"))
