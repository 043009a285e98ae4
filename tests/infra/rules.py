"""Rules for every stack that a policy pack cannot check: each yields what breaks it.

The engine tells a policy pack neither of how resources belong together while their values are
unknown nor of their options. What it can see is in `policy/`, and held to the program there.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from tests.infra.declared import AUTH_TOKEN, EVENTS_PASSWORD, KEY_ARN, Program

Rule = Callable[[Program], Iterator[str]]

FUNCTION: Final = "aws:lambda/function:Function"
WITH_CREDENTIALS: Final = {
    ("aws:secretsmanager/secretVersion:SecretVersion", "secretString"),
    ("twilio:events:Sink", "sinkConfiguration"),
}


def each_alias_is_on_the_newest_version(program: Program) -> Iterator[str]:
    """Not $LATEST, nor a fixed version."""
    aliases = program.of_type("aws:lambda/alias:Alias")
    for function in program.of_type(FUNCTION).values():
        alias = aliases.get(function.name)
        if alias is None or alias.inputs["functionVersion"] != "7":
            yield function.name


def no_credential_is_in_plain_sight(program: Program) -> Iterator[str]:
    """Only the secret and the sink have credentials, and Pulumi knows that they are secret."""
    for found in program.resources:
        for key, value in found.inputs.items():
            shown = json.dumps(value, default=vars)
            if AUTH_TOKEN in shown or EVENTS_PASSWORD in shown:
                is_secret = (found.type, key) in WITH_CREDENTIALS and key in found.secret_inputs
                if not is_secret:
                    yield f"{found.name}: {key}"


def the_table_is_paid_by_use(program: Program) -> Iterator[str]:
    """The table costs nothing without transfers."""
    for table in program.of_type("aws:dynamodb/table:Table").values():
        if table.inputs.get("billingMode") != "PAY_PER_REQUEST":
            yield table.name


def every_alarm_tells_one_of_the_stacks_own_topics(program: Program) -> Iterator[str]:
    """Subscribers of the two topics are notified of every alarm."""
    topics = {topic.inputs["name"] for topic in program.of_type("aws:sns/topic:Topic").values()}
    for alarm in program.of_type("aws:cloudwatch/metricAlarm:MetricAlarm").values():
        told = {arn.split(":")[-1] for arn in alarm.inputs.get("alarmActions", [])}
        if len(told) != 1 or not told <= topics:
            yield alarm.name


def functions_time_out_first(program: Program) -> Iterator[str]:
    """A function answers before API Gateway gives up."""
    functions = program.of_type(FUNCTION)
    for integration in program.of_type("aws:apigatewayv2/integration:Integration").values():
        function = functions[integration.name]
        waits = integration.inputs["timeoutMilliseconds"]
        if function.inputs["timeout"] * 1000 >= waits:
            yield f"{function.name}: {function.inputs['timeout']} s, {waits} ms"


def what_cannot_be_had_back_is_protected(program: Program) -> Iterator[str]:
    """Chats wait in the workflow, the plugin knows the API's URL, functions need the others."""
    for type_, name in (
        ("twilio:taskrouter:Workflow", "transfer"),
        ("aws:apigatewayv2/api:Api", "api"),
        ("aws:secretsmanager/secret:Secret", "credentials"),
        ("aws:dynamodb/table:Table", "idempotency"),
    ):
        if not program.one(type_, name).protect:
            yield f"{type_} {name}"


def every_store_has_the_companys_key(program: Program) -> Iterator[str]:
    """One key is for all that takes one."""
    if KEY_ARN not in json.dumps([dict(found.inputs) for found in program.resources], default=vars):
        return
    for type_, path in KEYS.items():
        for found in program.of_type(type_).values():
            value: Any = found.inputs
            for key in path:
                value = value.get(key, {})
            if value != KEY_ARN:
                yield f"{type_} {found.name}"


def each_function_has_a_role_of_its_own(program: Program) -> Iterator[str]:
    """No function can use the permissions of another."""
    roles = [found.inputs["role"] for found in program.of_type(FUNCTION).values()]
    if len(set(roles)) != len(roles):
        yield str(roles)


KEYS: Final = {
    "aws:secretsmanager/secret:Secret": ("kmsKeyId",),
    "aws:dynamodb/table:Table": ("serverSideEncryption", "kmsKeyArn"),
    "aws:sqs/queue:Queue": ("kmsMasterKeyId",),
    "aws:cloudwatch/logGroup:LogGroup": ("kmsKeyId",),
    "aws:lambda/function:Function": ("kmsKeyArn",),
    "aws:sns/topic:Topic": ("kmsMasterKeyId",),
}
RULES: Final[tuple[Rule, ...]] = (
    each_alias_is_on_the_newest_version,
    no_credential_is_in_plain_sight,
    the_table_is_paid_by_use,
    every_alarm_tells_one_of_the_stacks_own_topics,
    functions_time_out_first,
    what_cannot_be_had_back_is_protected,
    every_store_has_the_companys_key,
    each_function_has_a_role_of_its_own,
)
