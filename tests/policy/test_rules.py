"""Every rule passes what the program declares, and finds each way of breaking it."""

import datetime as dt
import json
from typing import Any

import pytest

from tests.infra.declared import AUTH_TOKEN, EVENTS_PASSWORD, Program, declare
from tests.policy.declared import allow, findings, policy, resources_of, with_value
from transfer_policy import RULES
from transfer_policy.operation import END_OF_SUPPORT, supported_runtime
from transfer_policy.rule import Resource

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
API = "aws:apigatewayv2/api:Api"
FUNCTION = "aws:lambda/function:Function"
INTEGRATION = "aws:apigatewayv2/integration:Integration"
INVOKE_CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
PERMISSION = "aws:lambda/permission:Permission"
QUEUE = "twilio:taskrouter:TaskQueue"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
SCHEDULE = "aws:scheduler/schedule:Schedule"
STAGE = "aws:apigatewayv2/stage:Stage"
TABLE = "aws:dynamodb/table:Table"
SQS = "aws:sqs/queue:Queue"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
SINK = "twilio:events:Sink"

ALIAS = "aws:lambda/alias:Alias"
DOMAIN = "aws:apigatewayv2/domainName:DomainName"
SECRET = "aws:secretsmanager/secret:Secret"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
TOPIC = "aws:sns/topic:Topic"

SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:twilio"
FAILED_ARN = "arn:aws:sqs:eu-west-1:123456789012:flex-chat-transfer-dev-failed-events"
LOGS = "arn:aws:logs:eu-west-1:123456789012"
FUNCTION_ARN = "arn:aws:lambda:eu-west-1:123456789012:function:f"
XRAY = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
ANYBODY = policy({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"})
GROUP_ARN = "arn:aws:scheduler:eu-west-1:123456789012:schedule-group/default"
SCHEDULED = {
    "Effect": "Allow",
    "Principal": {"Service": "scheduler.amazonaws.com"},
    "Action": "sts:AssumeRole",
}


def scheduled_for(condition: dict[str, str]) -> dict[str, Any]:
    return {**SCHEDULED, "Condition": {"StringEquals": condition}}


VARIABLES = ("environment", "variables")

WIDE_STATEMENTS: list[dict[str, Any]] = [
    allow("*", SECRET_ARN),
    allow("dynamodb:*", "a"),
    allow("s3:Get?", "a"),
    allow("secretsmanager:GetSecretValue", "*"),
    allow("secretsmanager:GetSecretValue", f"{SECRET_ARN}-*"),
    allow("secretsmanager:GetSecretValue", f"{SECRET_ARN}:*"),
    allow([*XRAY, "xray:GetTraceSummaries"], "*"),
    allow("logs:PutLogEvents", f"{LOGS}:*"),
    allow("logs:PutLogEvents", f"{LOGS}:*:*"),
    allow("logs:PutLogEvents", f"{LOGS}:log-group:*"),
    allow("logs:PutLogEvents", f"{LOGS}:log-group:/aws/lambda/*:*"),
    allow(["logs:PutLogEvents", "logs:DeleteLogGroup"], f"{LOGS}:log-group:/aws/lambda/f:*"),
    {"Effect": "Allow", "NotAction": "iam:*", "Resource": SECRET_ARN},
]

WEIGHTED = {"additionalVersionWeights": {"1": 0.1}}
# Whom a resource's policy must not let in.
OPEN: list[dict[str, Any]] = [
    {"Principal": "*", "Action": "*", "Resource": "*"},
    {"Principal": {"AWS": "*"}, "Action": "sqs:SendMessage", "Resource": "*"},
    {"Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Action": "*", "Resource": "*"},
    {"Principal": {"AWS": "999999999999"}, "Action": "*", "Resource": "*"},
    {"Principal": {"Service": "events.amazonaws.com"}, "Action": "*", "Resource": "*"},
    {"NotPrincipal": {"AWS": "123456789012"}, "Action": "*", "Resource": "*"},
    {
        "Principal": "*",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringLike": {"aws:SourceAccount": "*"}},
    },
    {
        "Principal": "*",
        "Action": "*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}},
    },
]

BREACHES: list[tuple[str, str, str, tuple[str, ...], Any]] = [
    *[
        ("least-privilege", ROLE_POLICY, "transfer-chat", ("policy",), policy(statement))
        for statement in WIDE_STATEMENTS
    ],
    ("role-trust", ROLE, "transfer-chat", ("assumeRolePolicy",), ANYBODY),
    *[
        ("role-trust", ROLE, "canary-schedule", ("assumeRolePolicy",), policy(statement))
        for statement in (
            {**SCHEDULED, "Condition": {}},
            scheduled_for({"aws:SourceAccount": "123456789012"}),
            scheduled_for({"aws:SourceAccount": "*", "aws:SourceArn": GROUP_ARN}),
            scheduled_for(
                {
                    "aws:SourceAccount": "123456789012",
                    "aws:SourceArn": GROUP_ARN.replace("default", "*"),
                }
            ),
        )
    ],
    *[
        ("scheduled-function", SCHEDULE, "canary", ("target", "arn"), arn)
        for arn in (
            FUNCTION_ARN,
            f"{FUNCTION_ARN}:$LATEST",
            "arn:aws:scheduler:::aws-sdk:iam:createUser",
        )
    ],
    ("role-trust", ROLE, "transfer-chat", ("managedPolicyArns",), ["arn:aws:iam::aws:policy/A"]),
    ("role-trust", ROLE, "transfer-chat", ("inlinePolicies",), [{"policy": "{}"}]),
    *[
        ("function-invocation", PERMISSION, "post-transfer-chat", (key,), value)
        for key, value in (
            ("principal", "*"),
            ("principal", "123456789012"),
            ("sourceArn", None),
            ("sourceArn", "*"),
            ("sourceArn", "arn:aws:execute-api:*:*:*"),
            ("sourceArn", "arn:aws:execute-api:eu-west-1:123456789012:*/*/POST/transfer-chat"),
        )
    ],
    ("supported-runtime", FUNCTION, "transfer-chat", ("runtime",), "python3.9"),
    ("published-version", FUNCTION, "transfer-chat", ("publish",), None),
    ("tracing", FUNCTION, "get-workflows", ("tracingConfig", "mode"), "PassThrough"),
    *[
        ("no-credential-in-environment", FUNCTION, "transfer-chat", (*VARIABLES, name), value)
        for name, value in (
            ("TWILIO_AUTH_TOKEN", "x"),
            ("twilio_auth_token", "x"),
            ("SECRET_NAME", "x"),
            ("HARMLESS", "0123456789abcdef" * 2),
            ("HARMLESS", "postgres://user:password@example.com/db"),
        )
    ],
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
    ("throttling", STAGE, "api", ("defaultRouteSettings", "throttlingBurstLimit"), 5000),
    ("throttling", STAGE, "api", ("routeSettings",), [{"routeKey": "GET /get-workflows"}]),
    ("access-log", STAGE, "api", ("accessLogSettings",), None),
    ("access-log", STAGE, "api", ("accessLogSettings", "destinationArn"), None),
    *[
        ("access-log", STAGE, "api", ("accessLogSettings", "format"), log_format)
        for log_format in (
            "$context.requestId",
            json.dumps({"status": "$context.status"}),
            json.dumps({"id": "$context.requestId", "token": "$context.authorizer.claims"}),
        )
    ],
    *[
        (
            "alias-integration",
            INTEGRATION,
            "transfer-chat",
            ("integrationUri",),
            f"{uri}/invocations",
        )
        for uri in (FUNCTION_ARN, f"{FUNCTION_ARN}:$LATEST")
    ],
    ("alarm-action", ALARM, "rollback-failed", ("alarmActions",), []),
    ("alarm-action", ALARM, "rollback-failed", ("actionsEnabled",), False),
    ("alarm-data", ALARM, "rollback-failed", ("treatMissingData",), "breaching"),
    ("alarm-data", ALARM, "canary-failing", ("treatMissingData",), "notBreaching"),
    ("alarm-data", ALARM, "canary-failing", ("treatMissingData",), None),
    ("alarm-data", ALARM, "canary-failing", ("insufficientDataActions",), None),
    ("alarm-threshold", ALARM, "rollback-failed", ("threshold",), 10**9),
    ("alarm-threshold", ALARM, "transfers-failing", ("threshold",), 101),
    ("alarm-threshold", ALARM, "transfers-slow", ("threshold",), 30_000),
    ("alarm-threshold", ALARM, "looks-missing", ("threshold",), 0),
    ("alarm-threshold", ALARM, "rollback-failed", ("evaluationPeriods",), 288),
    ("running-schedule", SCHEDULE, "transfer-events", ("state",), "DISABLED"),
    ("running-schedule", SCHEDULE, "transfer-events", ("endDate",), "2026-12-01T00:00:00Z"),
    ("encrypted-notice", SUBSCRIPTION, "alarms", ("protocol",), "http"),
    ("tls", DOMAIN, "api", ("domainNameConfiguration", "securityPolicy"), "TLS_1_0"),
    ("own-code", FUNCTION, "transfer-chat", ("layers",), [f"{FUNCTION_ARN}:layer:spy:1"]),
    ("own-code", FUNCTION, "transfer-chat", ("s3Bucket",), "another"),
    ("own-code", FUNCTION, "transfer-chat", (*VARIABLES, "AWS_LAMBDA_EXEC_WRAPPER"), "/opt/spy"),
    ("own-code", FUNCTION, "transfer-chat", (*VARIABLES, "PYTHONPATH"), "/opt"),
    ("own-code", FUNCTION, "receive-events", ("loggingConfig",), {"applicationLogLevel": "FATAL"}),
    ("running", FUNCTION, "transfer-events", ("reservedConcurrentExecutions",), 0),
    ("one-version", ALIAS, "transfer-chat", ("functionVersion",), "$LATEST"),
    ("one-version", ALIAS, "transfer-chat", ("routingConfig",), WEIGHTED),
    ("visibility-timeout", SQS, "events", ("visibilityTimeoutSeconds",), 49),
    ("event-source", MAPPING, "transfer-events", ("enabled",), False),
    *[
        ("own-sink", SINK, "events", ("sinkConfiguration", "destination"), destination)
        for destination in (
            f"https://twilio:{EVENTS_PASSWORD}@example.com/events",
            f"https://twilio:{EVENTS_PASSWORD}@transfers.example.com.example.net/events",
            f"https://twilio:{EVENTS_PASSWORD}@a.execute-api.eu-west-1.amazonaws.com/events",
        )
    ],
    *[
        ("access-log", STAGE, "api", ("accessLogSettings", "format"), json.dumps(log_format))
        for log_format in (
            {"id": "$context.requestId", "agent": "$context.identity.userAgent"},
            {"id": "$context.requestId", "path": "$context.path"},
        )
    ],
    *[
        ("resource-policy", type_, name, ("policy",), policy({**statement, "Effect": "Allow"}))
        for type_, name in ((SQS, "events"), (TOPIC, "alarms"), (SECRET, "credentials"))
        for statement in OPEN
    ],
    ("alarm-action", ALARM, "canary-failing", ("alarmActions",), []),
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
    ("everyone-queue", QUEUE, "everyone", ("friendlyName",), "Renamed"),
    ("queue-encryption", SQS, "events", ("sqsManagedSseEnabled",), None),
    ("queue-encryption", SQS, "failed-events", ("sqsManagedSseEnabled",), False),
    ("dead-letter-queue", SQS, "events", ("redrivePolicy",), None),
    *[
        ("dead-letter-queue", SQS, "events", ("redrivePolicy",), json.dumps(redrive))
        for redrive in (
            {"maxReceiveCount": 5},
            {"deadLetterTargetArn": FAILED_ARN, "maxReceiveCount": 4},
            {"deadLetterTargetArn": FAILED_ARN},
            {"deadLetterTargetArn": f"{FAILED_ARN}-of-another", "maxReceiveCount": 5},
        )
    ],
    ("dead-letter-queue", SQS, "failed-events", ("messageRetentionSeconds",), 345_600),
    ("event-source", MAPPING, "transfer-events", ("functionName",), FUNCTION_ARN),
    ("event-source", MAPPING, "transfer-events", ("functionName",), f"{FUNCTION_ARN}:$LATEST"),
    ("event-source", MAPPING, "transfer-events", ("functionResponseTypes",), []),
    ("event-source", MAPPING, "transfer-events", ("scalingConfig",), None),
    ("event-source", MAPPING, "transfer-events", ("eventSourceArn",), "arn:aws:kinesis:a:b:c"),
    ("scheduled-once", INVOKE_CONFIG, "canary", ("maximumRetryAttempts",), 1),
    ("scheduled-once", INVOKE_CONFIG, "canary", ("maximumRetryAttempts",), None),
    ("scheduled-once", INVOKE_CONFIG, "transfer-events", ("maximumEventAgeInSeconds",), 21_600),
    ("event-sink", SINK, "events", ("sinkType",), "email"),
    *[
        ("event-sink", SINK, "events", ("sinkConfiguration", "destination"), destination)
        for destination in (
            f"http://twilio:{EVENTS_PASSWORD}@example.com/events",
            f"ftp://twilio:{EVENTS_PASSWORD}@127.0.0.1/events",
            "https://example.com/events",
            f"https://twilio:{EVENTS_PASSWORD}@[/events",
        )
    ],
]
UNREVIEWED = [
    Resource(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "admin",
        {"role": "r", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    ),
    Resource("aws:lambda/functionUrl:FunctionUrl", "open", {"authorizationType": "NONE"}),
]


def test_the_program_breaks_no_rule(resources: list[Resource]) -> None:
    assert findings(resources) == {}


def test_the_production_program_breaks_no_rule(production: Program) -> None:
    assert findings(resources_of(production)) == {}


def test_every_rule_applies_to_a_declared_resource(resources: list[Resource]) -> None:
    declared = {resource.type for resource in resources}
    idle = {rule.name for rule in RULES if rule.types and not rule.types & declared}

    assert idle == set()


@pytest.mark.parametrize(("rule", "type_", "name", "path", "value"), BREACHES)
def test_a_breach_is_found_by_its_rule(
    resources: list[Resource], rule: str, type_: str, name: str, path: tuple[str, ...], value: Any
) -> None:
    found = findings(with_value(resources, type_, name, path, value))

    assert rule in found
    assert AUTH_TOKEN not in json.dumps(found)
    assert EVENTS_PASSWORD not in json.dumps(found)


@pytest.mark.parametrize("unreviewed", UNREVIEWED, ids=lambda resource: resource.name)
def test_an_unreviewed_type_is_refused(resources: list[Resource], unreviewed: Resource) -> None:
    assert set(findings([*resources, unreviewed])) == {"reviewed-types"}


def test_every_rule_has_a_breach_that_it_finds() -> None:
    tested = {rule for rule, *_ in BREACHES} | {"reviewed-types"}

    assert tested == {rule.name for rule in RULES}


# The same in the program itself: what is declared then comes from changed code.
@pytest.mark.parametrize(
    ("rule", "target", "value"),
    [
        (
            "least-privilege",
            "transfer_stack.secrets.read_secret",
            lambda _: allow("secretsmanager:*", "*"),
        ),
        ("alias-integration", "transfer_stack.functions.LIVE", "$LATEST"),
        ("tags", "transfer_stack.settings.StackSettings.tags", {}),
        (
            "access-log",
            "transfer_stack.endpoints._ACCESS_LOG_FORMAT",
            {"requestId": "$context.requestId", "token": "$context.authorizer.token"},
        ),
        (
            "no-secret-in-environment",
            "transfer_stack.backend._powertools",
            lambda settings: {"HARMLESS": settings.twilio.auth_token},
        ),
    ],
)
def test_a_changed_program_that_breaks_a_rule_is_refused(
    monkeypatch: pytest.MonkeyPatch, rule: str, target: str, value: object
) -> None:
    monkeypatch.setattr(target, value)

    assert rule in findings(resources_of(declare()))


@pytest.mark.parametrize("runtime", sorted(END_OF_SUPPORT))
def test_a_runtime_is_refused_from_the_day_after_its_support_ends(
    monkeypatch: pytest.MonkeyPatch, runtime: str
) -> None:
    function = Resource(FUNCTION, "f", {"runtime": runtime})
    last = END_OF_SUPPORT[runtime]

    for today, is_refused in ((last, False), (last + dt.timedelta(days=1), True)):
        monkeypatch.setattr("transfer_policy.operation._today", lambda today=today: today)
        assert bool(list(supported_runtime(function))) is is_refused


def test_xray_actions_may_have_no_resource(resources: list[Resource]) -> None:
    document = policy(allow(XRAY, "*"), {"Effect": "Deny", "Action": "*", "Resource": "*"})

    changed = with_value(resources, ROLE_POLICY, "get-workflows", ("policy",), document)

    assert findings(changed) == {}


def test_a_queue_other_than_everyone_passes(resources: list[Resource]) -> None:
    queue = Resource(QUEUE, "vip", {"friendlyName": "VIP", "targetWorkers": "vip == true"})

    assert findings([*resources, queue]) == {}


TAGS = {"project": "p", "environment": "e", "managed-by": "pulumi"}
TLS_ONLY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
ALARMS_ONLY = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudwatch.amazonaws.com"},
    "Action": "sns:Publish",
    "Resource": "*",
    "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
}
OWN_ACCOUNT = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
    "Action": "kms:*",
    "Resource": "*",
}
OWN_LOGS = {
    "Effect": "Allow",
    "Principal": {"Service": "logs.eu-west-1.amazonaws.com"},
    "Action": "kms:Decrypt*",
    "Resource": "*",
    "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"{LOGS}:log-group:*ours*"}},
}
TIGHTENING = [
    Resource("aws:sqs/queuePolicy:QueuePolicy", "tls", {"policy": policy(TLS_ONLY)}),
    Resource("aws:sns/topicPolicy:TopicPolicy", "own", {"policy": policy(TLS_ONLY, ALARMS_ONLY)}),
    Resource("aws:secretsmanager/secretPolicy:SecretPolicy", "tls", {"policy": policy(TLS_ONLY)}),
    Resource("aws:kms/key:Key", "own", {"policy": policy(OWN_ACCOUNT, OWN_LOGS), "tags": TAGS}),
    Resource("aws:kms/key:Key", "default", {"tags": TAGS}),
    Resource("aws:kms/alias:Alias", "own", {"name": "alias/own"}),
    Resource(
        "aws:cloudwatch/compositeAlarm:CompositeAlarm",
        "everything",
        {"alarmRule": "ALARM(a)", "alarmActions": ["arn:aws:sns:a:b:c"], "tags": TAGS},
    ),
]


@pytest.mark.parametrize("added", TIGHTENING, ids=lambda it: f"{it.type.split(':')[-1]}-{it.name}")
def test_what_only_tightens_is_let_through(resources: list[Resource], added: Resource) -> None:
    assert findings([*resources, added]) == {}


@pytest.mark.parametrize(("type_", "name"), [(SQS, "events"), (TOPIC, "alarms")])
def test_a_policy_that_only_forbids_may_be_attached(
    resources: list[Resource], type_: str, name: str
) -> None:
    changed = with_value(resources, type_, name, ("policy",), policy(TLS_ONLY))

    assert findings(changed) == {}


def test_a_composite_alarm_that_tells_nobody_is_refused(resources: list[Resource]) -> None:
    alarm = Resource("aws:cloudwatch/compositeAlarm:CompositeAlarm", "mute", {"tags": TAGS})

    assert set(findings([*resources, alarm])) == {"alarm-action"}


@pytest.mark.parametrize("opening", OPEN)
def test_a_policy_of_its_own_that_opens_a_resource_is_refused(
    resources: list[Resource], opening: dict[str, Any]
) -> None:
    document = policy({**opening, "Effect": "Allow"})
    for type_ in ("sqs/queuePolicy:QueuePolicy", "secretsmanager/secretPolicy:SecretPolicy"):
        added = Resource(f"aws:{type_}", "open", {"policy": document})
        assert set(findings([*resources, added])) == {"resource-policy"}


def test_an_alarm_of_the_companys_own_on_too_few_transfers_passes(
    resources: list[Resource],
) -> None:
    alarm = {
        "comparisonOperator": "LessThanOrEqualToThreshold",
        "treatMissingData": "breaching",
        "alarmActions": ["arn:aws:sns:eu-west-1:123456789012:on-call"],
        "threshold": 10,
        "tags": TAGS,
    }

    assert findings([*resources, Resource(ALARM, "no-transfers", alarm)]) == {}
