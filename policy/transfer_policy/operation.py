"""Rules for what runs and what is kept: functions, logs, the table, tags, the "Everyone" queue."""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from transfer_policy.rule import Finding, Resource, nested, of_type, rule, stack_rule

_FUNCTION: Final = "aws:lambda/function:Function"
_LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
_SECRET_VERSION: Final = "aws:secretsmanager/secretVersion:SecretVersion"  # noqa: S105 - a type
_TABLE: Final = "aws:dynamodb/table:Table"

# The day on which AWS's support for each runtime ends. Any other runtime is refused: add it with
# its date after testing the functions on it.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
END_OF_SUPPORT: Final = {
    "python3.12": dt.date(2028, 10, 31),
    "python3.13": dt.date(2029, 6, 30),
    "python3.14": dt.date(2029, 6, 30),
}

# Names that hold a credential, unless they say that they hold the ARN of one.
_CREDENTIAL_NAME: Final = re.compile(
    r"TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|PRIVATE|(^|_)KEY$", re.IGNORECASE
)
_REFERENCE_NAME: Final = re.compile(r"_ARN$", re.IGNORECASE)
# A Twilio auth token is 32 hexadecimal digits, an API key's secret 32 letters and digits; an AWS
# secret access key is 40 of base64's; a URL may have a user and a password in it.
_CREDENTIAL_VALUE: Final = re.compile(r"[0-9A-Za-z]{32}|[0-9A-Za-z/+]{40}|.*://[^/@]*:[^/@]+@.*")
_SHORTEST_SECRET: Final = 8
_EXPIRATION: Final = "expiration"  # what the functions write

_FOREIGN_CODE: Final = frozenset(
    {"AWS_LAMBDA_EXEC_WRAPPER", "LD_PRELOAD", "PYTHONPATH", "PYTHONSTARTUP", "LD_LIBRARY_PATH"}
)

_EVERYONE: Final = "Everyone"

# The types that were reviewed, with tags and without. Before adding one, look at what it opens and
# write a rule for that.
_TAGGED: Final = frozenset(
    {
        "aws:acm/certificate:Certificate",
        "aws:apigatewayv2/api:Api",
        "aws:apigatewayv2/domainName:DomainName",
        "aws:apigatewayv2/stage:Stage",
        _LOG_GROUP,
        "aws:cloudwatch/compositeAlarm:CompositeAlarm",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        _TABLE,
        "aws:iam/role:Role",
        "aws:kms/key:Key",
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        _FUNCTION,
        "aws:secretsmanager/secret:Secret",
        "aws:sns/topic:Topic",
        "aws:sqs/queue:Queue",
    }
)
_UNTAGGED: Final = frozenset(
    {
        "aws:acm/certificateValidation:CertificateValidation",
        "aws:apigatewayv2/apiMapping:ApiMapping",
        "aws:apigatewayv2/integration:Integration",
        "aws:apigatewayv2/route:Route",
        "aws:cloudwatch/dashboard:Dashboard",
        "aws:cloudwatch/logMetricFilter:LogMetricFilter",
        "aws:cloudwatch/queryDefinition:QueryDefinition",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:kms/alias:Alias",
        "aws:lambda/alias:Alias",
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "aws:lambda/permission:Permission",
        "aws:route53/record:Record",
        "aws:scheduler/schedule:Schedule",
        "aws:secretsmanager/secretPolicy:SecretPolicy",
        _SECRET_VERSION,
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sqs/queuePolicy:QueuePolicy",
        "aws:sns/topicSubscription:TopicSubscription",
    }
)


@rule("supported-runtime", _FUNCTION, "A function's runtime still gets security updates from AWS.")
def supported_runtime(resource: Resource) -> Iterator[str]:
    runtime = str(resource.props.get("runtime", ""))
    known = ", ".join(sorted(END_OF_SUPPORT))
    end = END_OF_SUPPORT.get(runtime)
    if end is None:
        yield f"runtime {runtime!r}; expected one of {known}"
    elif _today() > end:
        yield f"runtime {runtime!r} is supported until {end} only; expected one of {known}"


def _today() -> dt.date:
    return dt.datetime.now(tz=dt.UTC).date()


@rule("published-version", _FUNCTION, "Each change of a function publishes a version.")
def published_version(resource: Resource) -> Iterator[str]:
    if resource.props.get("publish") is not True:
        yield "publish is not true; expected a version for the alias with each change"


@rule("tracing", _FUNCTION, "X-Ray traces every request that a function answers.")
def tracing(resource: Resource) -> Iterator[str]:
    mode = nested(resource.props, "tracingConfig", "mode")
    if mode != "Active":
        yield f"tracingConfig.mode is {mode!r}; expected Active"


@rule(
    "no-credential-in-environment",
    _FUNCTION,
    "No environment variable is a credential: everyone who may view the function can read it.",
)
def no_credential_in_environment(resource: Resource) -> Iterator[str]:
    for name, value in _environment(resource).items():
        if _CREDENTIAL_NAME.search(name) and not _REFERENCE_NAME.search(name):
            yield f"variable {name} is named like a credential; expected it in Secrets Manager"
        elif _CREDENTIAL_VALUE.fullmatch(str(value)):
            yield f"variable {name} holds what looks like one; expected it in Secrets Manager"


