"""What the program declares, resource by resource."""

import json
from typing import Any

import pytest

from tests.infra.declared import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    CONFIG,
    EVERYONE_SID,
    KEY_ARN,
    SUPPORT_SID,
    WORKFLOW_SID,
    WORKSPACE_SID,
    Program,
    declare,
)
from transfer_stack.workflow import Timeouts, workflow_configuration

FUNCTION = "aws:lambda/function:Function"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"


def test_the_program_declares_exactly_these_resources(program: Program) -> None:
    real = [(found.type, found.name) for found in program.resources if _is_real(found.type)]

    assert real == [
        ("aws:apigatewayv2/api:Api", "api"),
        ("aws:apigatewayv2/integration:Integration", "get-workflows"),
        ("aws:apigatewayv2/integration:Integration", "transfer-chat"),
        ("aws:apigatewayv2/route:Route", "delete-transfers-taskSid"),
        ("aws:apigatewayv2/route:Route", "get-get-workflows"),
        ("aws:apigatewayv2/route:Route", "get-transfer-targets"),
        ("aws:apigatewayv2/route:Route", "get-transfers"),
        ("aws:apigatewayv2/route:Route", "get-transfers-taskSid"),
        ("aws:apigatewayv2/route:Route", "post-get-workflows"),
        ("aws:apigatewayv2/route:Route", "post-transfer-chat"),
        ("aws:apigatewayv2/stage:Stage", "api"),
        ("aws:cloudwatch/dashboard:Dashboard", "observability"),
        (LOG_GROUP, "api"),
        (LOG_GROUP, "get-workflows"),
        (LOG_GROUP, "transfer-chat"),
        (LOG_GROUP, "transfer-events"),
        ("aws:cloudwatch/logMetricFilter:LogMetricFilter", "RequestsAnswered"),
        ("aws:cloudwatch/logMetricFilter:LogMetricFilter", "RequestsRefused"),
        ("aws:cloudwatch/logMetricFilter:LogMetricFilter", "RequestsThrottled"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "get-workflows-crashed"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "get-workflows-throttled"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "lists-failing"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "looks-failing"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "looks-left-out"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "looks-missing"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "requests-refused"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "requests-throttled"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "rollback-failed"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "transfer-chat-crashed"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "transfer-chat-throttled"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "transfer-events-crashed"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "transfer-events-throttled"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "transfers-failing"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "transfers-slow"),
        *[
            ("aws:cloudwatch/queryDefinition:QueryDefinition", name)
            for name in (
                "cut-off-transfers",
                "failed-events",
                "failed-looks",
                "failed-rollbacks",
                "failed-transfers",
                "failures-by-target",
                "left-out-looks",
                "one-request",
                "one-task",
                "refused-requests",
                "slow-requests",
            )
        ],
        ("aws:dynamodb/table:Table", "idempotency"),
        ("aws:iam/role:Role", "get-workflows"),
        ("aws:iam/role:Role", "transfer-chat"),
        ("aws:iam/role:Role", "transfer-events"),
        ("aws:iam/role:Role", "transfer-events-schedule"),
        ("aws:iam/rolePolicy:RolePolicy", "get-workflows"),
        ("aws:iam/rolePolicy:RolePolicy", "transfer-chat"),
        ("aws:iam/rolePolicy:RolePolicy", "transfer-events"),
        ("aws:iam/rolePolicy:RolePolicy", "transfer-events-schedule"),
        ("aws:lambda/alias:Alias", "get-workflows"),
        ("aws:lambda/alias:Alias", "transfer-chat"),
        ("aws:lambda/alias:Alias", "transfer-events"),
        (FUNCTION, "get-workflows"),
        (FUNCTION, "transfer-chat"),
        (FUNCTION, "transfer-events"),
        (
            "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
            "transfer-events",
        ),
        ("aws:lambda/permission:Permission", "delete-transfers-taskSid"),
        ("aws:lambda/permission:Permission", "get-get-workflows"),
        ("aws:lambda/permission:Permission", "get-transfer-targets"),
        ("aws:lambda/permission:Permission", "get-transfers"),
        ("aws:lambda/permission:Permission", "get-transfers-taskSid"),
        ("aws:lambda/permission:Permission", "post-get-workflows"),
        ("aws:lambda/permission:Permission", "post-transfer-chat"),
        ("aws:scheduler/schedule:Schedule", "transfer-events"),
        ("aws:secretsmanager/secret:Secret", "credentials"),
        ("aws:secretsmanager/secretVersion:SecretVersion", "credentials"),
        ("aws:sns/topic:Topic", "alarms"),
        ("aws:sns/topic:Topic", "tickets"),
        ("twilio:taskrouter:TaskQueue", "everyone"),
        ("twilio:taskrouter:Workflow", "transfer"),
    ]


