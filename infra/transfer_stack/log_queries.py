"""Saved queries of Logs Insights: what one would otherwise have to write at three in the morning.

The fields are those that the functions and API Gateway log; no query shows a token or what
customers write, since neither is logged.

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
    """A query and the logs that it is for."""

    name: str
    title: str
    logs: Literal["transfers", "access"]
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
        # As text: a false of JSON cannot be told from a field that is not there otherwise.
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
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare every query, in a folder of the stack's name."""
    groups = {"transfers": transfer_log_group, "access": access_log_group}
    for query in QUERIES:
        aws.cloudwatch.QueryDefinition(
            query.name,
            name=f"{settings.prefix}/{query.title}",
            log_group_names=[groups[query.logs]],
            query_string=query.query,
            opts=opts,
        )
