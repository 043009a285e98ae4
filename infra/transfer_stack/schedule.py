"""A schedule that invokes a function at a rate, and the role with which it does."""

import json
from collections.abc import Mapping
from typing import Final

import pulumi
import pulumi_aws as aws

from transfer_stack.functions import TransferFunction
from transfer_stack.permissions import invoke_function, policy, scheduler_may_assume
from transfer_stack.settings import StackSettings

# The least that Lambda and EventBridge Scheduler take.
# https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
_SHORTEST_AGE_SECONDS: Final = 60


def declare_schedule(
    name: str,
    *,
    settings: StackSettings,
    function: TransferFunction,
    role_name: str,
    rate: str,
    description: str,
    payload: Mapping[str, str] | None = None,
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the schedule, without retries: the next run follows.

    EventBridge invokes asynchronously, so Lambda has retries of its own: two, and for six hours
    while the function is throttled, unless it is told otherwise.
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html

    Parameters
    ----------
    name
        The name of its resources, and the end of the schedule's.
    function
        The function whose `live` alias it invokes.
    role_name
        The end of its role's name.
    rate
        How often, such as `rate(5 minutes)`.
    payload
        The event that the function gets; EventBridge's own if there is none.
    """
    alias_arn = function.alias.arn
    role = aws.iam.Role(
        f"{name}-schedule",
        name=f"{settings.prefix}-{role_name}",
        description=f"What the schedule of {settings.prefix}-{name} may do",
        assume_role_policy=alias_arn.apply(scheduler_may_assume),
        permissions_boundary=settings.permissions_boundary or None,
        tags=settings.tags,
        opts=opts,
    )
    role_policy = aws.iam.RolePolicy(
        f"{name}-schedule",
        name=f"{name}-schedule",
        role=role.name,
        policy=alias_arn.apply(lambda arn: policy([invoke_function(arn)])),
        opts=opts,
    )
    target: aws.scheduler.ScheduleTargetArgsDict = {
        "arn": alias_arn,
        "role_arn": role.arn,
        "retry_policy": {
            "maximum_retry_attempts": 0,
            "maximum_event_age_in_seconds": _SHORTEST_AGE_SECONDS,
        },
    }
    if payload:
        target["input"] = json.dumps(payload)
    without_retries = aws.lambda_.FunctionEventInvokeConfig(
        name,
        function_name=function.function.name,
        qualifier=function.alias.name,
        maximum_retry_attempts=0,
        maximum_event_age_in_seconds=_SHORTEST_AGE_SECONDS,
        opts=opts,
    )
    first = pulumi.ResourceOptions(depends_on=[role_policy, without_retries])
    aws.scheduler.Schedule(
        name,
        name=f"{settings.prefix}-{name}",
        description=description,
        schedule_expression=rate,
        flexible_time_window={"mode": "OFF"},
        target=target,
        opts=pulumi.ResourceOptions.merge(opts, first),
    )
