"""What must hold for every stack, whatever its config: each rule names what breaks it.

Apart from the tests, so that another test can break each rule in turn and see it noticed.
"""

import json
from collections.abc import Callable, Iterator
from typing import Final

from tests.infra.declared import AUTH_TOKEN, Program

Rule = Callable[[Program], Iterator[str]]

FUNCTION: Final = "aws:lambda/function:Function"
UNTAGGABLE: Final = frozenset(
    {
        "aws:acm/certificateValidation:CertificateValidation",
        "aws:apigatewayv2/apiMapping:ApiMapping",
        "aws:apigatewayv2/integration:Integration",
        "aws:apigatewayv2/route:Route",
        "aws:cloudwatch/dashboard:Dashboard",
        "aws:cloudwatch/queryDefinition:QueryDefinition",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:lambda/alias:Alias",
        "aws:lambda/permission:Permission",
        "aws:route53/record:Record",
        "aws:secretsmanager/secretVersion:SecretVersion",
        "aws:sns/topicSubscription:TopicSubscription",
    }
)
# Actions that AWS takes no narrower resource for.
ON_ANY_RESOURCE: Final = frozenset({"xray:PutTelemetryRecords", "xray:PutTraceSegments"})


def no_permission_is_wide(program: Program) -> Iterator[str]:
    """No wildcard in an action, and in a resource only where AWS takes nothing narrower."""
    for policy in program.of_type("aws:iam/rolePolicy:RolePolicy").values():
        for statement in json.loads(policy.inputs["policy"])["Statement"]:
            actions = _list(statement["Action"])
            if any("*" in action for action in actions):
                yield f"{policy.name}: {actions}"
            for resource in _list(statement["Resource"]):
                # The streams of one log group are all after its name.
                wide = "*" in resource.removesuffix(":*")
                if wide and not set(actions) <= ON_ANY_RESOURCE:
                    yield f"{policy.name}: {actions} on {resource}"


def requests_go_to_the_live_alias(program: Program) -> Iterator[str]:
    """No integration calls a function itself, and API Gateway may not either."""
    for integration in program.of_type("aws:apigatewayv2/integration:Integration").values():
        if ":live/invocations" not in integration.inputs["integrationUri"]:
            yield integration.name
    for permission in program.of_type("aws:lambda/permission:Permission").values():
        if permission.inputs.get("qualifier") != "live":
            yield permission.name


def a_version_is_published_for_the_alias(program: Program) -> Iterator[str]:
    """Each function has an alias on its newest version, never on what is being changed."""
    aliases = program.of_type("aws:lambda/alias:Alias")
    for function in program.of_type(FUNCTION).values():
        alias = aliases.get(function.name)
        if not function.inputs.get("publish") or alias is None:
            yield function.name
        elif alias.inputs["functionVersion"] != "7":
            yield f"{function.name}: {alias.inputs['functionVersion']}"


def no_credential_is_in_plain_sight(program: Program) -> Iterator[str]:
    """Only the secret's value has the Twilio credential, and Pulumi knows that it is secret."""
    for found in program.resources:
        for key, value in found.inputs.items():
            if AUTH_TOKEN in json.dumps(value, default=vars):
                is_secret = found.type.endswith(":SecretVersion") and key in found.secret_inputs
                if not is_secret:
                    yield f"{found.name}: {key}"


def logs_expire(program: Program) -> Iterator[str]:
    """Nobody pays for ever, and nothing about a person is kept for ever."""
    for group in program.of_type("aws:cloudwatch/logGroup:LogGroup").values():
        if not group.inputs.get("retentionInDays"):
            yield group.name


def every_function_logs_to_a_group_that_is_declared(program: Program) -> Iterator[str]:
    """Lambda makes a group by itself otherwise, which never expires."""
    groups = {
        group.inputs["name"]
        for group in program.of_type("aws:cloudwatch/logGroup:LogGroup").values()
    }
    for function in program.of_type(FUNCTION).values():
        if f"/aws/lambda/{function.inputs['name']}" not in groups:
            yield function.name


def everything_is_tagged(program: Program) -> Iterator[str]:
    """Whoever pays the bill can tell what for."""
    for found in program.resources:
        if found.type.startswith("aws:") and found.type not in UNTAGGABLE:
            tags = found.inputs.get("tags", {})
            if not {"project", "environment", "managed-by"} <= tags.keys():
                yield f"{found.type} {found.name}: {tags}"


