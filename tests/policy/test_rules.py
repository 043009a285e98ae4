"""Every rule passes what the program declares, and finds each way of breaking it."""

import datetime as dt
import json
from typing import Any

import pytest

from tests.infra.declared import AUTH_TOKEN, PRODUCTION, declare
from tests.policy.declared import allow, findings, policy, resources_of, spoilt
from transfer_policy.functions import END_OF_SUPPORT, unsupported_runtime
from transfer_policy.resource import Resource
from transfer_policy.rules import RESOURCE_RULES, STACK_RULES

API = "aws:apigatewayv2/api:Api"
FUNCTION = "aws:lambda/function:Function"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
PERMISSION = "aws:lambda/permission:Permission"
QUEUE = "twilio:taskrouter:TaskQueue"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
STAGE = "aws:apigatewayv2/stage:Stage"
TABLE = "aws:dynamodb/table:Table"

SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:twilio"
XRAY = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
ANYBODY = policy({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"})
VARIABLES = ("environment", "variables")

BREACHES: list[tuple[str, str, str, tuple[str, ...], Any]] = [
    ("least-privilege", ROLE_POLICY, "transfer-chat", ("policy",), policy(allow("*", SECRET_ARN))),
    (
        "least-privilege",
        ROLE_POLICY,
        "transfer-chat",
        ("policy",),
        policy(allow("dynamodb:*", "a")),
    ),
    ("least-privilege", ROLE_POLICY, "transfer-chat", ("policy",), policy(allow("s3:Get?", "a"))),
    (
        "least-privilege",
        ROLE_POLICY,
        "transfer-chat",
        ("policy",),
        policy(allow("secretsmanager:GetSecretValue", "*")),
    ),
    (
        "least-privilege",
        ROLE_POLICY,
        "transfer-chat",
        ("policy",),
        policy(allow("secretsmanager:GetSecretValue", f"{SECRET_ARN}-*")),
    ),
    (
        "least-privilege",
        ROLE_POLICY,
        "transfer-chat",
        ("policy",),
        policy(allow([*XRAY, "xray:GetTraceSummaries"], "*")),
    ),
    (
        "least-privilege",
        ROLE_POLICY,
        "get-workflows",
        ("policy",),
        policy(allow("logs:PutLogEvents", "arn:aws:logs:eu-west-1:123456789012:*:*")),
    ),
    (
        "least-privilege",
        ROLE_POLICY,
        "get-workflows",
        ("policy",),
        policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": SECRET_ARN}),
    ),
    ("role-trust", ROLE, "transfer-chat", ("assumeRolePolicy",), ANYBODY),
    ("role-trust", ROLE, "transfer-chat", ("managedPolicyArns",), ["arn:aws:iam::aws:policy/A"]),
    ("function-invocation", PERMISSION, "post-transfer-chat", ("principal",), "*"),
    ("function-invocation", PERMISSION, "post-transfer-chat", ("sourceArn",), None),
    ("supported-runtime", FUNCTION, "transfer-chat", ("runtime",), "python3.9"),
    (
        "no-credential-in-environment",
        FUNCTION,
        "transfer-chat",
        (*VARIABLES, "TWILIO_AUTH_TOKEN"),
        "x",
    ),
    (
        "no-credential-in-environment",
        FUNCTION,
        "transfer-chat",
        (*VARIABLES, "HARMLESS"),
        "0123456789abcdef" * 2,
    ),
    ("no-secret-in-environment", FUNCTION, "transfer-chat", (*VARIABLES, "HARMLESS"), AUTH_TOKEN),
    (
        "no-secret-in-environment",
        FUNCTION,
        "get-workflows",
        (*VARIABLES, "TWILIO_BASE_URL"),
        f"https://AC:{AUTH_TOKEN}@example.com",
    ),
    ("cors-origins", API, "api", ("corsConfiguration", "allowOrigins"), ["*"]),
    ("cors-origins", API, "api", ("corsConfiguration", "allowOrigins"), ["https://*.example.com"]),
    ("cors-origins", API, "api", ("corsConfiguration", "allowOrigins"), ["http://example.com"]),
    ("cors-origins", API, "api", ("corsConfiguration", "allowHeaders"), ["*"]),
    ("cors-origins", API, "api", ("corsConfiguration", "allowCredentials"), True),
    ("cors-origins", API, "api", ("corsConfiguration",), None),
    ("throttling", STAGE, "api", ("defaultRouteSettings",), None),
    ("throttling", STAGE, "api", ("defaultRouteSettings", "throttlingRateLimit"), 0),
    ("throttling", STAGE, "api", ("routeSettings",), [{"routeKey": "GET /get-workflows"}]),
    ("access-log", STAGE, "api", ("accessLogSettings",), None),
    (
        "access-log",
        STAGE,
        "api",
        ("accessLogSettings", "format"),
        json.dumps({"token": "$context.authorizer.claims"}),
    ),
    ("log-retention", LOG_GROUP, "transfer-chat", ("retentionInDays",), None),
    ("log-retention", LOG_GROUP, "transfer-chat", ("retentionInDays",), 0),
    ("declared-log-groups", LOG_GROUP, "transfer-chat", ("name",), "/aws/lambda/another"),
    ("table-encryption", TABLE, "idempotency", ("serverSideEncryption",), None),
    ("table-encryption", TABLE, "idempotency", ("serverSideEncryption", "enabled"), False),
    ("table-expiry", TABLE, "idempotency", ("ttl", "enabled"), False),
    ("table-expiry", TABLE, "idempotency", ("ttl",), None),
    ("tags", FUNCTION, "transfer-chat", ("tags",), None),
    ("tags", TABLE, "idempotency", ("tags", "project"), None),
    ("everyone-queue", QUEUE, "everyone", ("adoptExisting",), False),
    ("everyone-queue", QUEUE, "everyone", ("targetWorkers",), "roles HAS 'agent'"),
]
ATTACHMENT = Resource(
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "admin",
    {"role": "r", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
)


def test_what_the_program_declares_breaks_no_rule(resources: list[Resource]) -> None:
    assert findings(resources) == {}


def test_what_it_declares_for_production_breaks_no_rule() -> None:
    assert findings(resources_of(declare(PRODUCTION, stack="production"))) == {}


def test_every_rule_looks_at_something_that_is_declared(resources: list[Resource]) -> None:
    declared = {resource.type for resource in resources}
    idle = {rule.name for rule in RESOURCE_RULES if not rule.types & declared}

    # What nobody may declare.
    assert idle == {"no-managed-policies"}


@pytest.mark.parametrize(("rule", "type_", "name", "path", "value"), BREACHES)
def test_a_breach_is_found_by_its_rule(
    resources: list[Resource], rule: str, type_: str, name: str, path: tuple[str, ...], value: Any
) -> None:
    found = findings(spoilt(resources, type_, name, path, value))

    assert rule in found
    assert AUTH_TOKEN not in json.dumps(found)


def test_a_managed_policy_is_found(resources: list[Resource]) -> None:
    found = findings([*resources, ATTACHMENT])

    assert set(found) == {"no-managed-policies"}


def test_every_rule_has_a_breach_that_it_finds() -> None:
    tested = {rule for rule, *_ in BREACHES} | {"no-managed-policies"}

    assert tested == {rule.name for rule in (*RESOURCE_RULES, *STACK_RULES)}


@pytest.mark.parametrize("runtime", sorted(END_OF_SUPPORT))
def test_a_runtime_is_refused_from_the_day_after_its_support_ends(runtime: str) -> None:
    function = Resource(FUNCTION, "f", {"runtime": runtime})
    last = END_OF_SUPPORT[runtime]

    assert not list(unsupported_runtime(function, last))
    assert list(unsupported_runtime(function, last + dt.timedelta(days=1)))


def test_what_aws_documents_to_have_no_resource_may_have_none(resources: list[Resource]) -> None:
    document = policy(allow(XRAY, "*"), {"Effect": "Deny", "Action": "*", "Resource": "*"})

    changed = spoilt(resources, ROLE_POLICY, "get-workflows", ("policy",), document)

    assert findings(changed) == {}


def test_another_queue_than_everyone_is_free(resources: list[Resource]) -> None:
    queue = Resource(QUEUE, "vip", {"friendlyName": "VIP", "targetWorkers": "vip == true"})

    assert findings([*resources, queue]) == {}
