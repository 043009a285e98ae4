"""Rules for access: IAM policies, role trust, invocation, and the HTTP API."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from transfer_policy.rule import Resource, nested, rule, texts

_STAGE: Final = "aws:apigatewayv2/stage:Stage"

# Actions for which AWS takes no resource but "*".
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
_WITHOUT_RESOURCE: Final = frozenset({"xray:PutTelemetryRecords", "xray:PutTraceSegments"})

# Actions on the log streams of one log group, which Lambda names at run time.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
_ON_LOG_STREAMS: Final = frozenset({"logs:CreateLogStream", "logs:PutLogEvents"})
_STREAMS_OF_A_GROUP: Final = re.compile(r"arn:[^:*?]+:logs:[^:*?]+:[0-9]{12}:log-group:[^:*?]+:\*")

# Any route of one API: arn:PARTITION:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH
_ONE_API: Final = re.compile(r"arn:[^:*?]+:execute-api:[^:*?]+:[0-9]{12}:[^:/*?]+/.+")
_API_GATEWAY: Final = "apigateway.amazonaws.com"

_ACCOUNT: Final = re.compile("[0-9]{12}")
_SCHEDULE_GROUP: Final = re.compile(
    r"arn:[^:*?]+:scheduler:[^:*?]+:[0-9]{12}:schedule-group/[^:/*?]+"
)

# An alias of a function; $LATEST is what is being changed.
_ALIAS: Final = r":function:[^:/]+:[^:/$]+"
ALIAS_ARN: Final = re.compile(rf"arn:[^:]+:lambda:[^:]+:[0-9]{{12}}{_ALIAS}")

# An exact origin; plain HTTP is for a developer's own machine.
# https://fetch.spec.whatwg.org/#http-access-control-allow-origin
_ORIGIN: Final = re.compile(r"(https://[a-z0-9.-]+|http://localhost)(:[0-9]+)?")

# A caller writes them, and API Gateway does not escape them: fields after them could be forged.
_UNESCAPED: Final = ("$context.identity.userAgent", "$context.path")

# They hold the agent's Flex token.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
_WITH_TOKENS: Final = ("$context.authorizer", "$request", "Authorization", "authorization")
_REQUEST_ID: Final = "$context.requestId"

# More than agents ever send, and far below the account's limit of 10,000.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
_HIGHEST_LIMIT: Final = 1_000


@rule(
    "least-privilege",
    frozenset({"aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy"}),
    "A role may perform named actions on named resources; only X-Ray's actions take none.",
)
def least_privilege(resource: Resource) -> Iterator[str]:
    for statement in statements_of(resource.props["policy"]):
        if statement.get("Effect") != "Allow":
            continue
        sid = statement.get("Sid", "a statement without a Sid")
        for key in ("NotAction", "NotResource", "NotPrincipal"):
            if key in statement:
                yield f"{sid}: {key} allows all but what it names; expected what is allowed"
        actions = texts(statement.get("Action"))
        for action in actions:
            if "*" in action or "?" in action:
                yield f"{sid}: action {action!r} has a wildcard; expected each action by its name"
        for arn in texts(statement.get("Resource")):
            if _is_wide(arn, frozenset(actions)):
                yield f"{sid}: resource {arn!r} has a wildcard; expected the ARN of one resource"


def _is_wide(arn: str, actions: frozenset[str]) -> bool:
    if arn == "*":
        return not actions or not actions <= _WITHOUT_RESOURCE
    if actions and actions <= _ON_LOG_STREAMS and _STREAMS_OF_A_GROUP.fullmatch(arn):
        return False
    return "*" in arn or "?" in arn


@rule(
    "role-trust",
    "aws:iam/role:Role",
    "Only Lambda and one schedule group may assume a role, and its permissions are its own.",
)
def role_trust(resource: Resource) -> Iterator[str]:
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    for statement in statements_of(resource.props["assumeRolePolicy"]):
        principal = statement.get("Principal")
        if principal == {"Service": "scheduler.amazonaws.com"}:
            conditions = nested(statement, "Condition", "StringEquals") or {}
            account = str(conditions.get("aws:SourceAccount", ""))
            group = str(conditions.get("aws:SourceArn", ""))
            if not _ACCOUNT.fullmatch(account) or not _SCHEDULE_GROUP.fullmatch(group):
                yield "any account's schedules may assume the role; expected one schedule group's"
        elif principal != {"Service": "lambda.amazonaws.com"}:
            yield f"{json.dumps(principal)} may assume the role; expected Lambda's service alone"
    for key in ("managedPolicyArns", "inlinePolicies"):
        if resource.props.get(key):
            yield f"{key} is set; expected a RolePolicy that names what the function needs"


@rule(
    "function-invocation",
    "aws:lambda/permission:Permission",
    "Only API Gateway may invoke a function, for one API.",
)
def function_invocation(resource: Resource) -> Iterator[str]:
    principal = resource.props.get("principal")
    if principal != _API_GATEWAY:
        yield f"{principal!r} may invoke the function; expected {_API_GATEWAY} alone"
    if "sourceArn" not in set(resource.props):
        yield "it may be invoked for any API; expected a sourceArn"
    # Last, since it is not known in a new stack's preview.
    elif not _ONE_API.fullmatch(str(resource.props["sourceArn"])):
        yield f"sourceArn is {resource.props['sourceArn']!r}; expected routes of one API"


@rule(
    "scheduled-function",
    "aws:scheduler/schedule:Schedule",
    "A schedule invokes an alias of a function, and no other API.",
)
def scheduled_function(resource: Resource) -> Iterator[str]:
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
    arn = str(nested(resource.props, "target", "arn"))
    if not ALIAS_ARN.fullmatch(arn):
        yield f"the target is {arn!r}; expected an alias of a function"


@rule(
    "alias-integration",
    "aws:apigatewayv2/integration:Integration",
    "Requests go to an alias of a function, which changes version at once.",
)
def alias_integration(resource: Resource) -> Iterator[str]:
    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
    uri = str(resource.props["integrationUri"])
    if not re.search(rf"{_ALIAS}/invocations$", uri):
        yield f"integrationUri is {uri!r}; expected an alias of the function"


@rule("cors-origins", "aws:apigatewayv2/api:Api", "Only named origins may call from a browser.")
def cors_origins(resource: Resource) -> Iterator[str]:
    cors = resource.props.get("corsConfiguration")
    if not isinstance(cors, Mapping):
        yield "no corsConfiguration; expected the origins that Flex runs on"
        return
    for origin in texts(cors.get("allowOrigins")):
        if not _ORIGIN.fullmatch(origin):
            yield f"origin {origin!r}; expected an exact https origin, or http://localhost"
    for key in ("allowMethods", "allowHeaders", "exposeHeaders"):
        if "*" in texts(cors.get(key)):
            yield f"{key} is '*'; expected what the plugin sends"
    if cors.get("allowCredentials"):
        yield "allowCredentials is set; expected a token in the request, no cookie"


@rule(
    "tls", "aws:apigatewayv2/domainName:DomainName", "A host name answers TLS 1.2 or later alone."
)
def tls(resource: Resource) -> Iterator[str]:
    found = str(nested(resource.props, "domainNameConfiguration", "securityPolicy"))
    if found in {"TLS_1_0", "None"}:
        yield f"securityPolicy is {found}; expected TLS_1_2 or later"


@rule("throttling", _STAGE, "A stage has limits of its own, so that a flood spares the account's.")
def throttling(resource: Resource) -> Iterator[str]:
    # A route with settings of its own does not inherit the stage's limits.
    yield from _unlimited("defaultRouteSettings", resource.props.get("defaultRouteSettings"))
    for number, route in enumerate(resource.props.get("routeSettings") or ()):
        yield from _unlimited(f"routeSettings[{number}]", route)


def _unlimited(where: str, settings: Any) -> Iterator[str]:
    for key in ("throttlingRateLimit", "throttlingBurstLimit"):
        limit = nested({"settings": settings}, "settings", key)
        if not isinstance(limit, int | float) or not 0 < limit <= _HIGHEST_LIMIT:
            yield f"{where}.{key} is {limit!r}; expected a number up to {_HIGHEST_LIMIT}"


@rule("access-log", _STAGE, "Every request is logged as JSON with its ID, and without a token.")
def access_log(resource: Resource) -> Iterator[str]:
    settings = resource.props.get("accessLogSettings")
    if not isinstance(settings, Mapping) or not {"destinationArn", "format"} <= set(settings):
        yield "no accessLogSettings; expected a destination and a format"
        return
    log_format = str(settings["format"])
    if _REQUEST_ID not in _fields(log_format):
        yield f"the access log's format is no JSON with {_REQUEST_ID}; expected that"
    for variable in _WITH_TOKENS:
        if variable in log_format:
            yield f"the access log's format has {variable}; expected nothing that holds a token"
    for variable in _UNESCAPED:
        if variable in log_format:
            yield f"the access log's format has {variable}; expected nothing that a caller writes"


def _fields(log_format: str) -> list[str]:
    try:
        fields = json.loads(log_format)
    except ValueError:
        return []
    return list(fields.values()) if isinstance(fields, dict) else []


def statements_of(document: Any) -> list[Mapping[str, Any]]:
    """Return the statements of a policy document, JSON or not, one or many."""
    parsed = json.loads(document) if isinstance(document, str) else document
    found = parsed["Statement"]
    return [found] if isinstance(found, Mapping) else list(found)
