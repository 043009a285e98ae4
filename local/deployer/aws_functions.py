"""Creates what runs: roles, their policies, Lambda functions, and who or what invokes them."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from local.deployer.aws_clients import AwsClients, capitalised, tag_list
from local.deployer.bytecode import with_bytecode
from local.deployer.errors import DeploymentError
from local.deployer.resource_types import Created, Inputs, ResourceType

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_ACTIVE_SECONDS: Final = 30


def _create_role(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    role = aws.client("iam").create_role(
        RoleName=inputs["name"],
        Description=inputs["description"],
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        Tags=tag_list(inputs["tags"]),
    )["Role"]
    return Created(role["RoleName"], {"arn": role["Arn"], "uniqueId": role["RoleId"]})


def _create_role_policy(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    aws.client("iam").put_role_policy(
        RoleName=inputs["role"], PolicyName=inputs["name"], PolicyDocument=inputs["policy"]
    )
    return Created(f"{inputs['role']}:{inputs['name']}")


def _create_function(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    client = aws.client("lambda")
    answer = client.create_function(
        FunctionName=inputs["name"],
        Description=inputs["description"],
        Runtime=inputs["runtime"],
        Handler=inputs["handler"],
        Architectures=inputs["architectures"],
        Code={"ZipFile": with_bytecode(Path(inputs["code"].path))},
        Role=inputs["role"],
        MemorySize=inputs["memorySize"],
        Timeout=inputs["timeout"],
        Environment={"Variables": inputs["environment"]["variables"]},
        TracingConfig=capitalised(inputs["tracingConfig"]),  # type: ignore[arg-type]
        Publish=inputs["publish"],
        SnapStart={"ApplyOn": inputs.get("snapStart", {}).get("applyOn", "None")},
        Tags=inputs["tags"],
    )
    _wait_until_active(client, inputs["name"])
    version = answer["Version"]
    _wait_until_active(client, f"{inputs['name']}:{version}")
    if reserved := inputs.get("reservedConcurrentExecutions"):
        client.put_function_concurrency(
            FunctionName=inputs["name"], ReservedConcurrentExecutions=reserved
        )
    arn = answer["FunctionArn"].removesuffix(f":{version}")
    outputs = {"arn": arn, "invokeArn": _invoke_arn(aws, arn), "version": version}
    return Created(inputs["name"], outputs)


def _create_alias(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    answer = aws.client("lambda").create_alias(
        FunctionName=inputs["functionName"],
        Name=inputs["name"],
        FunctionVersion=inputs["functionVersion"],
        Description=inputs["description"],
    )
    arn = answer["AliasArn"]
    return Created(arn, {"arn": arn, "invokeArn": _invoke_arn(aws, arn)})


def _invoke_arn(aws: AwsClients, arn: str) -> str:
    path = f"lambda:path/2015-03-31/functions/{arn}/invocations"
    return f"arn:aws:apigateway:{aws.region}:{path}"


def _wait_until_active(client: "LambdaClient", name: str) -> None:
    """Wait as the real provider does; boto3's waiter knows no pause below a second."""
    deadline = time.monotonic() + _ACTIVE_SECONDS
    while (state := client.get_function_configuration(FunctionName=name).get("State")) == "Pending":
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    if state != "Active":
        raise DeploymentError(f"function {name} is {state} after {_ACTIVE_SECONDS} s, not Active")


def _create_permission(aws: AwsClients, name: str, inputs: Inputs) -> Created:
    aws.client("lambda").add_permission(
        FunctionName=inputs["function"],
        Qualifier=inputs["qualifier"],
        StatementId=name,
        Action=inputs["action"],
        Principal=inputs["principal"],
        SourceArn=inputs["sourceArn"],
    )
    return Created(name, {"statementId": name})


def _create_schedule(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    target = inputs["target"]
    answer = aws.client("scheduler").create_schedule(
        Name=inputs["name"],
        Description=inputs["description"],
        ScheduleExpression=inputs["scheduleExpression"],
        FlexibleTimeWindow={"Mode": inputs["flexibleTimeWindow"]["mode"]},
        Target={
            "Arn": target["arn"],
            "RoleArn": target["roleArn"],
            "RetryPolicy": {"MaximumRetryAttempts": target["retryPolicy"]["maximumRetryAttempts"]},
        },
    )
    return Created(f"default/{inputs['name']}", {"arn": answer["ScheduleArn"]})


TYPES: Final = {
    "aws:iam/role:Role": ResourceType(
        frozenset({"assumeRolePolicy", "description", "name", "tags"}), _create_role
    ),
    "aws:iam/rolePolicy:RolePolicy": ResourceType(
        frozenset({"name", "policy", "role"}), _create_role_policy
    ),
    "aws:lambda/function:Function": ResourceType(
        frozenset(
            {
                "architectures",
                "code",
                "description",
                "environment",
                "handler",
                "memorySize",
                "name",
                "publish",
                "reservedConcurrentExecutions",
                "role",
                "runtime",
                "snapStart",
                # Only tells the real provider whether the code changed; here it is always new.
                "sourceCodeHash",
                "tags",
                "timeout",
                "tracingConfig",
            }
        ),
        _create_function,
    ),
    "aws:lambda/alias:Alias": ResourceType(
        frozenset({"description", "functionName", "functionVersion", "name"}), _create_alias
    ),
    "aws:lambda/permission:Permission": ResourceType(
        frozenset({"action", "function", "principal", "qualifier", "sourceArn"}),
        _create_permission,
    ),
    "aws:scheduler/schedule:Schedule": ResourceType(
        frozenset({"description", "flexibleTimeWindow", "name", "scheduleExpression", "target"}),
        _create_schedule,
    ),
}
