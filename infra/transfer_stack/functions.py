"""A Lambda function with all that it needs to run and nothing that it could do without."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from transfer_stack.bundle import PYTHON_VERSION, Bundle
from transfer_stack.permissions import (
    Statement,
    lambda_may_assume,
    policy,
    send_traces,
    write_logs,
)
from transfer_stack.settings import StackSettings

# What requests go to. An alias changes over from one version to the next at once, and a version is
# code and configuration together, so no request ever meets new code with old settings.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
LIVE: Final = "live"

# The provider publishes one function after the other, and an update waits for the snapshot. That
# takes some minutes; when it does not end, neither does the wait.
_PUBLISHED_WITHIN: Final = pulumi.CustomTimeouts(create="10m", update="10m")


@dataclass(frozen=True, slots=True)
class TransferFunctionArgs:
    """What a `TransferFunction` is made from.

    Parameters
    ----------
    settings
        The stack's settings.
    bundle
        The code; the functions that answer requests share one bundle.
    handler
        The handler in it, as `module.function`.
    description
        What the function does, for who finds it in the console.
    environment
        Its environment variables.
    statements
        What its role may do beyond writing its own logs and traces.
    needs
        What must be there before the function can answer a request.
    """

    settings: StackSettings
    bundle: Bundle
    handler: str
    description: str
    environment: Mapping[str, pulumi.Input[str]]
    statements: Sequence[pulumi.Input[Statement]] = ()
    needs: Sequence[pulumi.Resource] = ()


class TransferFunction(pulumi.ComponentResource):
    """A function with a role, a log group and a `live` alias of its own.

    Parameters
    ----------
    name
        The component's name, and the end of the function's name.
    args
        See `TransferFunctionArgs`.
    opts
        Pulumi's resource options.
    """

    function: aws.lambda_.Function
    alias: aws.lambda_.Alias
    log_group_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: TransferFunctionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("flex-chat-transfer:index:TransferFunction", name, None, opts)
        log_group = self._log_group(name, args.settings)
        role, role_policy = self._role(name, args, log_group)
        self.function = self._function(name, args, role, [log_group, role_policy])
        self.alias = aws.lambda_.Alias(
            name,
            name=LIVE,
            description="The version that answers requests",
            function_name=self.function.name,
            function_version=self.function.version,
            opts=pulumi.ResourceOptions(parent=self, depends_on=args.needs),
        )
        self.log_group_name = log_group.name
        self.register_outputs(
            {"functionName": self.function.name, "logGroupName": self.log_group_name}
        )

    def _log_group(self, name: str, settings: StackSettings) -> aws.cloudwatch.LogGroup:
        return aws.cloudwatch.LogGroup(
            name,
            name=f"/aws/lambda/{settings.prefix}-{name}",
            retention_in_days=settings.log_retention_days,
            tags=settings.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _role(
        self, name: str, args: TransferFunctionArgs, log_group: aws.cloudwatch.LogGroup
    ) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        role = aws.iam.Role(
            name,
            name=f"{args.settings.prefix}-{name}",
            description=f"What {args.settings.prefix}-{name} may do",
            assume_role_policy=lambda_may_assume(),
            tags=args.settings.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        statements = [log_group.arn.apply(write_logs), send_traces(), *args.statements]
        role_policy = aws.iam.RolePolicy(
            name,
            name=name,
            role=role.name,
            policy=pulumi.Output.all(*statements).apply(policy),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return role, role_policy

    def _function(
        self,
        name: str,
        args: TransferFunctionArgs,
        role: aws.iam.Role,
        depends_on: Sequence[pulumi.Resource],
    ) -> aws.lambda_.Function:
        settings = args.settings
        return aws.lambda_.Function(
            name,
            name=f"{settings.prefix}-{name}",
            description=args.description,
            runtime=f"python{PYTHON_VERSION}",
            handler=args.handler,
            architectures=[settings.functions.architecture],
            code=pulumi.FileArchive(str(args.bundle.path)),
            source_code_hash=args.bundle.sha256,
            role=role.arn,
            memory_size=settings.functions.memory_mb,
            timeout=settings.functions.timeout_seconds,
            # A version for the alias, with each change of code or configuration.
            publish=True,
            snap_start={"apply_on": "PublishedVersions"} if settings.functions.snap_start else None,
            reserved_concurrent_executions=settings.functions.reserved_concurrency,
            environment={"variables": dict(args.environment)},
            tracing_config={"mode": "Active"},
            tags=settings.tags,
            # Without its log group Lambda would try to make one that never expires; without its
            # policy it could not log.
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=depends_on, custom_timeouts=_PUBLISHED_WITHIN
            ),
        )