def test_outputs_are_what_the_plugin_and_an_operator_need(program: Program) -> None:
    assert program.outputs == {
        "endpoint": "https://abc123.execute-api.eu-west-1.amazonaws.com",
        "transferWorkflowSid": WORKFLOW_SID,
        "everyoneQueueSid": EVERYONE_SID,
        "functionNames": {
            "transferChat": "flex-chat-transfer-dev-transfer-chat",
            "getWorkflows": "flex-chat-transfer-dev-get-workflows",
            "transferEvents": "flex-chat-transfer-dev-transfer-events",
        },
        "logGroups": {
            "transferChat": "/aws/lambda/flex-chat-transfer-dev-transfer-chat",
            "getWorkflows": "/aws/lambda/flex-chat-transfer-dev-get-workflows",
            "transferEvents": "/aws/lambda/flex-chat-transfer-dev-transfer-events",
            "access": "/aws/vendedlogs/flex-chat-transfer-dev/access",
        },
        "idempotencyTable": "flex-chat-transfer-dev-idempotency",
        "secretArn": "arn:aws:secretsmanager:eu-west-1:123456789012:credentials",
        "alarmTopicArn": "arn:aws:sns:eu-west-1:123456789012:flex-chat-transfer-dev-alarms",
        "ticketTopicArn": "arn:aws:sns:eu-west-1:123456789012:flex-chat-transfer-dev-tickets",
        "dashboard": "flex-chat-transfer-dev-eu-west-1",
    }


def test_everyone_is_adopted_and_outlives_the_stack(program: Program) -> None:
    queue = program.one("twilio:taskrouter:TaskQueue", "everyone")

    assert queue.retain_on_delete
    assert queue.inputs == {
        "workspaceSid": WORKSPACE_SID,
        "friendlyName": "Everyone",
        "targetWorkers": "1==1",
        "adoptExisting": True,
    }


def test_the_workflow_routes_to_the_queues_of_the_config(program: Program) -> None:
    workflow = program.one("twilio:taskrouter:Workflow", "transfer")

    assert workflow.inputs["friendlyName"] == "Chat transfer (dev)"
    assert workflow.inputs["taskReservationTimeout"] == 120
    assert workflow.inputs["configuration"] == workflow_configuration(
        EVERYONE_SID, [SUPPORT_SID], Timeouts(agent=120, queue=300, fallback=600), offers=False
    )


def test_the_functions_environment_is_what_the_handlers_read(program: Program) -> None:
    expected = {
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_WORKSPACE_SID": WORKSPACE_SID,
        "TWILIO_CHAT_TRANSFER_WORKFLOW_SID": WORKFLOW_SID,
        "TWILIO_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:123456789012:credentials",
        "POWERTOOLS_SERVICE_NAME": "flex-chat-transfer-dev",
        "POWERTOOLS_METRICS_NAMESPACE": "flex-chat-transfer",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }

    assert _environment(program, "get-workflows") == expected
    for name in ("transfer-chat", "transfer-events"):
        assert _environment(program, name) == {
            **expected,
            "IDEMPOTENCY_TABLE": "flex-chat-transfer-dev-idempotency",
        }


def test_region_edge_and_base_url_reach_the_functions_when_they_are_set() -> None:
    found = declare(
        {
            **CONFIG,
            "twilio:region": "ie1",
            "twilio:edge": "dublin",
            "twilio:baseUrl": "http://127.0.0.1:4010",
        }
    )

    environment = _environment(found, "transfer-chat")
    assert environment["TWILIO_REGION"] == "ie1"
    assert environment["TWILIO_EDGE"] == "dublin"
    assert environment["TWILIO_BASE_URL"] == "http://127.0.0.1:4010"


def test_the_credentials_are_nowhere_but_in_the_secret(program: Program) -> None:
    seen_in = [
        (found.type, key, key in found.secret_inputs)
        for found in program.resources
        for key, value in found.inputs.items()
        if AUTH_TOKEN in json.dumps(value, default=vars)
    ]

    is_secret = True
    assert seen_in == [
        ("aws:secretsmanager/secretVersion:SecretVersion", "secretString", is_secret)
    ]
    assert AUTH_TOKEN not in json.dumps(program.outputs)


def test_the_secret_holds_an_api_key_when_one_is_configured() -> None:
    config = {key: value for key, value in CONFIG.items() if key != "twilio:authToken"}
    api_key = {"twilio:apiKeySid": "SK" + "c" * 32, "twilio:apiKeySecret": "hush"}

    found = declare({**config, **api_key})

    version = found.one("aws:secretsmanager/secretVersion:SecretVersion", "credentials")
    assert json.loads(version.inputs["secretString"]) == {
        "api_key_sid": "SK" + "c" * 32,
        "api_key_secret": "hush",
    }


