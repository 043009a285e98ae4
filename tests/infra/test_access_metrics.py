"""The metric filters on the access log count agents' requests only."""

import fnmatch
import json
import re

import pytest

from tests.infra.declared import Program
from transfer_stack.metrics import ANSWERED, REFUSED, THROTTLED

FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
TRANSFER = "POST /transfer-chat"


def matches(pattern: str, line: dict[str, str]) -> bool:
    """Whether a filter pattern of string comparisons, `&&` and `||` matches a line of JSON.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
    """

    def compare(found: re.Match[str]) -> str:
        field, operator, value = found.groups()
        return str(fnmatch.fnmatchcase(line[field], value) == (operator == "="))

    expression = re.sub(r'\$\.(\w+) (!?=) "([^"]*)"', compare, pattern.strip("{} "))
    expression = expression.replace("&&", "and").replace("||", "or")
    assert re.fullmatch(r"(True|False|and|or|[() ])+", expression), expression
    return bool(eval(expression))  # noqa: S307 - nothing but what the line above lets through


@pytest.mark.parametrize(
    ("route", "status", "counted"),
    [
        (TRANSFER, "200", {ANSWERED}),
        (TRANSFER, "502", {ANSWERED}),
        (TRANSFER, "403", {ANSWERED, REFUSED}),
        (TRANSFER, "422", {ANSWERED, REFUSED}),
        ("GET /get-workflows", "403", {ANSWERED, REFUSED}),
        ("POST /get-workflows", "403", {ANSWERED, REFUSED}),
        ("DELETE /transfers/{taskSid}", "403", {ANSWERED, REFUSED}),
        # There is no offer, which is an answer; and Twilio, no agent.
        ("GET /transfers/{taskSid}", "404", set()),
        ("POST /events", "204", set()),
        ("POST /events", "400", set()),
        ("POST /events", "429", set()),
        # The canary, and strangers: no token.
        (TRANSFER, "401", set()),
        ("GET /get-workflows", "401", set()),
        # A scan; no route matched.
        ("-", "404", set()),
        (TRANSFER, "429", {THROTTLED}),
        ("-", "429", {THROTTLED}),
    ],
)
def test_a_request_is_counted_by_its_status_and_route(
    program: Program, route: str, status: str, counted: set[str]
) -> None:
    stage = program.one("aws:apigatewayv2/stage:Stage", "api").inputs
    line = dict.fromkeys(json.loads(stage["accessLogSettings"]["format"]), "")
    line |= {"routeKey": route, "status": status}

    found = program.of_type(FILTER).values()

    assert {it.name for it in found if matches(it.inputs["pattern"], line)} == counted


def test_each_metric_filter_feeds_the_alarm_that_uses_it(
    program: Program,
) -> None:
    metrics = [
        query["metric"]
        for alarm in ("requests-refused", "requests-throttled")
        for query in program.one(ALARM, alarm).inputs["metricQueries"]
        if "metric" in query
    ]
    (log,) = {found.inputs["logGroupName"] for found in program.of_type(FILTER).values()}
    counted = [found.inputs["metricTransformation"] for found in program.of_type(FILTER).values()]

    assert log == program.outputs["logGroups"]["access"]
    assert {(it["namespace"], it["metricName"]) for it in metrics} == {
        (it["namespace"], it["name"]) for it in counted
    }
    assert all(it["dimensions"] == {} for it in metrics)
    assert {(it["value"], it["defaultValue"]) for it in counted} == {("1", "0")}


def test_four_refusals_raise_no_alarm(program: Program) -> None:
    *_, result = program.one(ALARM, "requests-refused").inputs["metricQueries"]

    assert result["expression"] == "IF(refused > 4, 100 * refused / answered, 0)"
