"""Which types of AWS resources were reviewed: a rule can only find what it was written for.

Whoever adds a type looks at what it opens, writes a rule for that, then puts the type here.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from transfer_policy.resource import Finding, Resource

REQUIRED_TAGS: Final = ("project", "environment", "managed-by")

# Those that AWS can tag.
TAGGED: Final = frozenset(
    {
        "aws:acm/certificate:Certificate",
        "aws:apigatewayv2/api:Api",
        "aws:apigatewayv2/domainName:DomainName",
        "aws:apigatewayv2/stage:Stage",
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:dynamodb/table:Table",
        "aws:iam/role:Role",
        "aws:lambda/function:Function",
        "aws:secretsmanager/secret:Secret",
        "aws:sns/topic:Topic",
    }
)
UNTAGGED: Final = frozenset(
    {
        "aws:acm/certificateValidation:CertificateValidation",
        "aws:apigatewayv2/apiMapping:ApiMapping",
        "aws:apigatewayv2/integration:Integration",
        "aws:apigatewayv2/route:Route",
        "aws:cloudwatch/dashboard:Dashboard",
        "aws:cloudwatch/logMetricFilter:LogMetricFilter",
        "aws:cloudwatch/queryDefinition:QueryDefinition",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:lambda/alias:Alias",
        "aws:lambda/permission:Permission",
        "aws:route53/record:Record",
        "aws:scheduler/schedule:Schedule",
        "aws:secretsmanager/secretVersion:SecretVersion",
        "aws:sns/topicSubscription:TopicSubscription",
    }
)


def missing_tags(resource: Resource) -> Iterator[str]:
    """Find what nobody could tell whose it is."""
    tags = resource.props.get("tags")
    found = tags if isinstance(tags, Mapping) else {}
    for tag in REQUIRED_TAGS:
        if not found.get(tag):
            yield f"tag {tag!r} is missing"


def unreviewed_types(resources: Sequence[Resource]) -> Iterator[Finding]:
    """Find what no rule here looks at: a function's URL, a managed policy, another way in."""
    for resource in resources:
        if resource.type.startswith("aws:") and resource.type not in TAGGED | UNTAGGED:
            message = f"no rule was written for a {resource.type}; expected a reviewed type"
            yield Finding(resource, f"{message}, see policy/transfer_policy/resource_types.py")
