"""The canary as declared: schedule, permissions and alarm."""

import json

import pytest

from tests.infra.declared import REGION_AND_ACCOUNT, Program, declare

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
FUNCTION = "aws:lambda/function:Function"
ALIAS_ARN = (
    f"arn:aws:lambda:{REGION_AND_ACCOUNT}:function:flex-chat-transfer-production-canary:live"
)
FIVE_MINUTES = 300


def test_there_is_no_canary_by_default(program: Program) -> None:
    assert not [found for found in program.resources if "canary" in found.name.lower()]


def test_the_canary_calls_the_plugins_endpoint_with_its_origins(production: Program) -> None:
    variables = production.one(FUNCTION, "canary").inputs["environment"]["variables"]

    assert variables == {
        "ENDPOINT": production.outputs["endpoint"],
        "ALLOWED_ORIGINS": '["https://flex.twilio.com"]',
    }


def test_the_canary_has_no_reserved_concurrency_and_no_snapshot(production: Program) -> None:
    canary = production.one(FUNCTION, "canary").inputs

    assert "reservedConcurrentExecutions" in production.one(FUNCTION, "transfer-chat").inputs
    assert not {"reservedConcurrentExecutions", "snapStart"} & canary.keys()


def test_the_canary_has_its_own_bundle(production: Program) -> None:
    hashes = {
        name: found.inputs["sourceCodeHash"] for name, found in production.of_type(FUNCTION).items()
    }

    assert hashes["transfer-chat"] == hashes["get-workflows"] != hashes["canary"]


def test_the_schedule_runs_the_canary_every_five_minutes_and_may_do_nothing_else(
    production: Program,
) -> None:
    schedule = production.one("aws:scheduler/schedule:Schedule", "canary").inputs
    policy = production.one("aws:iam/rolePolicy:RolePolicy", "canary-schedule").inputs["policy"]

    assert schedule["scheduleExpression"] == "rate(5 minutes)"
    assert schedule["target"]["arn"] == ALIAS_ARN
    assert json.loads(policy)["Statement"] == [
        {
            "Sid": "InvokeFunction",
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": ALIAS_ARN,
        }
    ]


@pytest.mark.parametrize("name", ["canary", "transfer-events"])
def test_a_scheduled_run_is_not_tried_again(production: Program, name: str) -> None:
    kind = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
    schedule = production.one("aws:scheduler/schedule:Schedule", name)
    never = {"maximumRetryAttempts": 0, "maximumEventAgeInSeconds": 60}

    assert schedule.inputs["target"]["retryPolicy"] == never
    assert production.one(kind, name).inputs == {
        "functionName": f"flex-chat-transfer-production-{name}",
        "qualifier": "live",
        **never,
    }
    # EventBridge could otherwise invoke the function before.
    assert f"{kind}::{name}" in schedule.depends_on


@pytest.mark.parametrize("name", ["canary", "transfer-events"])
def test_only_the_accounts_schedules_may_assume_a_schedules_role(
    production: Program, name: str
) -> None:
    role = production.one("aws:iam/role:Role", f"{name}-schedule").inputs
    (statement,) = json.loads(role["assumeRolePolicy"])["Statement"]

    assert statement["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {
            "aws:SourceAccount": "123456789012",
            "aws:SourceArn": f"arn:aws:scheduler:{REGION_AND_ACCOUNT}:schedule-group/default",
        }
    }


def test_a_canary_that_fails_or_does_not_run_raises_its_alarm(production: Program) -> None:
    alarm = production.one(ALARM, "canary-failing").inputs
    *found, result = alarm["metricQueries"]

    # Without data it tells so too, but not before there was any: a new stack raises none.
    assert alarm["treatMissingData"] == "missing"
    assert alarm["insufficientDataActions"] == alarm["alarmActions"]
    assert (alarm["comparisonOperator"], alarm["threshold"]) == ("LessThanThreshold", 1)
    assert (alarm["datapointsToAlarm"], alarm["evaluationPeriods"]) == (3, 3)
    assert result["expression"] == "runs - failed"
    assert [(it["id"], it["metric"]["metricName"], it["metric"]["period"]) for it in found] == [
        ("runs", "Invocations", FIVE_MINUTES),
        ("failed", "Errors", FIVE_MINUTES),
    ]
    names = {query["metric"]["dimensions"]["FunctionName"] for query in found}
    assert names == {"flex-chat-transfer-production-canary"}


def test_no_other_alarm_counts_the_canary(production: Program) -> None:
    others = [
        alarm for name, alarm in production.of_type(ALARM).items() if name != "canary-failing"
    ]

    assert not [alarm.name for alarm in others if "-canary" in json.dumps(alarm.inputs)]


def test_the_canary_is_in_the_outputs_that_a_deployment_waits_for() -> None:
    outputs = declare(canary="true").outputs

    assert outputs["functionNames"]["canary"] == "flex-chat-transfer-dev-canary"
    assert outputs["logGroups"]["canary"] == "/aws/lambda/flex-chat-transfer-dev-canary"
