"""The alarms, and the topic that they notify."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, Literal

import pulumi
import pulumi_aws as aws

from transfer_stack.alarm_queries import (
    Query,
    acceptances_without_events,
    crashes,
    failed_deliveries,
    failed_events,
    failed_lists,
    failed_looks,
    failed_offer_requests,
    failed_rollbacks,
    failure_percent,
    left_out_looks,
    oldest_event,
    refused_percent,
    runs_of_the_schedule,
    slowest_transfers,
    succeeded_canaries,
    throttled_by_gateway,
    throttles,
)
from transfer_stack.component import Component
from transfer_stack.events_queue import VISIBILITY_SECONDS
from transfer_stack.metrics import Watched
from transfer_stack.settings import AlarmSettings, StackSettings

# A metric arrives late, so in the newest period FILL always inserts its value. An alarm that
# evaluates only that period can get stuck in one state: AWS recommends an "M out of N" alarm.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
_PERIODS_WHERE_FILLED: Final = 3

# The functions without which customers wait.
_TRANSFERRING: Final = frozenset({"transfer-chat", "transfer-events"})

# If more than half of the agents are refused, the cause is none of theirs.
_REFUSED_PERCENT: Final = 50

# The schedule tries again each minute, so a single failure is none.
_PERIODS_WHERE_STUCK: Final = 3

# A message that failed once is taken again when its visibility timeout is over. One that was taken
# three times counts no more in the age of the oldest.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
_LONGEST_WAIT_SECONDS: Final = VISIBILITY_SECONDS * 3 // 2


class Alarms(Component):
    """The alarms and their two topics: of what cannot wait, and of what can until the morning.

    Without `kmsKeyArn` the topics are not encrypted, because CloudWatch cannot publish to a topic
    that AWS's own key encrypts. An alarm's text has only names and numbers.
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """

    topic_arn: pulumi.Output[str]
    ticket_topic_arn: pulumi.Output[str]
    alarm_arns: pulumi.Output[list[str]]

    def __init__(
        self,
        name: str,
        *,
        settings: StackSettings,
        watched: pulumi.Output[Watched],
        functions: Sequence[str],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__(name, opts)
        self._settings = settings
        self._watched = watched
        email = settings.alarms
        self._pages = self._declare_topic(name, f"{settings.prefix}-alarms", email.email)
        self._tickets = self._declare_topic(
            "tickets", f"{settings.prefix}-tickets", email.ticket_email
        )
        alarms = [
            *self._declare_alarms(settings.alarms),
            *self._declare_function_alarms(functions),
            *self._declare_look_alarms(),
        ]
        if settings.offers.are_possible:
            alarms += self._declare_offer_alarms()
        if settings.canary:
            alarms.append(self._declare_canary_alarm())
        self.topic_arn, self.ticket_topic_arn = self._pages, self._tickets
        self.alarm_arns = pulumi.Output.all(*[alarm.arn for alarm in alarms])
        self.register_outputs({"topicArn": self.topic_arn})

    def _declare_topic(self, name: str, full_name: str, email: str) -> pulumi.Output[str]:
        topic = aws.sns.Topic(
            name,
            name=full_name,
            kms_master_key_id=self._settings.key_arn or None,
            tags=self._settings.tags,
            opts=self.child(),
        )
        if email:
            aws.sns.TopicSubscription(
                name, topic=topic.arn, protocol="email", endpoint=email, opts=self.child()
            )
        return topic.arn

    def _declare_alarms(self, settings: AlarmSettings) -> list[aws.cloudwatch.MetricAlarm]:
        percent, seconds = settings.failure_percent, settings.latency_seconds
        return [
            self._declare(
                "transfers-failing",
                f"Two or more, and more than {percent} % of transfers were answered with 5xx",
                failure_percent,
                threshold=percent,
                periods=_PERIODS_WHERE_FILLED,
            ),
            self._declare(
                "transfers-slow",
                f"One in twenty transfers took longer than {seconds} s",
                slowest_transfers,
                threshold=seconds * 1000,
                # One slow transfer is all that some periods have.
                datapoints=2,
                periods=3,
                can_wait=True,
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
                can_wait=True,
            ),
            self._declare(
                "requests-refused",
                f"Five or more, and more than {_REFUSED_PERCENT} % of agents' requests "
                "were answered with 4xx",
                refused_percent,
                threshold=_REFUSED_PERCENT,
                can_wait=True,
            ),
            self._declare(
                "requests-throttled",
                "API Gateway turned requests away: there were more than throttlingRate allows",
                throttled_by_gateway,
            ),
        ]

    def _declare_function_alarms(self, names: Sequence[str]) -> list[aws.cloudwatch.MetricAlarm]:
        """Declare an alarm for each function, since a sum would not say which."""
        found: list[aws.cloudwatch.MetricAlarm] = []
        for name in names:
            can_wait = name not in _TRANSFERRING
            found += [
                self._declare(
                    f"{name}-crashed",
                    f"{name} ran out of time or memory, or could not start: what it had begun is "
                    "finished by the schedule, if it can be",
                    partial(crashes, function=name),
                    can_wait=can_wait,
                ),
                self._declare(
                    f"{name}-throttled",
                    f"{name} was not started because too many functions ran at once",
                    partial(throttles, function=name),
                    can_wait=can_wait,
                ),
            ]
        return found

    def _declare_look_alarms(self) -> list[aws.cloudwatch.MetricAlarm]:
        return [
            self._declare(
                "looks-failing",
                "For a quarter of an hour, transfers that are under way could not be finished: "
                "customers may wait, or have two agents",
                failed_looks,
                datapoints=_PERIODS_WHERE_STUCK,
                periods=_PERIODS_WHERE_STUCK,
            ),
            self._declare(
                "looks-left-out",
                "For a quarter of an hour more transfers were under way than can be looked at in a "
                "minute: they are finished later",
                left_out_looks,
                datapoints=_PERIODS_WHERE_STUCK,
                periods=_PERIODS_WHERE_STUCK,
                can_wait=True,
            ),
            self._declare(
                "looks-missing",
                "For a quarter of an hour the schedule did not look at what is under way: "
                "interrupted transfers stay as they are",
                runs_of_the_schedule,
                threshold=1,
                datapoints=_PERIODS_WHERE_STUCK,
                periods=_PERIODS_WHERE_STUCK,
                below=True,
            ),
        ]

    def _declare_offer_alarms(self) -> list[aws.cloudwatch.MetricAlarm]:
        return [
            self._declare(
                "offers-failing",
                "Two or more requests to list, read or take back offers were answered with 5xx",
                failed_offer_requests,
                threshold=1,
                periods=_PERIODS_WHERE_FILLED,
            ),
            self._declare(
                "events-missing",
                "Two or more offers were accepted in an hour, and no event of Twilio came: each "
                "acceptance is noticed up to a minute late, by the schedule",
                acceptances_without_events,
                threshold=1,
                datapoints=2,
                periods=_PERIODS_WHERE_FILLED,
                can_wait=True,
            ),
            self._declare(
                "events-failing",
                "Five or more of Twilio's requests with events were answered with 5xx: they come "
                "again",
                failed_deliveries,
                threshold=4,
                can_wait=True,
            ),
            self._declare(
                "events-waiting",
                f"An event has waited for more than {_LONGEST_WAIT_SECONDS} s, or failed twice",
                oldest_event,
                threshold=_LONGEST_WAIT_SECONDS,
                can_wait=True,
            ),
            self._declare(
                "events-failed",
                "Events failed again and again, and were set aside in the dead-letter queue",
                failed_events,
                can_wait=True,
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
        can_wait: bool = False,
    ) -> aws.cloudwatch.MetricAlarm:
        """Declare an alarm on `datapoints` of the last `periods` above a threshold.

        Missing data is good, since at night there are no transfers. An alarm on values `below` the
        threshold is different: it notifies when its data ends. Not before it begins, so that a new
        stack raises none.
        https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
        """
        topic = [self._tickets if can_wait else self._pages]
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
            treat_missing_data="missing" if below else "notBreaching",
            metric_queries=self._watched.apply(queries),
            alarm_actions=topic,
            ok_actions=topic,
            insufficient_data_actions=topic if below else None,
            tags=self._settings.tags,
            opts=self.child(),
        )