def test_the_functions_run_as_configured() -> None:
    found = declare(lambdaMemoryMb="1024", architecture="x86_64", logLevel="DEBUG")

    for name in ("transfer-chat", "get-workflows", "transfer-events"):
        function = found.one(FUNCTION, name).inputs
        assert function["memorySize"] == 1024
        assert function["architectures"] == ["x86_64"]
        assert function["environment"]["variables"]["POWERTOOLS_LOG_LEVEL"] == "DEBUG"
        assert function["runtime"] == "python3.13"
        assert function["tracingConfig"] == {"mode": "Active"}
        assert function["handler"] == f"{name.replace('-', '_')}.handler"


def test_logs_are_kept_as_long_as_configured() -> None:
    found = declare(logRetentionDays="90")

    kept = {group.inputs["retentionInDays"] for group in found.of_type(LOG_GROUP).values()}
    assert kept == {90}


def test_every_function_has_a_log_group_of_its_name(program: Program) -> None:
    names = {f"/aws/lambda/{it.inputs['name']}" for it in program.of_type(FUNCTION).values()}

    assert names <= {group.inputs["name"] for group in program.of_type(LOG_GROUP).values()}


@pytest.mark.sampled(10)
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("workspaceSid", "WS" + "9" * 32),
        ("transferQueues", "[]"),
        ("workflowName", "Handed over"),
        ("transferWorkflows", '["Billing"]'),
        ("transferTargetsAttribute", "transfer_targets"),
        ("flexUiAttributes", "true"),
        ("agentTimeoutSeconds", "7"),
        ("queueTimeoutSeconds", "7"),
        ("fallbackTimeoutSeconds", "7"),
        ("reservationTimeoutSeconds", "7"),
        ("allowedOrigins", '["https://desk.example.com"]'),
        ("throttlingRate", "7"),
        ("architecture", "x86_64"),
        ("lambdaMemoryMb", "777"),
        ("lambdaTimeoutSeconds", "7"),
        ("logLevel", "ERROR"),
        ("logRetentionDays", "7"),
        ("snapStart", "false"),
        ("reservedConcurrency", "7"),
        ("alarmEmail", "on-call@example.com"),
        ("alarmFailurePercent", "7"),
        ("ticketEmail", "chat-team@example.com"),
        ("rolePermissionsBoundary", "arn:aws:iam::123456789012:policy/boundary"),
        ("canary", "true"),
        ("alarmLatencySeconds", "7"),
        ("kmsKeyArn", KEY_ARN),
        ("protect", "false"),
    ],
)
def test_each_config_key_changes_what_is_declared(program: Program, key: str, value: str) -> None:
    changes: dict[str, Any] = {key: value}

    assert _fingerprint(declare(**changes)) != _fingerprint(program)


def test_a_domain_changes_what_is_declared(program: Program) -> None:
    domain: dict[str, Any] = {"domainName": "transfers.example.com", "hostedZoneId": "Z1"}
    other_name = {**domain, "domainName": "chats.example.com"}
    other_zone = {**domain, "hostedZoneId": "Z2"}

    both = {**domain, "keepExecuteApi": "true"}

    prints = {_fingerprint(declare(**found)) for found in (domain, other_name, other_zone, both)}

    assert len(prints | {_fingerprint(program)}) == 5


def test_everything_is_tagged_with_the_commit_when_it_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "flex_chat_transfer.sources.deployed_commit",
        # Asked with the folder that all functions are in: what is not tracked there is a change.
        lambda _, shipped: "0123456789ab" if "functions" in shipped else "",
    )

    tagged = [
        found.inputs["tags"]
        for found in declare(tagCommit="true").resources
        if "tags" in found.inputs
    ]

    assert tagged
    assert all(tags["commit"] == "0123456789ab" for tags in tagged)


def test_the_same_config_declares_the_same(program: Program) -> None:
    assert _fingerprint(declare()) == _fingerprint(program)


def test_two_stacks_share_no_name() -> None:
    dev, production = declare(stack="dev"), declare(stack="production")

    assert not _names(dev) & _names(production)


def _names(program: Program) -> set[str]:
    # These only have to differ within their role, function or log group.
    within = ("RolePolicy", "Alias", "LogMetricFilter")
    named = [found for found in program.resources if not found.type.endswith(within)]
    keys = ("name", "namePrefix", "dashboardName")
    names = {found.inputs[key] for found in named for key in keys if key in found.inputs}
    workflow = program.one("twilio:taskrouter:Workflow", "transfer")
    return (names | {workflow.inputs["friendlyName"]}) - {"$default"}


def _fingerprint(program: Program) -> str:
    """Return all inputs as text, archives by their paths: they equal nothing but themselves."""
    inputs = [
        (found.type, found.name, dict(found.inputs), found.protect) for found in program.resources
    ]
    return json.dumps(inputs, default=vars, sort_keys=True)


def _environment(program: Program, name: str) -> dict[str, str]:
    variables: dict[str, str] = program.one(FUNCTION, name).inputs["environment"]["variables"]
    return variables


def _is_real(type_: str) -> bool:
    return type_.startswith(("aws:", "twilio:"))
