"""The alarms: they tell a topic, and each takes silence for what it means there."""

from collections.abc import Iterator

from transfer_policy.resource import Resource


def silent_alarm(resource: Resource) -> Iterator[str]:
    """Find an alarm that tells nobody, or takes silence for the wrong thing.

    Where too much raises an alarm, nothing is fine: at night nobody transfers. Where too little
    does, as with a canary, nothing is the worst of it.
    """
    comparison = str(resource.props.get("comparisonOperator"))
    expected = "breaching" if comparison.startswith("LessThan") else "notBreaching"
    found = resource.props.get("treatMissingData")
    if found != expected:
        yield f"treatMissingData is {found!r}; expected {expected} with {comparison}"
    if not resource.props.get("alarmActions"):
        yield "no alarmActions; expected a topic"
