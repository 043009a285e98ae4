"""The alarms: somebody hears them, and they do not ring because nothing happens."""

from collections.abc import Iterator

from transfer_policy.resource import Resource


def silent_alarm(resource: Resource) -> Iterator[str]:
    """Find an alarm that nobody hears, or that rings at night because nobody transfers."""
    if resource.props.get("treatMissingData") != "notBreaching":
        yield "treatMissingData is not notBreaching; expected no alarm where nothing is asked for"
    if not resource.props.get("alarmActions"):
        yield "no alarmActions; expected a topic"
