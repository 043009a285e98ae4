"""A Lambda function with its role, log group and alias."""

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
import pulumi_aws as aws

from transfer_stack.bundle import PYTHON_VERSION, Bundle
from transfer_stack.component import Component
from transfer_stack.permissions import (
    Statement,
    lambda_may_assume,
    policy,
    send_traces,
    use_key,
    write_logs,
)
from transfer_stack.settings import StackSettings

# Requests go to this alias. It changes version at once, and a version is code and configuration
# together, so no request runs new code with old settings.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
LIVE: Final = "live"

# An update waits for the snapshot, which takes some minutes, and the provider publishes one
# function after the other.
_SNAPSHOT_WITHIN: Final = pulumi.CustomTimeouts(create="10m", update="10m")
_PUBLISHED_WITHIN: Final = pulumi.CustomTimeouts(create="5m", update="5m")


class TransferFunction(Component):
    """A function with its own role, log group and `live` alias.

    Parameters
    ----------
    name
        The component's name, and the end of the function's name.
    bundle
        The code; the functions that answer requests share one bundle.
    handler
        The handler in it, as `module.function`.
    statements
        What its role allows in addition to its own logs and traces.
    needs
        The resources that the function needs before it can answer a request.
    """

    short_name: str
    function: aws.lambda_.Function
    alias: aws.lambda_.Alias
    log_group_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        settings: StackSettings,
        bundle: Bundle,
        handler: str,
        description: str,
        environment: Mapping[str, pulumi.Input[str]],
        statements: Sequence[pulumi.Input[Statement]] = (),
        needs: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__(name, opts)
        self.short_name = name
        full_name = f"{settings.prefix}-{name}"
        log_group = aws.cloudwatch.LogGroup(
            name,
            name=f"/aws/lambda/{full_name}",
            retention_in_days=settings.log_retention_days,
            kms_key_id=settings.key_arn or None,
            tags=settings.tags,
            opts=self.child(),
        )
        role = aws.iam.Role(
            name,
            name=full_name,
            description=f"What {full_name} may do",
            assume_role_policy=lambda_may_assume(),
            permissions_boundary=settings.permissions_boundary or None,
            tags=settings.tags,
            opts=self.child(),
        )
        allowed = [log_group.arn.apply(write_logs), send_traces(), *statements]
        if settings.key_arn:
            # Of its environment variables.
            allowed.append(use_key(settings.key_arn, "DecryptEnvironment", "lambda"))
        role_policy = aws.iam.RolePolicy(
            name,
            name=name,
            role=role.name,
            policy=pulumi.Output.all(*allowed).apply(policy),
            opts=self.child(),
        )
        self.function = aws.lambda_.Function(
            name,
            name=full_name,
            description=description,
            runtime=f"python{PYTHON_VERSION}",
            handler=handler,
            architectures=[settings.functions.architecture],
            code=pulumi.FileArchive(str(bundle.path)),
            source_code_hash=bundle.sha256,
            role=role.arn,
            kms_key_arn=settings.key_arn or None,
            memory_size=settings.functions.memory_mb,
            timeout=settings.functions.timeout_seconds,
            # Each change of code or configuration publishes a version for the alias.
            publish=True,
            snap_start={"apply_on": "PublishedVersions"} if settings.functions.snap_start else None,
            reserved_concurrent_executions=settings.functions.reserved_concurrency,
            environment={"variables": dict(environment)},
            tracing_config={"mode": "Active"},
            tags=settings.tags,
            # Without its log group Lambda would create one that never expires; without its policy
            # it could not log.
            opts=self.child(
                depends_on=[log_group, role_policy],
                custom_timeouts=(
                    _SNAPSHOT_WITHIN if settings.functions.snap_start else _PUBLISHED_WITHIN
                ),
            ),
        )
        self.alias = aws.lambda_.Alias(
            name,
            name=LIVE,
            description="The version that answers requests",
            function_name=self.function.name,
            function_version=self.function.version,
            opts=self.child(depends_on=needs),
        )
        self.log_group_name = log_group.name
        self.register_outputs(
            {"functionName": self.function.name, "logGroupName": self.log_group_name}
        )
