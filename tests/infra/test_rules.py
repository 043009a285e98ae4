"""Every rule holds for both examples and detects a violation."""

from dataclasses import replace
from typing import Any

import pytest

from tests.infra import rules
from tests.infra.declared import AUTH_TOKEN, KEY_ARN, Program, declare
from tests.infra.rules import FUNCTION, RULES, Rule


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_holds_in_production(rule: Rule, production: Program) -> None:
    assert list(rule(production)) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("stack", ["program", "with_offers"])
def test_a_rule_holds(rule: Rule, stack: str, request: pytest.FixtureRequest) -> None:
    assert list(rule(request.getfixturevalue(stack))) == []


@pytest.mark.parametrize(
    ("rule", "type_", "name", "inputs"),
    [
        (
            rules.each_alias_is_on_the_newest_version,
            "aws:lambda/alias:Alias",
            "transfer-chat",
            {"functionVersion": "$LATEST"},
        ),
        (
            rules.no_credential_is_in_plain_sight,
            FUNCTION,
            "get-workflows",
            {"environment": {"variables": {"HARMLESS": AUTH_TOKEN}}},
        ),
        (
            rules.the_table_is_paid_by_use,
            "aws:dynamodb/table:Table",
            "idempotency",
            {"billingMode": "PROVISIONED"},
        ),
        (
            rules.every_alarm_tells_one_of_the_stacks_own_topics,
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            "rollback-failed",
            {"alarmActions": ["arn:aws:sns:eu-west-1:123456789012:another"]},
        ),
        (
            rules.every_store_has_the_companys_key,
            "aws:secretsmanager/secret:Secret",
            "credentials",
            {"kmsKeyId": KEY_ARN},
        ),
        (rules.functions_time_out_first, FUNCTION, "transfer-chat", {"timeout": 30}),
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

    assert len(found) == 4


def test_each_rule_is_broken_once() -> None:
    (broken,) = [
        mark.args[1] for mark in test_a_broken_rule_is_seen.pytestmark if mark.name == "parametrize"
    ]
    tried = {rule for rule, *_ in broken} | {rules.what_cannot_be_had_back_is_protected}

    assert tried == set(RULES)


def _changed(program: Program, type_: str, name: str, inputs: dict[str, Any]) -> Program:
    """Return the program with other inputs for one resource."""
    resources = [
        replace(found, inputs={**found.inputs, **inputs})
        if (found.type, found.name) == (type_, name)
        else found
        for found in program.resources
    ]
    return replace(program, resources=tuple(resources))
