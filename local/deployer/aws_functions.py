"""Creates what runs: roles, their policies, Lambda functions, and what may invoke them."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from local.deployer.aws_clients import AwsClients, parameters, tag_list
from local.deployer.bytecode import with_bytecode
from local.deployer.errors import DeploymentError
from local.deployer.resource_types import Create, Created, Inputs

_ACTIVE_SECONDS: Final = 30
# `sourceCodeHash` only tells the real provider whether the code changed; here it is always new.
_NOT_PASSED_ON: Final = frozenset({"code", "reservedConcurrentExecutions", "sourceCodeHash"})


def _create_role(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    given = parameters(inputs, name="RoleName", assumeRolePolicy="AssumeRolePolicyDocument")
    given["Tags"] = tag_list(inputs["tags"])
    role = aws.client("iam").create_role(**given)["Role"]
    return Created(role["RoleName"], {"arn": role["Arn"], "uniqueId": role["RoleId"]})


def _create_role_policy(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    given = parameters(inputs, role="RoleName", name="PolicyName", policy="PolicyDocument")
    given["PolicyDocument"] = _with_batches(given["PolicyDocument"])
    aws.client("iam").put_role_policy(**given)
    return Created(f"{inputs['role']}:{inputs['name']}")


def _with_batches(policy: str) -> str:
    """Allow sending messages in batches where sending them is allowed.

    AWS does so by itself; the emulated AWS asks for an action of its own, which AWS does not have.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-batch-api-actions.html
    """
    document = json.loads(policy)
    for statement in document["Statement"]:
        if statement["Action"] == "sqs:SendMessage":
            statement["Action"] = ["sqs:SendMessage", "sqs:SendMessageBatch"]
    return json.dumps(document)


def _create_function(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    client, name = aws.client("lambda"), inputs["name"]
    given = {key: value for key, value in inputs.items() if key not in _NOT_PASSED_ON}
    answer = client.create_function(
        **parameters(given, name="FunctionName", kmsKeyArn="KMSKeyArn"),
        Code={"ZipFile": with_bytecode(Path(inputs["code"].path))},
    )
    version = answer["Version"]
    _wait_until_active(client, name)
    _wait_until_active(client, f"{name}:{version}")
    if reserved := inputs.get("reservedConcurrentExecutions"):
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)
    arn = answer["FunctionArn"].removesuffix(f":{version}")
    return Created(name, {"arn": arn, "invokeArn": _invoke_arn(aws, arn), "version": version})


def _create_alias(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    arn = aws.client("lambda").create_alias(**parameters(inputs))["AliasArn"]
    return Created(arn, {"arn": arn, "invokeArn": _invoke_arn(aws, arn)})


def _invoke_arn(aws: AwsClients, arn: str) -> str:
    path = f"lambda:path/2015-03-31/functions/{arn}/invocations"
    return f"arn:aws:apigateway:{aws.region}:{path}"


def _wait_until_active(client: Any, name: str) -> None:
    """Wait as the real provider does; boto3's waiter knows no pause below a second."""
    deadline = time.monotonic() + _ACTIVE_SECONDS
    while (state := client.get_function_configuration(FunctionName=name).get("State")) == "Pending":
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    if state != "Active":
        raise DeploymentError(f"function {name} is {state} after {_ACTIVE_SECONDS} s, not Active")


def _create_permission(aws: AwsClients, name: str, inputs: Inputs) -> Created:
    given = parameters(inputs, function="FunctionName")
    aws.client("lambda").add_permission(**given, StatementId=name)
    return Created(name, {"statementId": name})


def _configure_invocation(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    aws.client("lambda").put_function_event_invoke_config(**parameters(inputs))
    return Created(f"{inputs['functionName']}:{inputs['qualifier']}")


def _create_schedule(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    answer = aws.client("scheduler").create_schedule(**parameters(inputs))
    return Created(f"default/{inputs['name']}", {"arn": answer["ScheduleArn"]})


TYPES: Final[Mapping[str, Create]] = {
    "aws:iam/role:Role": _create_role,
    "aws:iam/rolePolicy:RolePolicy": _create_role_policy,
    "aws:lambda/function:Function": _create_function,
    "aws:lambda/alias:Alias": _create_alias,
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": _configure_invocation,
    "aws:lambda/permission:Permission": _create_permission,
    "aws:scheduler/schedule:Schedule": _create_schedule,
}
