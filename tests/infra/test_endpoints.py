"""The HTTP API as declared: routes, CORS, throttling, logs and time-outs."""

import json

import pytest

from tests.infra.declared import Program, declare

FUNCTION = "aws:lambda/function:Function"


def test_cors_allows_the_configured_origins_only() -> None:
    found = declare(allowedOrigins='["https://flex.twilio.com", "http://localhost:3000"]')

    cors = found.one("aws:apigatewayv2/api:Api", "api").inputs["corsConfiguration"]
    assert cors["allowOrigins"] == ["https://flex.twilio.com", "http://localhost:3000"]
    assert cors["allowMethods"] == ["DELETE", "GET", "POST"]
    assert cors["allowHeaders"] == ["authorization", "content-type"]
    assert cors["exposeHeaders"] == ["retry-after", "apigw-requestid"]
    assert "allowCredentials" not in cors


def test_the_stage_throttles_and_logs(program: Program) -> None:
    stage = program.one("aws:apigatewayv2/stage:Stage", "api").inputs

    assert stage["name"] == "$default"
    assert stage["autoDeploy"] is True
    assert stage["defaultRouteSettings"] == {
        "throttlingBurstLimit": 40,
        "throttlingRateLimit": 20,
        "detailedMetricsEnabled": True,
    }
    log = stage["accessLogSettings"]
    group = "/aws/vendedlogs/flex-chat-transfer-dev/access"
    assert log["destinationArn"] == f"arn:aws:logs:eu-west-1:123456789012:log-group:{group}"
    assert json.loads(log["format"])["status"] == "$context.status"
    assert "authorizer" not in log["format"]


@pytest.mark.parametrize(
    ("route", "key", "integration"),
    [
        ("post-transfer-chat", "POST /transfer-chat", "transfer-chat"),
        ("get-get-workflows", "GET /get-workflows", "get-workflows"),
        ("post-get-workflows", "POST /get-workflows", "get-workflows"),
        ("get-transfer-targets", "GET /transfer-targets", "get-workflows"),
        ("get-transfers", "GET /transfers", "transfer-chat"),
        ("get-transfers-taskSid", "GET /transfers/{taskSid}", "transfer-chat"),
        ("delete-transfers-taskSid", "DELETE /transfers/{taskSid}", "transfer-chat"),
    ],
)
def test_each_route_invokes_its_function(
    program: Program, route: str, key: str, integration: str
) -> None:
    declared = program.one("aws:apigatewayv2/route:Route", route).inputs
    assert declared["routeKey"] == key
    assert declared["target"] == f"integrations/{integration}-id"

    target = program.one("aws:apigatewayv2/integration:Integration", integration).inputs
    assert target["payloadFormatVersion"] == "2.0"
    assert f"flex-chat-transfer-dev-{integration}:live/invocations" in target["integrationUri"]


@pytest.mark.parametrize("seconds", ["5", "29"])
def test_the_integration_timeout_is_always_the_longest(seconds: str) -> None:
    """A snapshot's restore comes on top of what the function may run."""
    found = declare(lambdaTimeoutSeconds=seconds)

    assert found.one(FUNCTION, "transfer-chat").inputs["timeout"] == int(seconds)
    integration = found.one("aws:apigatewayv2/integration:Integration", "transfer-chat")
    assert integration.inputs["timeoutMilliseconds"] == 30_000
