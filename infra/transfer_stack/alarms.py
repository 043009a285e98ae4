"""The alarms, and the topic that they notify."""

from collections.abc import Callable, Sequence
from typing import Final, Literal

import pulumi
import pulumi_aws as aws

from transfer_stack.component import Component
from transfer_stack.metrics import (
    ANSWERED,
    NOT_ROLLED_BACK,
    REFUSED,
    THROTTLED,
    Metric,
    Watched,
)
from transfer_stack.settings import AlarmSettings, StackSettings

Query = aws.cloudwatch.MetricAlarmMetricQueryArgsDict

# Rates cover 15 minutes, since small contact centres make few transfers in five.
_RATE_SECONDS: Final = 900
_COUNT_SECONDS: Final = 300

# A metric arrives late, so in the newest period FILL always inserts its value. An alarm that
# evaluates only that period can get stuck in one state: AWS recommends an "M out of N" alarm.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
_PERIODS_WHERE_FILLED: Final = 3


class Alarms(Component):
    """The alarms and their topic.

    The topic is not encrypted: CloudWatch cannot publish to a topic that AWS's own key encrypts,
    and an alarm's text has only names and numbers.
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """

    topic_arn: pulumi.Output[str]
    alarm_arns: pulumi.Output[list[str]]

    def __init__(
        self,
        name: str,
        *,
        settings: StackSettings,
        watched: pulumi.Output[Watched],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__(name, opts)
        self._settings = settings
        self._watched = watched
        topic = aws.sns.Topic(
            name, name=f"{settings.prefix}-alarms", tags=settings.tags, opts=self.child()
        )
        self._topic_arn = topic.arn
        if settings.alarms.email:
            aws.sns.TopicSubscription(
                name,
                topic=topic.arn,
                protocol="email",
                endpoint=settings.alarms.email,
                opts=self.child(),
            )
        alarms = self._declare_alarms(settings.alarms)
        if settings.canary:
            alarms.append(self._declare_canary_alarm())
        self.topic_arn = topic.arn
        self.alarm_arns = pulumi.Output.all(*[alarm.arn for alarm in alarms])
        self.register_outputs({"topicArn": self.topic_arn})

    def _declare_alarms(self, settings: AlarmSettings) -> list[aws.cloudwatch.MetricAlarm]:
        percent, seconds = settings.failure_percent, settings.latency_seconds
        return [
            self._declare(
                "transfers-failing",
                f"Two or more, and more than {percent} % of transfers were answered with 5xx",
                failure_percent,
                threshold=percent,
            ),
            self._declare(
                "transfers-slow",
                f"One in twenty transfers took longer than {seconds} s",
                slowest_transfers,
                threshold=seconds * 1000,
                # One slow transfer is all that some periods have.
                datapoints=2,
                periods=3,
            ),
            self._declare(
                "functions-crashed",
                "A function ran out of time or memory, or could not start: what it had begun is "
                "left as it was",
                crashed_functions,
                periods=_PERIODS_WHERE_FILLED,
            ),
            self._declare(
                "functions-throttled",
                "Requests were turned away because too many functions ran at once",
                throttled_requests,
                periods=_PERIODS_WHERE_FILLED,
            ),
            self._declare(
                "rollback-failed",
                "A transfer failed and could not be undone, or not for certain: look at its task",
                failed_rollbacks,
            ),
            self._declare(
                "lists-failing",
                "Two or more requests for workflows or targets were answered with 5xx",
                failed_lists,
                threshold=1,
                periods=_PERIODS_WHERE_FILLED,
            ),
            self._declare(
                "requests-refused",
                f"Five or more, and more than {settings.refused_percent} % of agents' requests "
                "were answered with 4xx",
                refused_percent,
                threshold=settings.refused_percent,
            ),
            self._declare(
                "requests-throttled",
                "API Gateway turned requests away: there were more than throttlingRate allows",
                throttled_by_gateway,
            ),
        ]

    def _declare_canary_alarm(self) -> aws.cloudwatch.MetricAlarm:
        """Declare the alarm that missing data raises too.

        A period may have no run and the next one two, so the alarm needs three periods in a row.
        """
        return self._declare(
            "canary-failing",
            "For a quarter of an hour the endpoints did not answer the canary as they should, or "
            "the canary did not run",
            succeeded_canaries,
            threshold=1,
            datapoints=3,
            periods=3,
            below=True,
        )

    def _declare(
        self,
        name: str,
        description: str,
        queries: Callable[[Watched], list[Query]],
        *,
        threshold: int = 0,
        datapoints: int = 1,
        periods: int = 1,
        below: bool = False,
    ) -> aws.cloudwatch.MetricAlarm:
        """Declare an alarm on `datapoints` of the last `periods` above a threshold.

        Missing data is good, since at night there are no transfers, except for an alarm on values
        `below` the threshold.
        """
        comparison: Literal["LessThanThreshold", "GreaterThanThreshold"] = (
            "LessThanThreshold" if below else "GreaterThanThreshold"
        )
        return aws.cloudwatch.MetricAlarm(
            name,
            name=f"{self._settings.prefix}-{name}",
            alarm_description=description,
            comparison_operator=comparison,
            threshold=threshold,
            evaluation_periods=periods,
            datapoints_to_alarm=datapoints,
            treat_missing_data="breaching" if below else "notBreaching",
            metric_queries=self._watched.apply(queries),
            alarm_actions=[self._topic_arn],
            ok_actions=[self._topic_arn],
            tags=self._settings.tags,
            opts=self.child(),
        )


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
        _result("IF(failed > 1, 100 * failed / (every - refused), 0)", "Failed transfers (%)"),
    ]


def slowest_transfers(watched: Watched) -> list[Query]:
    """Return the 95th percentile of a transfer's latency, in milliseconds."""
    latency = watched.of_transfers("Latency")
    return [_metric("p95", latency, "p95", _RATE_SECONDS, is_result=True)]


def crashed_functions(watched: Watched) -> list[Query]:
    """Return how many invocations failed: handlers answer every error that they can catch."""
    return _sum_of(watched.of_functions("Errors"), "Crashed functions")


def throttled_requests(watched: Watched) -> list[Query]:
    """Return how many invocations Lambda throttled."""
    return _sum_of(watched.of_functions("Throttles"), "Throttled requests")


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
