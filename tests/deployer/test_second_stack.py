"""A second stack in the same accounts, with a canary: missing parts are found."""

from typing import Any

import boto3
import pytest
import requests

from local.aws import EmulatedAws
from tests.deployment import DeployedStack, deploy_stack
from twilio_emulator.server import RunningTwilio

PREFIX = "flex-chat-transfer-watched"


@pytest.fixture(scope="module")
def stack(running_twilio: RunningTwilio, running_aws: EmulatedAws) -> DeployedStack:
    flex = running_twilio.centre.account.changed_settings.setdefault("flex", {})
    flex["ui_attributes"] = {"theme": {"isLight": True}}
    settings = {"canary": "true", "flexUiAttributes": "true"}
    return deploy_stack(running_twilio, running_aws, "watched", **settings)


def client(stack: DeployedStack, service: str) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=stack.aws.endpoint_url,
        region_name=stack.aws.region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def run(stack: DeployedStack) -> tuple[str | None, str]:
    """Run the canary as its schedule does; return the kind of failure, and what it said."""
    answer = client(stack, "lambda").invoke(FunctionName=f"{PREFIX}-canary", Qualifier="live")
    return answer.get("FunctionError"), answer["Payload"].read().decode()


def test_the_canary_passes_on_a_deployed_stack(stack: DeployedStack) -> None:
    assert run(stack) == (None, "null")


def test_the_plugin_finds_the_stack_in_flexs_configuration(stack: DeployedStack) -> None:
    found = requests.get(
        f"{stack.twilio.base_url}/flex-api/v1/Configuration",
        auth=(stack.twilio.centre.account_sid, stack.twilio.centre.auth_token),
        timeout=30,
    )

    assert found.json()["ui_attributes"] == {
        "theme": {"isLight": True},
        "flexChatTransfer": {"endpoint": stack.endpoint, "handOver": ["now"]},
    }


def test_the_canarys_schedule_runs_its_live_alias(stack: DeployedStack) -> None:
    schedule = client(stack, "scheduler").get_schedule(Name=f"{PREFIX}-canary")

    assert schedule["ScheduleExpression"] == "rate(5 minutes)"
    assert schedule["Target"]["Arn"].endswith(f":{PREFIX}-canary:live")


def test_the_canary_fails_when_an_endpoint_is_gone(stack: DeployedStack) -> None:
    gateway = client(stack, "apigatewayv2")
    (api,) = [it for it in gateway.get_apis()["Items"] if it["Name"] == PREFIX]
    (route,) = [
        it
        for it in gateway.get_routes(ApiId=api["ApiId"])["Items"]
        if it["RouteKey"] == "POST /transfer-chat"
    ]
    gateway.delete_route(ApiId=api["ApiId"], RouteId=route["RouteId"])

    failure, said = run(stack)

    assert failure == "Unhandled"
    assert "/transfer-chat: 404, expected 401" in said


def test_metric_filters_count_requests_in_the_access_log(stack: DeployedStack) -> None:
    filters = client(stack, "logs").describe_metric_filters(
        logGroupName=stack.outputs["logGroups"]["access"]
    )["metricFilters"]

    assert {it["filterName"] for it in filters} == {
        "RequestsAnswered",
        "RequestsRefused",
        "RequestsThrottled",
    }


def test_a_function_without_its_policy_cannot_read_the_secret(stack: DeployedStack) -> None:
    role = stack.outputs["functionNames"]["getWorkflows"]
    client(stack, "iam").delete_role_policy(RoleName=role, PolicyName="get-workflows")

    answer = requests.get(
        f"{stack.endpoint}/get-workflows",
        headers={"Authorization": f"Bearer {stack.twilio.centre.token_of('ana')}"},
        timeout=30,
    )

    assert answer.status_code == 502
    assert "permission to read it" in answer.json()["detail"]


def test_the_transfer_workflow_of_one_stack_is_no_target_of_another(
    stack: DeployedStack, deployed_stack: DeployedStack
) -> None:
    token = {"Authorization": f"Bearer {stack.twilio.centre.token_of('ana')}"}

    found = requests.get(f"{deployed_stack.endpoint}/get-workflows", headers=token, timeout=30)

    listed = {one["sid"] for one in found.json()["workflows"]}
    assert listed == set(stack.twilio.centre.workflows.values())
    assert stack.outputs["transferWorkflowSid"] not in listed
