"""A stack with production settings: everything that an operator relies on exists and works."""

import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from local.aws import EmulatedAws
from local.deployer.creator import ABSENT, AWS_TYPES, TWILIO_TYPES
from tests.deployment import EVENTS_PASSWORD, DeployedStack, deploy_stack
from tests.infra.declared import OFFERS, PRODUCTION, declare
from tests.sampling import IS_FULL
from twilio_emulator.server import RunningTwilio

# Without offers at night: so are two stacks of other files.
STACKS = ("offers-in-production", *["like-production"] * IS_FULL)


@pytest.fixture(scope="module", params=STACKS)
def stack(
    running_twilio: RunningTwilio, running_aws: EmulatedAws, request: pytest.FixtureRequest
) -> DeployedStack:
    """A stack as in production, without offers and with them."""
    key = client(running_aws, "kms").create_key()["KeyMetadata"]["Arn"]
    domain = f"{request.param}.example.com"
    zone = client(running_aws, "route53").create_hosted_zone(Name=domain, CallerReference=domain)[
        "HostedZone"
    ]["Id"]
    changes = {
        "kmsKeyArn": key,
        "domainName": domain,
        "hostedZoneId": zone.removeprefix("/hostedzone/"),
        "reservedConcurrency": "5",
        "alarmEmail": "on-call@example.com",
        "canary": "true",
    }
    if request.param.startswith("offers"):
        changes |= {"handOver": "optional", "eventsPassword": EVENTS_PASSWORD}
    return deploy_stack(running_twilio, running_aws, request.param, **changes)


def prefix(stack: DeployedStack) -> str:
    return str(stack.outputs["idempotencyTable"]).removesuffix("-idempotency")


def domain_of(stack: DeployedStack) -> str:
    return str(stack.outputs["endpoint"]).removeprefix("https://")


OF_EVENTS = {
    *("events-missing", "events-failing", "events-waiting", "events-failed", "offers-failing"),
    *("receive-events-crashed", "receive-events-throttled"),
}


def client(aws: EmulatedAws, service: str) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=aws.endpoint_url,
        region_name=aws.region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def test_every_declared_type_is_known_or_listed_as_absent() -> None:
    declared = {
        found.type
        for found in declare(
            {**PRODUCTION, **OFFERS}, stack="production", flexUiAttributes="true"
        ).resources
        if found.type.startswith(("aws:", "twilio:"))
    }

    known = AWS_TYPES.keys() | TWILIO_TYPES
    assert declared == known | ABSENT.keys()
    assert not known & ABSENT.keys()


def test_the_emulated_aws_still_has_no_saved_queries(running_aws: EmulatedAws) -> None:
    # When this fails, the list of what is absent can be shorter.
    with pytest.raises(ClientError):
        client(running_aws, "logs").put_query_definition(name="any", queryString="fields @message")


def test_the_functions_answer_through_their_live_alias(stack: DeployedStack) -> None:
    (api,) = [
        found
        for found in client(stack.aws, "apigatewayv2").get_apis()["Items"]
        if found["Name"] == prefix(stack)
    ]

    answer = requests.get(
        f"{stack.aws.endpoint_url}/_aws/execute-api/{api['ApiId']}/get-workflows",
        headers={"Authorization": f"Bearer {stack.twilio.centre.token_of('ana')}"},
        timeout=30,
    )

    # It includes decrypting the secret with the customer managed key.
    assert answer.status_code == 200, answer.text
    assert domain_of(stack).endswith("-production.example.com")


