"""A function that calls the endpoints every five minutes.

Without requests there are no metrics and no alarms, even when nothing works. The canary's requests
also keep the functions' snapshots: Lambda deletes one that is not used for 14 days.
https://docs.aws.amazon.com/lambda/latest/dg/snapstart-security.html
"""

import json
from dataclasses import replace
from typing import Final

import pulumi
import pulumi_aws as aws

from transfer_stack.bundle import Bundle
from transfer_stack.component import Component
from transfer_stack.functions import TransferFunction
from transfer_stack.permissions import invoke_function, policy, scheduler_may_assume
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
        self._declare_schedule(name, settings)
        self.register_outputs({"functionName": self.function.function.name})

    def _declare_schedule(self, name: str, settings: StackSettings) -> None:
        alias_arn = self.function.alias.arn
        role = aws.iam.Role(
            f"{name}-schedule",
            name=f"{settings.prefix}-schedule",
            description=f"What the schedule of {settings.prefix}-{name} may do",
            assume_role_policy=alias_arn.apply(scheduler_may_assume),
            tags=settings.tags,
            opts=self.child(),
        )
        role_policy = aws.iam.RolePolicy(
            f"{name}-schedule",
            name=f"{name}-schedule",
            role=role.name,
            policy=alias_arn.apply(lambda arn: policy([invoke_function(arn)])),
            opts=self.child(),
        )
        aws.scheduler.Schedule(
            name,
            name=f"{settings.prefix}-{name}",
            description="Asks the endpoints whether they answer",
            schedule_expression=_RATE,
            flexible_time_window={"mode": "OFF"},
            target={
                "arn": alias_arn,
                "role_arn": role.arn,
                # No retry: the next run follows in five minutes.
                "retry_policy": {"maximum_retry_attempts": 0},
            },
            opts=self.child(depends_on=[role_policy]),
        )
