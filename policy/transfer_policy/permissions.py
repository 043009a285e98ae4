"""Least privilege: who may do what on which resource, with no wildcard but the documented ones."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from transfer_policy.resource import Resource, texts

# Actions for which AWS takes no resource but "*".
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
WITHOUT_RESOURCE: Final = frozenset({"xray:PutTelemetryRecords", "xray:PutTraceSegments"})

# Actions on the log streams of one log group, whose names are made up by Lambda at run time.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
ON_LOG_STREAMS: Final = frozenset({"logs:CreateLogStream", "logs:PutLogEvents"})

_LOG_STREAMS_OF_A_GROUP: Final = ":*"


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
    if actions and actions <= ON_LOG_STREAMS:
        arn = arn.removesuffix(_LOG_STREAMS_OF_A_GROUP)
    return "*" in arn or "?" in arn


def open_trust(resource: Resource) -> Iterator[str]:
    """Find who may take on a role other than the Lambda service, and policies from elsewhere."""
    for statement in _statements(resource.props["assumeRolePolicy"]):
        principal = statement.get("Principal")
        if principal != {"Service": "lambda.amazonaws.com"}:
            yield f"{json.dumps(principal)} may assume the role; expected Lambda's service alone"
    if resource.props.get("managedPolicyArns"):
        yield "managedPolicyArns is set; expected a policy that names what the function needs"


def attached_policy(resource: Resource) -> Iterator[str]:
    """Find managed policies: they change without us and allow more than one function needs."""
    arn = resource.props.get("policyArn", "a policy")
    yield f"{arn} is attached to a role; expected a policy that names what the function needs"


def open_invocation(resource: Resource) -> Iterator[str]:
    """Find functions that may be invoked by anybody, or by API Gateway for any API."""
    principal = resource.props.get("principal")
    if principal == "*":
        yield "anybody may invoke the function; expected a service's principal"
    # Only the key is asked for: the ARN itself is not known in a new stack's preview.
    if "sourceArn" not in set(resource.props):
        yield f"{principal} may invoke it for any account; expected a sourceArn"


def _statements(document: Any) -> list[Mapping[str, Any]]:
    """Return the statements of a policy document, JSON or not, one or many."""
    parsed = json.loads(document) if isinstance(document, str) else document
    found = parsed["Statement"]
    return [found] if isinstance(found, Mapping) else list(found)
