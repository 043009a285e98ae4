"""Every rule holds for both examples, and is seen to be broken when it is."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.infra import rules
from tests.infra.declared import AUTH_TOKEN, Program, declare
from tests.infra.rules import FUNCTION, RULES, Rule

STAGE = "aws:apigatewayv2/stage:Stage"
TABLE = "aws:dynamodb/table:Table"
POLICY = "aws:iam/rolePolicy:RolePolicy"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("stack", ["program", "production"])
def test_a_rule_holds(rule: Rule, stack: str, request: pytest.FixtureRequest) -> None:
    assert list(rule(request.getfixturevalue(stack))) == []


def _policy(*actions: str, resource: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    ("rule", "type_", "name", "inputs"),
    [
        (
            rules.no_permission_is_wide,
            POLICY,
            "transfer-chat",
            {"policy": _policy("secretsmanager:GetSecretValue", resource="*")},
        ),
        (
            rules.no_permission_is_wide,
            POLICY,
            "get-workflows",
            {"policy": _policy("dynamodb:*", resource="arn:aws:dynamodb:eu-west-1:1:table/t")},
        ),
        (
            rules.requests_go_to_the_live_alias,
            "aws:apigatewayv2/integration:Integration",
            "transfer-chat",
            {"integrationUri": "arn:aws:apigateway:eu-west-1:lambda:path/f/invocations"},
        ),
        (
            rules.requests_go_to_the_live_alias,
            "aws:lambda/permission:Permission",
            "post-transfer-chat",
            {"qualifier": None},
        ),
        (
            rules.a_version_is_published_for_the_alias,
            "aws:lambda/alias:Alias",
            "transfer-chat",
            {"functionVersion": "$LATEST"},
        ),
        (rules.a_version_is_published_for_the_alias, FUNCTION, "transfer-chat", {"publish": False}),
        (
            rules.no_credential_is_in_plain_sight,
            FUNCTION,
            "get-workflows",
            {"environment": {"variables": {"TWILIO_AUTH_TOKEN": AUTH_TOKEN}}},
        ),
        (
            rules.logs_expire,
            "aws:cloudwatch/logGroup:LogGroup",
            "transfer-chat",
            {"retentionInDays": None},
        ),
        (
            rules.every_function_logs_to_a_group_that_is_declared,
            FUNCTION,
            "transfer-chat",
            {"name": "renamed"},
        ),
        (
            rules.everything_is_tagged,
            "aws:sns/topic:Topic",
            "alarms",
            {"tags": {"project": "flex-chat-transfer"}},
        ),
        (
            rules.the_table_is_encrypted_on_demand_and_forgets,
            TABLE,
            "idempotency",
            {"serverSideEncryption": None},
        ),
        (
            rules.the_table_is_encrypted_on_demand_and_forgets,
            TABLE,
            "idempotency",
            {"ttl": {"attributeName": "expiration", "enabled": False}},
        ),
        (
            rules.the_table_is_encrypted_on_demand_and_forgets,
            TABLE,
            "idempotency",
            {"billingMode": "PROVISIONED"},
        ),
        (rules.the_stage_throttles, STAGE, "api", {"defaultRouteSettings": {}}),
        (rules.access_is_logged_without_tokens, STAGE, "api", {"accessLogSettings": {}}),
        (
            rules.access_is_logged_without_tokens,
            STAGE,
            "api",
            {
                "accessLogSettings": {
                    "format": '{"requestId": "$context.requestId", "a": "$context.authorizer.x"}'
                }
            },
        ),
        (
            rules.origins_are_exact,
            "aws:apigatewayv2/api:Api",
            "api",
            {"corsConfiguration": {"allowOrigins": ["*"]}},
        ),
        (
            rules.every_alarm_tells_somebody,
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            "rollback-failed",
            {"alarmActions": []},
        ),
        (
            rules.functions_are_traced_and_time_out_first,
            FUNCTION,
            "get-workflows",
            {"tracingConfig": {"mode": "PassThrough"}},
        ),
        (rules.functions_are_traced_and_time_out_first, FUNCTION, "transfer-chat", {"timeout": 30}),
        (
            rules.each_function_has_a_role_of_its_own,
            FUNCTION,
            "get-workflows",
            {"role": "arn:aws:iam:eu-west-1:123456789012:flex-chat-transfer-dev-transfer-chat"},
        ),
    ],
)
def test_a_broken_rule_is_seen(
    program: Program, rule: Rule, type_: str, name: str, inputs: dict[str, Any]
) -> None:
    program.one(type_, name)  # it is there to be changed

    assert list(rule(_changed(program, type_, name, inputs)))


def test_a_stack_that_is_not_protected_is_seen() -> None:
    found = list(rules.what_cannot_be_had_back_is_protected(declare(protect="false")))

    assert len(found) == 3


def test_each_rule_is_broken_once() -> None:
    (broken,) = [
        mark.args[1] for mark in test_a_broken_rule_is_seen.pytestmark if mark.name == "parametrize"
    ]
    tried = {rule for rule, *_ in broken} | {rules.what_cannot_be_had_back_is_protected}

    assert tried == set(RULES)


# The same for five of them in the program itself: what is declared then comes from changed code.
@pytest.mark.parametrize(
    ("rule", "target", "value"),
    [
        (
            rules.no_permission_is_wide,
            "transfer_stack.secrets.read_secret",
            lambda _: {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"},
        ),
        (rules.requests_go_to_the_live_alias, "transfer_stack.functions.LIVE", "newest"),
        (rules.everything_is_tagged, "transfer_stack.settings.Settings.tags", {}),
        (
            rules.access_is_logged_without_tokens,
            "transfer_stack.endpoints._ACCESS_LOG_FORMAT",
            {"requestId": "$context.requestId", "token": "$context.authorizer.token"},
        ),
        (
            rules.no_credential_is_in_plain_sight,
            "transfer_stack.functions._powertools",
            lambda settings: {"TOKEN": settings.twilio.auth_token},
        ),
    ],
)
def test_a_program_that_breaks_a_rule_is_seen(
    monkeypatch: pytest.MonkeyPatch, rule: Rule, target: str, value: object
) -> None:
    monkeypatch.setattr(target, value)

    assert list(rule(declare()))


def _changed(program: Program, type_: str, name: str, inputs: dict[str, Any]) -> Program:
    """Return the program with other inputs for one resource."""
    resources = [
        replace(found, inputs={**found.inputs, **inputs})
        if (found.type, found.name) == (type_, name)
        else found
        for found in program.resources
    ]
    return replace(program, resources=tuple(resources))
