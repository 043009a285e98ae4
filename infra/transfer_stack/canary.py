"""A function that asks the endpoints every five minutes, since silence tells nothing by itself.

Without requests there is no metric and so no alarm, whether there is no need or nothing works. Its
requests also keep the functions' snapshots: Lambda drops one that is not used for 14 days.
https://docs.aws.amazon.com/lambda/latest/dg/snapstart-security.html
"""

import json
from dataclasses import dataclass, replace
from typing import Final

import pulumi
import pulumi_aws as aws

from transfer_stack.bundle import Bundle
from transfer_stack.functions import TransferFunction, TransferFunctionArgs
from transfer_stack.permissions import invoke_function, policy, scheduler_may_assume
from transfer_stack.settings import StackSettings

_RATE: Final = "rate(5 minutes)"
_MEMORY_MB: Final = 128
# As long as an HTTP API lets a request take, and a moment.
_TIMEOUT_SECONDS: Final = 35


@dataclass(frozen=True, slots=True)
class CanaryArgs:
    """What `Canary` is made from.

    Parameters
    ----------
    settings
        The stack's settings.
    bundle
        The function's code.
    endpoint
        The base of both endpoints, as the plugin has it.
    """

    settings: StackSettings
    bundle: Bundle
    endpoint: pulumi.Input[str]


class Canary(pulumi.ComponentResource):
    """The function, and the schedule that runs it.

    Parameters
    ----------
    name
        The component's name.
    args
        See `CanaryArgs`.
    opts
        Pulumi's resource options.
    """

    function: TransferFunction

    def __init__(
        self, name: str, args: CanaryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("flex-chat-transfer:index:Canary", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self.function = TransferFunction(name, _function_args(args), self._child)
        self._declare_schedule(name, args.settings)
        self.register_outputs({"functionName": self.function.function.name})

    def _declare_schedule(self, name: str, settings: StackSettings) -> None:
        alias_arn = self.function.alias.arn
        role = aws.iam.Role(
            f"{name}-schedule",
            name=f"{settings.prefix}-schedule",
            description=f"What the schedule of {settings.prefix}-{name} may do",
            assume_role_policy=alias_arn.apply(scheduler_may_assume),
            tags=settings.tags,
            opts=self._child,
        )
        role_policy = aws.iam.RolePolicy(
            f"{name}-schedule",
            name=f"{name}-schedule",
            role=role.name,
            policy=alias_arn.apply(lambda arn: policy([invoke_function(arn)])),
            opts=self._child,
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
                # A run that could not begin is not made up for: the next one is near.
                "retry_policy": {"maximum_retry_attempts": 0},
            },
            opts=pulumi.ResourceOptions.merge(
                self._child, pulumi.ResourceOptions(depends_on=[role_policy])
            ),
        )


def _function_args(args: CanaryArgs) -> TransferFunctionArgs:
    """Return what the function is made from: small, and never a user of what agents need."""
    functions = replace(
        args.settings.functions,
        memory_mb=_MEMORY_MB,
        timeout_seconds=_TIMEOUT_SECONDS,
        snap_start=False,
        reserved_concurrency=None,
    )
    return TransferFunctionArgs(
        settings=replace(args.settings, functions=functions),
        bundle=args.bundle,
        handler="check_endpoints.handler",
        description="Asks both endpoints what they answer to a request without a token",
        environment={
            "ENDPOINT": args.endpoint,
            "ALLOWED_ORIGINS": json.dumps(args.settings.gateway.allowed_origins),
        },
    )
