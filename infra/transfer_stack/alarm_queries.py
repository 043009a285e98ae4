"""What the alarms look at: metrics, and expressions of them."""

from collections.abc import Sequence
from typing import Final

import pulumi_aws as aws

from transfer_stack.metrics import (
    ACCEPTED,
    ANSWERED,
    LEFT_OUT,
    LOOK_FAILED,
    NOT_ROLLED_BACK,
    REFUSED,
    THROTTLED,
    UNDER_WAY,
    Metric,
    Watched,
)

Query = aws.cloudwatch.MetricAlarmMetricQueryArgsDict

# Rates cover 15 minutes, since small contact centres make few transfers in five.
_RATE_SECONDS: Final = 900
_COUNT_SECONDS: Final = 300
_HOUR_SECONDS: Final = 3600


def failure_percent(watched: Watched) -> list[Query]:
    """Return the percentage of transfers that were answered with 5xx.

    Counted by API Gateway, so that a function that crashed or timed out counts too. 4xx answers
    are left out of both numbers: requests without a token would hide failures. A single failure is
    not a rate.
    """
    return [
        _metric("failed", watched.of_transfers("5xx"), "Sum", _RATE_SECONDS),
        _metric("refused", watched.of_transfers("4xx"), "Sum", _RATE_SECONDS),
        _metric("every", watched.of_transfers("Count"), "SampleCount", _RATE_SECONDS),
        # Without FILL a part that has no data leaves the result without any.
        _result(
            "IF(FILL(failed, 0) > 1, 100 * failed / (every - FILL(refused, 0)), 0)",
            "Failed transfers (%)",
        ),
    ]


def slowest_transfers(watched: Watched) -> list[Query]:
    """Return the 95th percentile of a transfer's latency, in milliseconds."""
    latency = watched.of_transfers("Latency")
    return [_metric("p95", latency, "p95", _RATE_SECONDS, is_result=True)]


def crashes(watched: Watched, function: str) -> list[Query]:
    """Return how many invocations failed: handlers answer every error that they can catch."""
    failed = watched.of_function("Errors", function)
    return [_metric("crashed", failed, "Sum", _COUNT_SECONDS, is_result=True)]


def throttles(watched: Watched, function: str) -> list[Query]:
    """Return how many invocations Lambda throttled."""
    throttled = watched.of_function("Throttles", function)
    return [_metric("throttled", throttled, "Sum", _COUNT_SECONDS, is_result=True)]


def failed_rollbacks(watched: Watched) -> list[Query]:
    """Return how many transfers could not be undone."""
    left = watched.ours(NOT_ROLLED_BACK)
    return [_metric("left", left, "Sum", _COUNT_SECONDS, is_result=True)]


def failed_lists(watched: Watched) -> list[Query]:
    """Return how many requests for the list of workflows were answered with 5xx."""
    return _sum_of(watched.of_target_lists("5xx"), "Failed lists of targets", _RATE_SECONDS)


def refused_percent(watched: Watched) -> list[Query]:
    """Return the percentage of agents' requests that were answered with 4xx.

    A few refusals are normal: an agent clicks twice, or a token has just expired.
    """
    return [
        _metric("refused", watched.of_access_log(REFUSED), "Sum", _RATE_SECONDS),
        _metric("answered", watched.of_access_log(ANSWERED), "Sum", _RATE_SECONDS),
        _result("IF(refused > 4, 100 * refused / answered, 0)", "Refused requests (%)"),
    ]


def throttled_by_gateway(watched: Watched) -> list[Query]:
    """Return how many requests were answered with 429."""
    throttled = watched.of_access_log(THROTTLED)
    return [_metric("throttled", throttled, "Sum", _COUNT_SECONDS, is_result=True)]


def failed_looks(watched: Watched) -> list[Query]:
    """Return how many looks at a conversation ended in a failure."""
    failed = watched.ours(LOOK_FAILED)
    return [_metric("failed", failed, "Sum", _COUNT_SECONDS, is_result=True)]


def left_out_looks(watched: Watched) -> list[Query]:
    """Return how many conversations were not looked at for want of time."""
    left_out = watched.ours(LEFT_OUT)
    return [_metric("left", left_out, "Sum", _COUNT_SECONDS, is_result=True)]


def runs_of_the_schedule(watched: Watched) -> list[Query]:
    """Return how often the schedule has counted what is under way, be it 0."""
    counted = watched.ours(UNDER_WAY)
    return [_metric("runs", counted, "SampleCount", _COUNT_SECONDS, is_result=True)]


def failed_offer_requests(watched: Watched) -> list[Query]:
    """Return how many requests to list, read or take back offers were answered with 5xx."""
    return _sum_of(watched.of_offers("5xx"), "Failed requests about offers", _RATE_SECONDS)


def failed_deliveries(watched: Watched) -> list[Query]:
    """Return how many requests with events were answered with 5xx, which no stranger can cause."""
    failed = watched.of_events("5xx")
    return [_metric("failed", failed, "Sum", _RATE_SECONDS, is_result=True)]


def acceptances_without_events(watched: Watched) -> list[Query]:
    """Return how many offers were accepted in an hour in which no event was queued, or 0.

    Refused requests are not counted: anybody may send one. Whatever keeps Twilio's events away,
    such as a sink that has failed, is gone or has another password, shows in this.
    """
    queued = watched.of_events_queue("NumberOfMessagesSent")
    return [
        _metric("accepted", watched.ours(ACCEPTED), "Sum", _HOUR_SECONDS),
        _metric("queued", queued, "Sum", _HOUR_SECONDS),
        _result("IF(FILL(queued, 0) > 0, 0, accepted)", "Accepted offers without an event"),
    ]


def oldest_event(watched: Watched) -> list[Query]:
    """Return how long the oldest message has been on the queue, in seconds."""
    age = watched.of_events_queue("ApproximateAgeOfOldestMessage")
    return [_metric("age", age, "Maximum", _COUNT_SECONDS, is_result=True)]


def failed_events(watched: Watched) -> list[Query]:
    """Return how many messages are in the dead-letter queue.

    Not how many were sent there: messages that SQS itself moves are not counted as sent.
    """
    failed = watched.of_failed_events_queue("ApproximateNumberOfMessagesVisible")
    return [_metric("failed", failed, "Maximum", _COUNT_SECONDS, is_result=True)]


def succeeded_canaries(watched: Watched) -> list[Query]:
    """Return how many runs of the canary succeeded."""
    return [
        _metric("runs", watched.of_canary("Invocations"), "Sum", _COUNT_SECONDS),
        _metric("failed", watched.of_canary("Errors"), "Sum", _COUNT_SECONDS),
        _result("runs - failed", "Successful runs of the canary"),
    ]


def _sum_of(metrics: Sequence[Metric], label: str, seconds: int = _COUNT_SECONDS) -> list[Query]:
    """Return the sum of metrics, with 0 for one without data."""
    names = [f"part{index}" for index, _ in enumerate(metrics)]
    found = [
        _metric(name, metric, "Sum", seconds) for name, metric in zip(names, metrics, strict=True)
    ]
    return [*found, _result(" + ".join(f"FILL({name}, 0)" for name in names), label)]


def _metric(
    name: str, metric: Metric, stat: str, seconds: int, *, is_result: bool = False
) -> Query:
    return {
        "id": name,
        "return_data": is_result,
        "metric": {
            "namespace": metric.namespace,
            "metric_name": metric.name,
            "dimensions": dict(metric.dimensions),
            "period": seconds,
            "stat": stat,
        },
    }


def _result(expression: str, label: str) -> Query:
    return {"id": "result", "expression": expression, "label": label, "return_data": True}