@pytest.mark.parametrize("name", ["transfer-chat", "get-workflows"])
def test_a_function_has_a_version_a_live_alias_and_a_reservation(
    stack: DeployedStack, name: str
) -> None:
    functions = client(stack.aws, "lambda")
    function = f"{prefix(stack)}-{name}"

    alias = functions.get_alias(FunctionName=function, Name="live")
    live = functions.get_function_configuration(FunctionName=function, Qualifier="live")
    reserved = functions.get_function_concurrency(FunctionName=function)

    assert alias["FunctionVersion"] == live["Version"] == "1"
    assert live["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}
    assert reserved["ReservedConcurrentExecutions"] == 5


def test_the_gateway_may_invoke_the_alias_and_not_the_function(stack: DeployedStack) -> None:
    function = f"{prefix(stack)}-transfer-chat"

    answer = client(stack.aws, "lambda").get_policy(FunctionName=function, Qualifier="live")

    statements = json.loads(answer["Policy"])["Statement"]
    assert {each["Sid"] for each in statements} == {
        "post-transfer-chat",
        "get-transfers",
        "get-transfers-taskSid",
        "delete-transfers-taskSid",
    }
    assert all(each["Resource"].endswith(f":{function}:live") for each in statements)


def test_every_alarm_notifies_the_topic_and_the_topic_the_address(stack: DeployedStack) -> None:
    topic = stack.outputs["alarmTopicArn"]
    alarms = client(stack.aws, "cloudwatch").describe_alarms(AlarmNamePrefix=f"{prefix(stack)}-")
    subscribed = client(stack.aws, "sns").list_subscriptions_by_topic(TopicArn=topic)
    notified = {arn for alarm in alarms["MetricAlarms"] for arn in alarm["AlarmActions"]}

    assert {
        alarm["AlarmName"].removeprefix(f"{prefix(stack)}-") for alarm in alarms["MetricAlarms"]
    } == {
        "transfers-failing",
        "transfers-slow",
        "transfer-chat-crashed",
        "transfer-chat-throttled",
        "get-workflows-crashed",
        "get-workflows-throttled",
        "transfer-events-crashed",
        "transfer-events-throttled",
        "rollback-failed",
        "lists-failing",
        "looks-failing",
        "looks-left-out",
        "looks-missing",
        "requests-refused",
        "requests-throttled",
        "canary-failing",
    } | (OF_EVENTS if "eventsQueueUrl" in stack.outputs else set())
    assert notified == {topic, stack.outputs["ticketTopicArn"]}
    assert [found["Endpoint"] for found in subscribed["Subscriptions"]] == ["on-call@example.com"]


def test_the_dashboard_shows_the_alarms(stack: DeployedStack) -> None:
    cloudwatch = client(stack.aws, "cloudwatch")

    body = cloudwatch.get_dashboard(DashboardName=stack.outputs["dashboard"])["DashboardBody"]

    shown = _properties(body, "alarm")["alarms"]
    declared = cloudwatch.describe_alarms(AlarmNamePrefix=f"{prefix(stack)}-")["MetricAlarms"]
    assert set(shown) == {alarm["AlarmArn"] for alarm in declared}


def test_the_host_name_leads_to_the_api(stack: DeployedStack) -> None:
    gateway = client(stack.aws, "apigatewayv2")
    (configuration,) = gateway.get_domain_name(DomainName=domain_of(stack))[
        "DomainNameConfigurations"
    ]
    (mapping,) = gateway.get_api_mappings(DomainName=domain_of(stack))["Items"]
    records = _records(stack)

    assert mapping["Stage"] == "$default"
    alias = records[f"{domain_of(stack)}.", "A"]["AliasTarget"]
    assert alias["DNSName"].rstrip(".") == configuration["ApiGatewayDomainName"]
    assert "CNAME" in {type_ for _, type_ in records}


def test_log_groups_have_a_retention_period(stack: DeployedStack) -> None:
    for name in stack.outputs["logGroups"].values():
        (group,) = client(stack.aws, "logs").describe_log_groups(logGroupNamePrefix=name)[
            "logGroups"
        ]
        assert group["retentionInDays"] == 30


def _records(stack: DeployedStack) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    route53 = client(stack.aws, "route53")
    name = f"{domain_of(stack)}."
    (zone,) = [each for each in route53.list_hosted_zones()["HostedZones"] if each["Name"] == name]
    found = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    return {(record["Name"], record["Type"]): record for record in found}


def _properties(body: str, type_: str) -> Mapping[str, Any]:
    (found,) = [item for item in json.loads(body)["widgets"] if item["type"] == type_]
    properties: Mapping[str, Any] = found["properties"]
    return properties
