"""Rules for what tells an operator: alarms, their topics, and the schedules that look."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from transfer_policy.rule import Resource, rule

_METRIC_ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
_COMPOSITE_ALARM: Final = "aws:cloudwatch/compositeAlarm:CompositeAlarm"

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
_TOO_LITTLE: Final = frozenset({"LessThanThreshold", "LessThanOrEqualToThreshold"})

# Above these an alarm is never raised: an answer takes 30 seconds at the most, and of failures and
# percents a hundred are more than enough.
_HIGHEST: Final = {"Latency": 29_000, "Duration": 29_000, "ApproximateAgeOfOldestMessage": 3_600}
_HIGHEST_COUNT: Final = 100
_MOST_PERIODS: Final = 12

# https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
_LONGEST_AGE_SECONDS: Final = 60


@rule(
    "alarm-action",
    frozenset({_METRIC_ALARM, _COMPOSITE_ALARM}),
    "An alarm notifies a topic, and its actions are on.",
)
def alarm_action(resource: Resource) -> Iterator[str]:
    if not resource.props.get("alarmActions"):
        yield "no alarmActions; expected a topic"
    if resource.props.get("actionsEnabled") is False:
        yield "actionsEnabled is false; expected it, or the alarm notifies no topic"


@rule(
    "alarm-data",
    _METRIC_ALARM,
    "Missing data is told of where a low value is, and not elsewhere.",
)
def alarm_data(resource: Resource) -> Iterator[str]:
    # At night there are no transfers and so no data; a canary without data does not run.
    found = resource.props.get("treatMissingData")
    if _watches_for_too_little(resource.props):
        tells = found == "missing" and resource.props.get("insufficientDataActions")
        if found != "breaching" and not tells:
            yield f"treatMissingData is {found!r}; expected breaching, or insufficientDataActions"
    elif found != "notBreaching":
        yield f"treatMissingData is {found!r}; expected notBreaching"


@rule("alarm-threshold", _METRIC_ALARM, "An alarm can be raised, within a day.")
def alarm_threshold(resource: Resource) -> Iterator[str]:
    threshold = resource.props.get("threshold")
    if not isinstance(threshold, int | float):
        return  # an anomaly detector's
    if _watches_for_too_little(resource.props):
        if threshold <= 0:
            yield f"threshold is {threshold:g}; expected more than 0: no value is lower"
    else:
        highest = max(_HIGHEST.get(name, _HIGHEST_COUNT) for name in _metrics(resource.props))
        if threshold > highest:
            yield f"threshold is {threshold:g}; expected {highest} at the most"
    periods = resource.props.get("evaluationPeriods") or 1
    if periods > _MOST_PERIODS:
        yield f"evaluationPeriods is {periods:g}; expected {_MOST_PERIODS} at the most"


def _watches_for_too_little(props: Mapping[str, Any]) -> bool:
    return str(props.get("comparisonOperator")) in _TOO_LITTLE


def _metrics(props: Mapping[str, Any]) -> list[str]:
    queries = props.get("metricQueries") or ()
    found = [str(query["metric"].get("metricName")) for query in queries if "metric" in query]
    return found or [str(props.get("metricName"))]


@rule("running-schedule", "aws:scheduler/schedule:Schedule", "A schedule runs, with no end to it.")
def running_schedule(resource: Resource) -> Iterator[str]:
    if resource.props.get("state") == "DISABLED":
        yield "state is DISABLED; expected ENABLED: nothing else looks at what is under way"
    if resource.props.get("endDate"):
        yield "endDate is set; expected none"


@rule(
    "scheduled-once",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    "A run of a schedule that fails or is throttled is not tried again: the next one follows.",
)
def scheduled_once(resource: Resource) -> Iterator[str]:
    attempts = resource.props.get("maximumRetryAttempts")
    if attempts != 0:
        yield f"maximumRetryAttempts is {attempts!r}; expected 0, Lambda's default is 2"
    age = resource.props.get("maximumEventAgeInSeconds")
    if not isinstance(age, int | float) or age > _LONGEST_AGE_SECONDS:
        yield f"maximumEventAgeInSeconds is {age!r}; expected {_LONGEST_AGE_SECONDS} at the most"


@rule(
    "encrypted-notice",
    "aws:sns/topicSubscription:TopicSubscription",
    "Alarms do not leave in plain text.",
)
def encrypted_notice(resource: Resource) -> Iterator[str]:
    if resource.props.get("protocol") == "http":
        yield "protocol is http; expected https, email or another service of AWS"
