"""Least privilege: who may do what on which resource, with no wildcard but the documented ones."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from transfer_policy.resource import Resource, nested, texts

# Actions for which AWS takes no resource but "*".
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
WITHOUT_RESOURCE: Final = frozenset({"xray:PutTelemetryRecords", "xray:PutTraceSegments"})

# Actions on the log streams of one log group, whose names are made up by Lambda at run time.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
ON_LOG_STREAMS: Final = frozenset({"logs:CreateLogStream", "logs:PutLogEvents"})
_STREAMS_OF_A_GROUP: Final = re.compile(r"arn:[^:*?]+:logs:[^:*?]+:[0-9]{12}:log-group:[^:*?]+:\*")

# Any route of one API: arn:PARTITION:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH
_ONE_API: Final = re.compile(r"arn:[^:*?]+:execute-api:[^:*?]+:[0-9]{12}:[^:/*?]+/.+")
_API_GATEWAY: Final = "apigateway.amazonaws.com"

_SCHEDULER: Final = {"Service": "scheduler.amazonaws.com"}
_ACCOUNT: Final = re.compile("[0-9]{12}")
_SCHEDULE_GROUP: Final = re.compile(
    r"arn:[^:*?]+:scheduler:[^:*?]+:[0-9]{12}:schedule-group/[^:/*?]+"
)


def wide_statements(resource: Resource) -> Iterator[str]:
    """Find what a role's policy allows beyond named actions on named resources."""
    for statement in _statements(resource.props["policy"]):
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
        return not actions or not actions <= WITHOUT_RESOURCE
    if actions and actions <= ON_LOG_STREAMS and _STREAMS_OF_A_GROUP.fullmatch(arn):
        return False
    return "*" in arn or "?" in arn


def open_trust(resource: Resource) -> Iterator[str]:
    """Find who may take on a role other than Lambda and the account's schedules; other policies.

    Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    """
    for statement in _statements(resource.props["assumeRolePolicy"]):
        principal = statement.get("Principal")
        if principal == _SCHEDULER:
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


def open_invocation(resource: Resource) -> Iterator[str]:
    """Find functions that may be invoked by anybody but API Gateway, or for any API."""
    principal = resource.props.get("principal")
    if principal != _API_GATEWAY:
        yield f"{principal!r} may invoke the function; expected {_API_GATEWAY} alone"
    if "sourceArn" not in set(resource.props):
        yield "it may be invoked for any API; expected a sourceArn"
    # Last, since it is not known in a new stack's preview.
    elif not _ONE_API.fullmatch(str(resource.props["sourceArn"])):
        yield f"sourceArn is {resource.props['sourceArn']!r}; expected routes of one API"


def _statements(document: Any) -> list[Mapping[str, Any]]:
    """Return the statements of a policy document, JSON or not, one or many."""
    parsed = json.loads(document) if isinstance(document, str) else document
    found = parsed["Statement"]
    return [found] if isinstance(found, Mapping) else list(found)
