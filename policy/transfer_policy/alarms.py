"""The alarms: they tell a topic, and each takes silence for what it means there."""

from collections.abc import Iterator
from typing import Final

from transfer_policy.resource import Resource

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
_TOO_LITTLE: Final = frozenset({"LessThanThreshold", "LessThanOrEqualToThreshold"})


def silent_alarm(resource: Resource) -> Iterator[str]:
    """Find an alarm without a topic, or one that takes silence for the wrong thing.

    Where too much raises an alarm, no value is fine: at night there are no transfers. Where too
    little does, as with a canary, no value is the worst of it.
    """
    comparison = str(resource.props.get("comparisonOperator"))
    expected = "breaching" if comparison in _TOO_LITTLE else "notBreaching"
    found = resource.props.get("treatMissingData")
    if found != expected:
        yield f"treatMissingData is {found!r}; expected {expected} with {comparison}"
    if not resource.props.get("alarmActions"):
        yield "no alarmActions; expected a topic"
