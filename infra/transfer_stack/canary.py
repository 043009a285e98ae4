"""A function that calls the endpoints every five minutes.

Without requests there are no metrics and no alarms, even when nothing works. The canary's requests
also keep the functions' snapshots: Lambda deletes one that is not used for 14 days.
https://docs.aws.amazon.com/lambda/latest/dg/snapstart-security.html
"""

import json
from dataclasses import replace
from typing import Final

import pulumi

from transfer_stack.bundle import Bundle
from transfer_stack.component import Component
from transfer_stack.functions import TransferFunction
from transfer_stack.schedule import declare_schedule
from transfer_stack.settings import StackSettings

_RATE: Final = "rate(5 minutes)"
_MEMORY_MB: Final = 128
# Longer than the integration timeout of the API that it calls.
_TIMEOUT_SECONDS: Final = 35


class Canary(Component):
    """The function, and the schedule that runs it."""

    function: TransferFunction

    def __init__(
        self,
        name: str,
        *,
        settings: StackSettings,
        bundle: Bundle,
        endpoint: pulumi.Input[str],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__(name, opts)
        # Small, and without concurrency that agents' requests may need.
        functions = replace(
            settings.functions,
            memory_mb=_MEMORY_MB,
            timeout_seconds=_TIMEOUT_SECONDS,
            snap_start=False,
            reserved_concurrency=None,
        )
        self.function = TransferFunction(
            name,
            settings=replace(settings, functions=functions),
            bundle=bundle,
            handler="check_endpoints.handler",
            description="Asks both endpoints what they answer to a request without a token",
            environment={
                "ENDPOINT": endpoint,
                "ALLOWED_ORIGINS": json.dumps(settings.gateway.allowed_origins),
            },
            opts=self.child(),
        )
        declare_schedule(
            name,
            settings=settings,
            function=self.function,
            role_name="schedule",
            rate=_RATE,
            description="Asks the endpoints whether they answer",
            opts=self.child(),
        )
        self.register_outputs({"functionName": self.function.function.name})
