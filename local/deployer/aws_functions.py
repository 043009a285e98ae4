"""Creates what runs: roles, their policies, Lambda functions and who may invoke them."""

from pathlib import Path
from typing import Final

from local.deployer.aws_clients import AwsClients, capitalised, tag_list
from local.deployer.resource_types import Created, Inputs, ResourceType


def _create_role(aws: AwsClients, _name: str, inputs: Inputs) -> Created:
    role = aws.client("iam").create_role(
        RoleName=inputs["name"],
        Description=inputs["description"],
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        Tags=tag_list(inputs["tags"]),  # type: ignore[arg-type]
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
        Code={"ZipFile": Path(inputs["code"].path).read_bytes()},
        Role=inputs["role"],
        MemorySize=inputs["memorySize"],
        Timeout=inputs["timeout"],
        Environment={"Variables": inputs["environment"]["variables"]},
        TracingConfig=capitalised(inputs["tracingConfig"]),  # type: ignore[arg-type]
        Tags=inputs["tags"],
    )
    client.get_waiter("function_active_v2").wait(
        FunctionName=inputs["name"], WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    arn = answer["FunctionArn"]
    path = f"lambda:path/2015-03-31/functions/{arn}/invocations"
    return Created(
        inputs["name"], {"arn": arn, "invokeArn": f"arn:aws:apigateway:{aws.region}:{path}"}
    )


def _create_permission(aws: AwsClients, name: str, inputs: Inputs) -> Created:
    aws.client("lambda").add_permission(
        FunctionName=inputs["function"],
        StatementId=name,
        Action=inputs["action"],
        Principal=inputs["principal"],
        SourceArn=inputs["sourceArn"],
    )
    return Created(name, {"statementId": name})


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
                "role",
                "runtime",
                # Only tells the real provider whether the code changed; here it is always new.
                "sourceCodeHash",
                "tags",
                "timeout",
                "tracingConfig",
            }
        ),
        _create_function,
    ),
    "aws:lambda/permission:Permission": ResourceType(
        frozenset({"action", "function", "principal", "sourceArn"}), _create_permission
    ),
}