@rule(
    "own-code",
    _FUNCTION,
    "A function runs the code of the bundle alone, and logs what it does.",
)
def own_code(resource: Resource) -> Iterator[str]:
    for key in ("layers", "imageUri", "s3Bucket", "imageConfig", "fileSystemConfig"):
        if resource.props.get(key):
            yield f"{key} is set; expected code from the bundle alone"
    # https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html
    for name in sorted(_FOREIGN_CODE & set(_environment(resource))):
        yield f"variable {name} runs other code with the function; expected no such variable"
    logged = nested(resource.props, "loggingConfig", "applicationLogLevel")
    if logged in {"ERROR", "FATAL"}:
        yield f"applicationLogLevel is {logged}; expected WARN or lower, or none"


@rule("running", _FUNCTION, "A function can run: concurrency 0 switches it off.")
def running(resource: Resource) -> Iterator[str]:
    if resource.props.get("reservedConcurrentExecutions") == 0:
        yield "reservedConcurrentExecutions is 0; expected a number, or none"


@rule("one-version", "aws:lambda/alias:Alias", "An alias leads to one published version.")
def one_version(resource: Resource) -> Iterator[str]:
    if nested(resource.props, "routingConfig", "additionalVersionWeights"):
        yield "routingConfig sends some requests to another version; expected one version"
    # Last, since it is not known in a new stack's preview.
    if str(resource.props.get("functionVersion")) == "$LATEST":
        yield "functionVersion is $LATEST; expected a published version"


@stack_rule(
    "no-secret-in-environment", "No environment variable holds a value from Secrets Manager."
)
def no_secret_in_environment(resources: Sequence[Resource]) -> Iterator[Finding]:
    secrets = {
        value
        for version in of_type(resources, _SECRET_VERSION)
        for value in _leaves(version.props.get("secretString", ""))
        if len(value) >= _SHORTEST_SECRET
    }
    for function in of_type(resources, _FUNCTION):
        for name, value in _environment(function).items():
            if any(secret in str(value) for secret in secrets):
                message = f"variable {name} holds a value that is in Secrets Manager"
                yield function, f"{message}; expected the secret's ARN alone"


def _environment(resource: Resource) -> Mapping[str, Any]:
    found = nested(resource.props, "environment", "variables")
    return found if isinstance(found, Mapping) else {}


def _leaves(secret: str) -> list[str]:
    """Return what is secret in it: its JSON's values except an API key's SID, or all of it."""
    try:
        parsed = json.loads(secret)
    except ValueError:
        return [secret]
    if not isinstance(parsed, dict):
        return [secret]
    return [str(value) for key, value in parsed.items() if not key.endswith("_sid")]


@rule("log-retention", _LOG_GROUP, "Logs are deleted after some days.")
def log_retention(resource: Resource) -> Iterator[str]:
    days = resource.props.get("retentionInDays")
    if not isinstance(days, int | float) or days <= 0:
        yield f"retentionInDays is {days!r}; expected a number of days"


@stack_rule(
    "declared-log-groups",
    "The stack declares each function's log group: one that Lambda creates never expires.",
)
def declared_log_groups(resources: Sequence[Resource]) -> Iterator[Finding]:
    declared = {group.props.get("name") for group in of_type(resources, _LOG_GROUP)}
    for function in of_type(resources, _FUNCTION):
        name = function.props.get("name")
        own = nested(function.props, "loggingConfig", "logGroup") or f"/aws/lambda/{name}"
        if own not in declared:
            yield function, f"the stack declares no log group {own}; expected one"


@rule("table-encryption", _TABLE, "The table is encrypted with a key whose use CloudTrail shows.")
def table_encryption(resource: Resource) -> Iterator[str]:
    if nested(resource.props, "serverSideEncryption", "enabled") is not True:
        yield "serverSideEncryption is not enabled; expected it, so that CloudTrail shows its use"


@rule("table-expiry", _TABLE, "The table's rows expire.")
def table_expiry(resource: Resource) -> Iterator[str]:
    is_enabled = nested(resource.props, "ttl", "enabled") is True
    attribute = nested(resource.props, "ttl", "attributeName")
    if not is_enabled or attribute != _EXPIRATION:
        yield f"ttl is not enabled on {_EXPIRATION}; expected it: an item names tasks and agents"


@rule(
    "everyone-queue",
    "twilio:taskrouter:TaskQueue",
    'The workspace\'s own "Everyone" queue is adopted and holds every worker.',
)
def everyone_queue(resource: Resource) -> Iterator[str]:
    # The engine does not show `retainOnDelete` to policy packs; the program's tests cover it.
    name = resource.props.get("friendlyName")
    is_adopted = resource.props.get("adoptExisting") is True
    if name != _EVERYONE:
        if is_adopted:
            yield f"{name!r} is adopted; expected {_EVERYONE} alone: others are looked up by name"
        return
    if not is_adopted:
        yield "adoptExisting is not true; expected the workspace's own queue to be taken over"
    if str(resource.props.get("targetWorkers", "")).replace(" ", "") != "1==1":
        yield "targetWorkers is not 1==1; expected every worker, other workflows rely on it"


@rule("tags", _TAGGED, "Tags tell which project and environment a resource belongs to.")
def tags(resource: Resource) -> Iterator[str]:
    for tag in ("project", "environment", "managed-by"):
        if not nested(resource.props, "tags", tag):
            yield f"tag {tag!r} is missing"


@stack_rule("reviewed-types", "Every type of AWS resource was reviewed for these rules.")
def reviewed_types(resources: Sequence[Resource]) -> Iterator[Finding]:
    for resource in resources:
        if resource.type.startswith("aws:") and resource.type not in _TAGGED | _UNTAGGED:
            message = f"no rule was written for a {resource.type}; expected a reviewed type"
            yield resource, f"{message}, see policy/transfer_policy/operation.py"
