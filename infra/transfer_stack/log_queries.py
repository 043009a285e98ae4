"""Saved queries of CloudWatch Logs Insights for incidents.

Neither tokens nor customers' messages are logged, so no query shows them.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from dataclasses import dataclass
from typing import Final, Literal

import pulumi
import pulumi_aws as aws

from transfer_stack.settings import StackSettings

FAILURES_BY_TARGET: Final = """\
filter message = "not transferred"
| stats count(*) as failures by code, status, target_sid
| sort failures desc
| limit 50"""


@dataclass(frozen=True, slots=True)
class LogQuery:
    """A query and the log group that it searches."""

    name: str
    title: str
    logs: Literal["transfers", "access", "events"]
    query: str


QUERIES: Final = (
    LogQuery(
        "failed-transfers",
        "Failed transfers",
        "transfers",
        """\
fields @timestamp, status, code, rolled_back, agent_rejoined, task_sid, target_sid, correlation_id
| filter message = "not transferred"
| sort @timestamp desc
| limit 200""",
    ),
    LogQuery("failures-by-target", "Failures by code and target", "transfers", FAILURES_BY_TARGET),
    LogQuery(
        "failed-rollbacks",
        "Rollbacks that failed",
        "transfers",
        # As text: Logs Insights does not tell a JSON false from a missing field.
        """\
fields @timestamp, code, task_sid, target_sid, correlation_id
| filter message = "not transferred" and @message like '"rolled_back":false'
| sort @timestamp desc""",
    ),
    LogQuery(
        "one-task",
        "All about one task (put its SID in)",
        "transfers",
        """\
fields @timestamp, level, message, phase, failure, code, task_sid, new_task_sid, target_sid
| filter @message like "WT00000000000000000000000000000000"
| sort @timestamp""",
    ),
    LogQuery(
        "failed-looks",
        "Looks that failed",
        "events",
        """\
fields @timestamp, task_sid, target_sid, failure, exception_name, function_request_id
| filter message = "look failed"
| sort @timestamp desc
| limit 200""",
    ),
    LogQuery(
        "left-out-looks",
        "Looks that were left out",
        "events",
        """\
fields @timestamp, under_way, left_out
| filter message = "looks left out"
| sort @timestamp desc
| limit 200""",
    ),
    LogQuery(
        "failed-events",
        "Events that come again",
        "events",
        """\
fields @timestamp, task_sid, message_id, failure, exception_name
| filter message = "message comes again"
| sort @timestamp desc
| limit 200""",
    ),
    LogQuery(
        "slow-requests",
        "Slowest requests",
        "access",
        """\
fields @timestamp, routeKey, status, latencyMs, integrationLatencyMs, requestId
| sort latencyMs desc
| limit 100""",
    ),
    LogQuery(
        "refused-requests",
        "Refused requests by status and caller",
        "access",
        """\
filter status >= 400
| stats count(*) as requests by status, routeKey, path, sourceIp
| sort requests desc
| limit 100""",
    ),
)


def declare_log_queries(
    settings: StackSettings,
    transfer_log_group: pulumi.Input[str],
    access_log_group: pulumi.Input[str],
    event_log_group: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the queries, in a folder with the stack's name."""
    groups = {
        # What happened to a task is in both.
        "transfers": [transfer_log_group, event_log_group],
        "access": [access_log_group],
        "events": [event_log_group],
    }
    for query in QUERIES:
        aws.cloudwatch.QueryDefinition(
            query.name,
            name=f"{settings.prefix}/{query.title}",
            log_group_names=groups[query.logs],
            query_string=query.query,
            opts=opts,
        )