def the_table_is_encrypted_on_demand_and_forgets(program: Program) -> Iterator[str]:
    """What is remembered of a transfer is encrypted, and gone after a while."""
    for table in program.of_type("aws:dynamodb/table:Table").values():
        inputs = table.inputs
        if inputs.get("billingMode") != "PAY_PER_REQUEST":
            yield f"{table.name}: billing"
        if inputs.get("serverSideEncryption") != {"enabled": True}:
            yield f"{table.name}: encryption"
        if inputs.get("ttl") != {"attributeName": "expiration", "enabled": True}:
            yield f"{table.name}: time to live"


def the_stage_throttles(program: Program) -> Iterator[str]:
    """Nobody can run up a bill by calling often."""
    for stage in program.of_type("aws:apigatewayv2/stage:Stage").values():
        limits = stage.inputs.get("defaultRouteSettings", {})
        if not (limits.get("throttlingRateLimit") and limits.get("throttlingBurstLimit")):
            yield stage.name


def access_is_logged_without_tokens(program: Program) -> Iterator[str]:
    """As JSON, with the request's ID, and without what a header or a body holds."""
    for stage in program.of_type("aws:apigatewayv2/stage:Stage").values():
        settings = stage.inputs.get("accessLogSettings", {})
        fields = json.loads(settings.get("format", "{}"))
        if fields.get("requestId") != "$context.requestId":
            yield f"{stage.name}: no request ID"
        if "authoriz" in json.dumps(fields).lower() or "queryString" in json.dumps(fields):
            yield f"{stage.name}: {fields}"


def origins_are_exact(program: Program) -> Iterator[str]:
    """No page but those configured may call from a browser, and none with cookies."""
    for api in program.of_type("aws:apigatewayv2/api:Api").values():
        cors = api.inputs.get("corsConfiguration", {})
        wrong = [
            origin
            for origin in cors.get("allowOrigins", ["*"])
            if "*" in origin or not origin.startswith("https://")
        ]
        if wrong or cors.get("allowCredentials"):
            yield f"{api.name}: {wrong}"


def every_alarm_tells_somebody(program: Program) -> Iterator[str]:
    """An alarm that nobody hears is none; silence at night is not one."""
    topics = {topic.inputs["name"] for topic in program.of_type("aws:sns/topic:Topic").values()}
    alarms = program.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
    for alarm in alarms.values():
        told = {arn.split(":")[-1] for arn in alarm.inputs.get("alarmActions", [])}
        if not told or not told <= topics:
            yield alarm.name
        if alarm.inputs.get("treatMissingData") != "notBreaching":
            yield f"{alarm.name}: missing data"
    if not alarms:
        yield "no alarms"


def functions_are_traced_and_time_out_first(program: Program) -> Iterator[str]:
    """A function answers before API Gateway gives up, and X-Ray sees what it does."""
    integrations = program.of_type("aws:apigatewayv2/integration:Integration")
    for function in program.of_type(FUNCTION).values():
        if function.inputs.get("tracingConfig") != {"mode": "Active"}:
            yield f"{function.name}: tracing"
        waits = integrations[function.name].inputs["timeoutMilliseconds"]
        if function.inputs["timeout"] * 1000 >= waits:
            yield f"{function.name}: {function.inputs['timeout']} s, {waits} ms"


def what_cannot_be_had_back_is_protected(program: Program) -> Iterator[str]:
    """Chats wait in the workflow, the plugin knows the API's URL, functions need the secret."""
    for type_ in (
        "twilio:taskrouter:Workflow",
        "aws:apigatewayv2/api:Api",
        "aws:secretsmanager/secret:Secret",
    ):
        for found in program.of_type(type_).values():
            if not found.protect:
                yield f"{type_} {found.name}"


def each_function_has_a_role_of_its_own(program: Program) -> Iterator[str]:
    """What one may do the other may not do with it."""
    roles = [found.inputs["role"] for found in program.of_type(FUNCTION).values()]
    if len(set(roles)) != len(roles):
        yield str(roles)


RULES: Final[tuple[Rule, ...]] = (
    no_permission_is_wide,
    requests_go_to_the_live_alias,
    a_version_is_published_for_the_alias,
    no_credential_is_in_plain_sight,
    logs_expire,
    every_function_logs_to_a_group_that_is_declared,
    everything_is_tagged,
    the_table_is_encrypted_on_demand_and_forgets,
    the_stage_throttles,
    access_is_logged_without_tokens,
    origins_are_exact,
    every_alarm_tells_somebody,
    functions_are_traced_and_time_out_first,
    what_cannot_be_had_back_is_protected,
    each_function_has_a_role_of_its_own,
)


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
