"""When somebody has to look: five alarms, and the topic that tells whoever subscribes to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from transfer_stack.metrics import NOT_ROLLED_BACK, Metric, Watched
from transfer_stack.settings import AlarmSettings, Settings

Query = aws.cloudwatch.MetricAlarmMetricQueryArgsDict

# Rates are of a quarter of an hour, since small contact centres make few transfers in five minutes.
_RATE_SECONDS: Final = 900
_COUNT_SECONDS: Final = 300

# `FILL` gives the newest period a value before its metrics have come. An alarm that looks at that
# period alone may then never leave its state, so AWS advises to look at one of several.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
_PERIODS_WHERE_FILLED: Final = 3


@dataclass(frozen=True, slots=True)
class AlarmsArgs:
    """What `Alarms` is made from."""

    settings: Settings
    watched: pulumi.Output[Watched]


class Alarms(pulumi.ComponentResource):
    """The alarms and their topic.

    The topic is not encrypted: with AWS's own key CloudWatch could not publish to it, and an
    alarm's text holds names and numbers alone.
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html

    Parameters
    ----------
    name
        The component's name.
    args
        See `AlarmsArgs`.
    opts
        Pulumi's resource options.
    """

    topic_arn: pulumi.Output[str]
    alarm_arns: pulumi.Output[list[str]]

    def __init__(
        self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("flex-chat-transfer:index:Alarms", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self._args = args
        settings = args.settings
        topic = aws.sns.Topic(
            name, name=f"{settings.prefix}-alarms", tags=settings.tags, opts=self._child
        )
        self._topic_arn = topic.arn
        if settings.alarms.email:
            aws.sns.TopicSubscription(
                name,
                topic=topic.arn,
                protocol="email",
                endpoint=settings.alarms.email,
                opts=self._child,
            )
        alarms = self._declare_alarms(settings.alarms)
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
        ]

    def _declare(
        self,
        name: str,
        description: str,
        queries: Callable[[Watched], list[Query]],
        *,
        threshold: int = 0,
        datapoints: int = 1,
        periods: int = 1,
    ) -> aws.cloudwatch.MetricAlarm:
        """Declare an alarm that is raised when so many of the last periods are above a threshold."""
        settings = self._args.settings
        return aws.cloudwatch.MetricAlarm(
            name,
            name=f"{settings.prefix}-{name}",
            alarm_description=description,
            comparison_operator="GreaterThanThreshold",
            threshold=threshold,
            evaluation_periods=periods,
            datapoints_to_alarm=datapoints,
            # At night nobody transfers: no news is good news.
            treat_missing_data="notBreaching",
            metric_queries=self._args.watched.apply(queries),
            alarm_actions=[self._topic_arn],
            ok_actions=[self._topic_arn],
            tags=settings.tags,
            opts=self._child,
        )


def failure_percent(watched: Watched) -> list[Query]:
    """Return the share of transfers that failed for a reason of ours or of Twilio's.

    Counted by API Gateway, so that a function that crashed or never answered counts as well. What
    the caller did wrong (4xx) counts neither as failed nor as a transfer: whoever calls without a
    token would hide failures. A single failure is not a rate.
    """
    return [
        _metric("failed", watched.of_transfers("5xx"), "Sum", _RATE_SECONDS),
        _metric("refused", watched.of_transfers("4xx"), "Sum", _RATE_SECONDS),
        _metric("every", watched.of_transfers("Count"), "SampleCount", _RATE_SECONDS),
        _result("IF(failed > 1, 100 * failed / (every - refused), 0)", "Failed transfers (%)"),
    ]


def slowest_transfers(watched: Watched) -> list[Query]:
    """Return how long the slowest twentieth of transfers took at least, in milliseconds."""
    latency = watched.of_transfers("Latency")
    return [_metric("p95", latency, "p95", _RATE_SECONDS, is_result=True)]


def crashed_functions(watched: Watched) -> list[Query]:
    """Return how many invocations ended without an answer: handlers turn every error into one."""
    return _sum_of(watched.of_functions("Errors"), "Crashed functions")


def throttled_requests(watched: Watched) -> list[Query]:
    """Return how many invocations Lambda refused."""
    return _sum_of(watched.of_functions("Throttles"), "Throttled requests")


def failed_rollbacks(watched: Watched) -> list[Query]:
    """Return how many transfers left something behind."""
    left = watched.ours(NOT_ROLLED_BACK)
    return [_metric("left", left, "Sum", _COUNT_SECONDS, is_result=True)]


def _sum_of(metrics: Sequence[Metric], label: str) -> list[Query]:
    """Return the sum of a metric over all functions, of which one may have had nothing to do."""
    names = [f"of_function{index}" for index, _ in enumerate(metrics)]
    found = [
        _metric(name, metric, "Sum", _COUNT_SECONDS)
        for name, metric in zip(names, metrics, strict=True)
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
