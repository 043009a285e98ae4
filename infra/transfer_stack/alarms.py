"""When somebody has to look: four alarms, and the topic that tells whoever subscribes to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from transfer_stack.metrics import NOT_ROLLED_BACK, Metric, Watched
from transfer_stack.settings import AlarmSettings, Settings

Query = aws.cloudwatch.MetricAlarmMetricQueryArgsDict

_PERIOD_SECONDS: Final = 300


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
                f"More than {percent} % of transfers were answered with 5xx",
                failure_percent,
                threshold=percent,
                periods=3,
            ),
            self._declare(
                "transfers-slow",
                f"One in twenty transfers took longer than {seconds} s",
                slowest_transfers,
                threshold=seconds * 1000,
                periods=3,
            ),
            self._declare(
                "functions-throttled",
                "Requests were turned away because too many functions ran at once",
                throttled_requests,
                threshold=0,
                periods=1,
            ),
            self._declare(
                "rollback-failed",
                "A transfer failed and could not be undone, or not for certain: look at its task",
                failed_rollbacks,
                threshold=0,
                periods=1,
            ),
        ]

    def _declare(
        self,
        name: str,
        description: str,
        queries: Callable[[Watched], list[Query]],
        *,
        threshold: int,
        periods: int,
    ) -> aws.cloudwatch.MetricAlarm:
        """Declare an alarm that is raised when two of three periods, or one of one, are above."""
        settings = self._args.settings
        return aws.cloudwatch.MetricAlarm(
            name,
            name=f"{settings.prefix}-{name}",
            alarm_description=description,
            comparison_operator="GreaterThanThreshold",
            threshold=threshold,
            evaluation_periods=periods,
            datapoints_to_alarm=min(periods, 2),
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
    the caller did wrong (4xx) is on the dashboard and wakes nobody.
    """
    return [
        _metric("failed", watched.of_transfers("5xx"), "Sum"),
        _metric("all", watched.of_transfers("Count"), "SampleCount"),
        _result("100 * failed / all", "Failed transfers (%)"),
    ]


def slowest_transfers(watched: Watched) -> list[Query]:
    """Return how long the slowest twentieth of transfers took at least, in milliseconds."""
    return [_metric("p95", watched.of_transfers("Latency"), "p95", is_result=True)]


def throttled_requests(watched: Watched) -> list[Query]:
    """Return how many invocations Lambda refused, all functions together."""
    metrics = watched.of_functions("Throttles")
    names = [f"throttled{index}" for index, _ in enumerate(metrics)]
    found = [_metric(name, metric, "Sum") for name, metric in zip(names, metrics, strict=True)]
    sum_of_all = " + ".join(f"FILL({name}, 0)" for name in names)
    return [*found, _result(sum_of_all, "Throttled requests")]


def failed_rollbacks(watched: Watched) -> list[Query]:
    """Return how many transfers left something behind."""
    return [_metric("left", watched.ours(NOT_ROLLED_BACK), "Sum", is_result=True)]


def _metric(name: str, metric: Metric, stat: str, *, is_result: bool = False) -> Query:
    return {
        "id": name,
        "return_data": is_result,
        "metric": {
            "namespace": metric.namespace,
            "metric_name": metric.name,
            "dimensions": dict(metric.dimensions),
            "period": _PERIOD_SECONDS,
            "stat": stat,
        },
    }


def _result(expression: str, label: str) -> Query:
    return {"id": "result", "expression": expression, "label": label, "return_data": True}
