"""A Lambda function with all that it needs to run and nothing that it could do without."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
from transfer_stack.settings import Settings


@dataclass(frozen=True, slots=True)
class TransferFunctionArgs:
    """What a `TransferFunction` is made from.

    Parameters
    ----------
    settings
        The stack's settings.
    bundle
        The code; both functions share one bundle.
    handler
        The handler in it, as `module.function`.
    description
        What the function does, for who finds it in the console.
    environment
        Its environment variables, the logger's aside.
    statements
        What its role may do beyond writing its own logs and traces.
    """

    settings: Settings
    bundle: Bundle
    handler: str
    description: str
    environment: Mapping[str, pulumi.Input[str]]
    statements: Sequence[pulumi.Input[Statement]] = field(default_factory=tuple)


class TransferFunction(pulumi.ComponentResource):
    """A function with a role and a log group of its own.

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
    log_group_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: TransferFunctionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("flex-chat-transfer:index:TransferFunction", name, None, opts)
        log_group = self._log_group(name, args.settings)
        role, role_policy = self._role(name, args, log_group)
        self.function = self._function(name, args, role, [log_group, role_policy])
        self.log_group_name = log_group.name
        self.register_outputs(
            {"functionName": self.function.name, "logGroupName": self.log_group_name}
        )

    def _log_group(self, name: str, settings: Settings) -> aws.cloudwatch.LogGroup:
        return aws.cloudwatch.LogGroup(
            name,
            name=f"/aws/lambda/{settings.prefix}-{name}",
            retention_in_days=settings.functions.log_retention_days,
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
            environment={"variables": {**args.environment, **_powertools(settings)}},
            tracing_config={"mode": "Active"},
            tags=settings.tags,
            # Without its log group Lambda would try to make one that never expires; without its
            # policy it could not log.
            opts=pulumi.ResourceOptions(parent=self, depends_on=depends_on),
        )


def _powertools(settings: Settings) -> dict[str, str]:
    """Return what Powertools reads from the environment.

    Source: https://docs.powertools.aws.dev/lambda/python/latest/environment_variables/
    """
    return {
        "POWERTOOLS_SERVICE_NAME": settings.project,
        "POWERTOOLS_METRICS_NAMESPACE": settings.project,
        "POWERTOOLS_LOG_LEVEL": settings.functions.log_level,
    }
