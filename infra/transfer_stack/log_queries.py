"""Saved queries of CloudWatch Logs Insights for incidents.

Neither tokens nor customers' messages are logged, so no query shows them.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from collections.abc import Mapping
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
    logs: Literal["transfers", "access", "events", "every-function"]
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
fields @timestamp, level, message, what, became, failure, code, task_sid, new_task_sid, target_sid
| filter @message like "WT00000000000000000000000000000000"
| sort @timestamp""",
    ),
    LogQuery(
        "failed-looks",
        "Looks that failed",
        "events",
        """\
fields @timestamp, conversation, failure, exception, function_request_id
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
fields @timestamp, task_sid, message_id, failure, exception
| filter message = "message comes again"
| sort @timestamp desc
| limit 200""",
    ),
    LogQuery(
        "one-request",
        "All about one request (put its ID in)",
        "every-function",
        """\
fields @timestamp, @log, level, message, code, task_sid, target_sid, failure, @message
| filter @message like "REQUEST-ID"
| sort @timestamp""",
    ),
    LogQuery(
        "cut-off-transfers",
        "Transfers that were cut off",
        "transfers",
        # One line begins each and one ends it; a function that was killed has written no second.
        """\
filter message in ["transfer begins", "transferred", "offered", "not transferred"]
| stats count(*) as lines, earliest(@timestamp) as begun, latest(message) as last
    by function_request_id, task_sid, target_sid
| filter lines = 1 and last = "transfer begins"
| sort begun desc""",
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
| stats count(*) as requests by status, routeKey, sourceIp
| sort requests desc
| limit 100""",
    ),
)


def declare_log_queries(
    settings: StackSettings,
    log_groups: Mapping[str, pulumi.Input[str]],
    access_log_group: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the queries, in a folder with the stack's name.

    Parameters
    ----------
    log_groups
        Those of the functions, by their names in the outputs.
    """
    groups = {
        # What happened to a task is in both.
        "transfers": [log_groups["transferChat"], log_groups["transferEvents"]],
        "access": [access_log_group],
        "events": [log_groups["transferEvents"]],
        "every-function": list(log_groups.values()),
    }
    for query in QUERIES:
        aws.cloudwatch.QueryDefinition(
            query.name,
            name=f"{settings.prefix}/{query.title}",
            log_group_names=groups[query.logs],
            query_string=query.query,
            opts=opts,
        )
