"""Which rule looks at what: the list that the engine gets and that the tests go through."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from transfer_policy import alarms, data, endpoints, functions, permissions, resource_types
from transfer_policy.resource import Finding, Resource

TABLE: Final = "aws:dynamodb/table:Table"
STAGE: Final = "aws:apigatewayv2/stage:Stage"


@dataclass(frozen=True, slots=True)
class ResourceRule:
    """A rule for each resource of some types by itself: checked before the resource is changed.

    Parameters
    ----------
    name
        Its name, as it is printed with a finding.
    description
        What it asks for, and why.
    types
        The type tokens that it looks at.
    check
        Gives one message a breach.
    """

    name: str
    description: str
    types: frozenset[str]
    check: Callable[[Resource], Iterator[str]]


@dataclass(frozen=True, slots=True)
class StackRule:
    """A rule that needs to see several resources: checked when all are known."""

    name: str
    description: str
    check: Callable[[Sequence[Resource]], Iterator[Finding]]


def _runtime(resource: Resource) -> Iterator[str]:
    today = dt.datetime.now(tz=dt.UTC).date()
    return functions.unsupported_runtime(resource, today)


RESOURCE_RULES: Final = (
    ResourceRule(
        "least-privilege",
        "A role may do named actions on named resources; X-Ray alone knows no resources.",
        frozenset({"aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy"}),
        permissions.wide_statements,
    ),
    ResourceRule(
        "role-trust",
        "Only Lambda and the account's own schedules take on a role, and the role's permissions "
        "are the stack's own.",
        frozenset({"aws:iam/role:Role"}),
        permissions.open_trust,
    ),
    ResourceRule(
        "function-invocation",
        "A function is invoked by API Gateway alone, for one API.",
        frozenset({"aws:lambda/permission:Permission"}),
        permissions.open_invocation,
    ),
    ResourceRule(
        "scheduled-function",
        "A schedule invokes an alias of a function, and no other API.",
        frozenset({"aws:scheduler/schedule:Schedule"}),
        functions.scheduled_elsewhere,
    ),
    ResourceRule(
        "supported-runtime",
        "A function runs on a runtime that AWS still mends.",
        frozenset({functions.FUNCTION}),
        _runtime,
    ),
    ResourceRule(
        "published-version",
        "Each change of a function is a version, which requests get as a whole or not at all.",
        frozenset({functions.FUNCTION}),
        functions.unpublished,
    ),
    ResourceRule(
        "tracing",
        "X-Ray sees every request that a function answers.",
        frozenset({functions.FUNCTION}),
        functions.untraced,
    ),
    ResourceRule(
        "no-credential-in-environment",
        "A function's environment is shown to everybody who may look at the function.",
        frozenset({functions.FUNCTION}),
        functions.credential_in_environment,
    ),
    ResourceRule(
        "cors-origins",
        "Only the pages that are named may call from a browser.",
        frozenset({"aws:apigatewayv2/api:Api"}),
        endpoints.open_cors,
    ),
    ResourceRule(
        "alias-integration",
        "Requests go to an alias of a function, which changes over at once.",
        frozenset({"aws:apigatewayv2/integration:Integration"}),
        endpoints.function_itself,
    ),
    ResourceRule(
        "throttling",
        "A stage has limits of its own: whoever floods it does not use up the account's.",
        frozenset({STAGE}),
        endpoints.missing_throttle,
    ),
    ResourceRule(
        "access-log",
        "Every request is written down, and no token with it.",
        frozenset({STAGE}),
        endpoints.poor_access_log,
    ),
    ResourceRule(
        "log-retention",
        "Logs are deleted after some days.",
        frozenset({data.LOG_GROUP}),
        data.endless_logs,
    ),
    ResourceRule(
        "table-encryption",
        "The table is encrypted with a key whose use can be followed.",
        frozenset({TABLE}),
        data.unencrypted_table,
    ),
    ResourceRule(
        "table-expiry",
        "The table's rows are deleted when they are of no use any more.",
        frozenset({TABLE}),
        data.endless_rows,
    ),
    ResourceRule(
        "tags",
        "Whose it is can be told from its tags.",
        resource_types.TAGGED,
        resource_types.missing_tags,
    ),
    ResourceRule(
        "alarm-action",
        "An alarm tells a topic, and takes silence for what it means there.",
        frozenset({"aws:cloudwatch/metricAlarm:MetricAlarm"}),
        alarms.silent_alarm,
    ),
    ResourceRule(
        "everyone-queue",
        'The workspace\'s own "Everyone" queue is used as it is.',
        frozenset({"twilio:taskrouter:TaskQueue"}),
        data.endangered_queue,
    ),
)

STACK_RULES: Final = (
    StackRule(
        "reviewed-types",
        "Each type of resource was looked at, so that no way in goes past these rules.",
        resource_types.unreviewed_types,
    ),
    StackRule(
        "no-secret-in-environment",
        "What is in Secrets Manager is nowhere in a function's environment.",
        functions.secret_in_environment,
    ),
    StackRule(
        "declared-log-groups",
        "A function writes to a log group that the stack declares, so that it is deleted in time.",
        data.missing_log_group,
    ),
)
