"""Every statement of every role; a new one must be added here."""

import json
from typing import Any

import pytest

from tests.infra.declared import (
    CONFIG,
    KEY_ARN,
    OFFERS,
    REGION_AND_ACCOUNT,
    Program,
    declare,
)

LOGS = {
    "Sid": "WriteOwnLogs",
    "Effect": "Allow",
    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
}
TRACES = {
    "Sid": "SendTraces",
    "Effect": "Allow",
    "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
    # X-Ray's actions take no resource.
    "Resource": "*",
}
SECRET = {
    "Sid": "ReadSecret",
    "Effect": "Allow",
    "Action": "secretsmanager:GetSecretValue",
    "Resource": f"arn:aws:secretsmanager:{REGION_AND_ACCOUNT}:credentials",
}
TABLE = {
    "Sid": "RememberTransfers",
    "Effect": "Allow",
    "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
    "Resource": f"arn:aws:dynamodb:{REGION_AND_ACCOUNT}:flex-chat-transfer-dev-idempotency",
}
INDEX = {
    "Sid": "FindUnfinished",
    "Effect": "Allow",
    "Action": "dynamodb:Scan",
    "Resource": f"{TABLE['Resource']}/index/unfinished",
}
LISTS = [
    INDEX,
    {
        "Sid": "FindOffers",
        "Effect": "Allow",
        "Action": "dynamodb:Query",
        "Resource": f"{TABLE['Resource']}/index/offers",
    },
    {
        "Sid": "ReadOffers",
        "Effect": "Allow",
        "Action": "dynamodb:BatchGetItem",
        "Resource": TABLE["Resource"],
    },
]


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("transfer-chat", [SECRET, TABLE, *LISTS]),
        ("get-workflows", [SECRET]),
        ("transfer-events", [SECRET, TABLE, INDEX]),
    ],
)
def test_a_role_allows_exactly_these_actions(
    program: Program, name: str, others: list[dict[str, Any]]
) -> None:
    policy = program.one("aws:iam/rolePolicy:RolePolicy", name).inputs

    group = f"/aws/lambda/flex-chat-transfer-dev-{name}"
    own_logs = {**LOGS, "Resource": f"arn:aws:logs:{REGION_AND_ACCOUNT}:log-group:{group}:*"}
    assert policy["role"] == f"flex-chat-transfer-dev-{name}"
    assert json.loads(policy["policy"])["Statement"] == [own_logs, TRACES, *others]


@pytest.mark.parametrize("name", ["transfer-chat", "get-workflows"])
def test_a_customer_managed_key_decrypts_that_secret_only(name: str) -> None:
    found = declare(kmsKeyArn=KEY_ARN)

    statements = json.loads(found.one("aws:iam/rolePolicy:RolePolicy", name).inputs["policy"])
    of_key = [it for it in statements["Statement"] if "kms" in json.dumps(it)]
    assert {it["Sid"] for it in of_key} == {
        *("DecryptSecret", "DecryptEnvironment"),
        *(["UseTablesKey"] if name == "transfer-chat" else []),
    }
    assert all(it["Resource"] == KEY_ARN for it in of_key)
    assert all("kms:ViaService" in it["Condition"]["StringEquals"] for it in of_key)
    assert [it for it in of_key if it["Sid"] == "DecryptSecret"] == [
        {
            "Sid": "DecryptSecret",
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": KEY_ARN,
            "Condition": {
                "StringEquals": {
                    "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com",
                    "kms:EncryptionContext:SecretARN": SECRET["Resource"],
                }
            },
        }
    ]
    secret = found.one("aws:secretsmanager/secret:Secret", "credentials")
    assert secret.inputs["kmsKeyId"] == KEY_ARN


def test_every_role_has_the_boundary_of_the_config() -> None:
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    found = declare({**CONFIG, **OFFERS}, rolePermissionsBoundary=boundary, canary="true")

    roles = found.of_type("aws:iam/role:Role").values()
    assert len(roles) == 7
    assert {role.inputs["permissionsBoundary"] for role in roles} == {boundary}


def test_events_are_queued_and_taken_with_the_companys_key() -> None:
    found = declare({**CONFIG, **OFFERS}, kmsKeyArn=KEY_ARN)

    for name, actions in (
        ("receive-events", ["kms:Decrypt", "kms:GenerateDataKey"]),
        ("transfer-events", ["kms:Decrypt"]),
    ):
        policy = json.loads(found.one("aws:iam/rolePolicy:RolePolicy", name).inputs["policy"])
        (statement,) = [it for it in policy["Statement"] if it["Sid"] == "UseQueuesKey"]
        assert statement["Action"] == actions
        through = {"kms:ViaService": "sqs.eu-west-1.amazonaws.com"}
        assert statement["Condition"] == {"StringEquals": through}


def test_a_role_has_no_other_policy(program: Program) -> None:
    for role in program.of_type("aws:iam/role:Role").values():
        assert set(role.inputs) == {"name", "description", "assumeRolePolicy", "tags"}
    assert not [found for found in program.resources if "Attachment" in found.type]


def test_only_lambda_may_assume_a_functions_role(program: Program) -> None:
    roles = program.of_type("aws:iam/role:Role")
    for name in program.of_type("aws:lambda/function:Function"):
        role = roles[name]
        assert json.loads(role.inputs["assumeRolePolicy"])["Statement"] == [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ]


def test_each_function_has_a_role_of_its_own(program: Program) -> None:
    functions = program.of_type("aws:lambda/function:Function")

    for name, function in functions.items():
        assert function.inputs["role"].endswith(f":flex-chat-transfer-dev-{name}")


@pytest.mark.parametrize(
    ("name", "function", "route"),
    [
        ("post-transfer-chat", "transfer-chat", "POST/transfer-chat"),
        ("get-get-workflows", "get-workflows", "GET/get-workflows"),
        ("post-get-workflows", "get-workflows", "POST/get-workflows"),
        ("get-transfer-targets", "get-workflows", "GET/transfer-targets"),
        ("get-transfers", "transfer-chat", "GET/transfers"),
        ("get-transfers-taskSid", "transfer-chat", "GET/transfers/*"),
        ("delete-transfers-taskSid", "transfer-chat", "DELETE/transfers/*"),
    ],
)
def test_the_gateway_may_invoke_a_function_for_its_route_only(
    program: Program, name: str, function: str, route: str
) -> None:
    assert program.one("aws:lambda/permission:Permission", name).inputs == {
        "action": "lambda:InvokeFunction",
        "function": f"flex-chat-transfer-dev-{function}",
        "qualifier": "live",
        "principal": "apigateway.amazonaws.com",
        "sourceArn": f"arn:aws:execute-api:{REGION_AND_ACCOUNT}:abc123/*/{route}",
    }
