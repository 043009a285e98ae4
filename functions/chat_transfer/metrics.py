"""What the functions measure: a few names, each with few dimensions that take few values.

CloudWatch bills every combination of dimension values as a metric, so nothing that grows with the
contact centre (tasks, agents, queues) is one. `service` is the stack; `code` is a problem's.

Metrics leave as log lines in CloudWatch's embedded metric format, so no request waits for them.
https://docs.powertools.aws.dev/lambda/python/latest/core/metrics/
"""

import threading
import warnings

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit, single_metric

# A request without a token makes no call to Twilio, so it has no metric.
warnings.filterwarnings("ignore", message="No application metrics to publish")

# Twilio is called from several threads, and Powertools' metrics are not thread-safe.
_one_at_a_time = threading.Lock()


def transfer_succeeded() -> None:
    """Count a transfer that was made."""
    _count("TransferSucceeded")


def transfer_failed(code: str, *, rolled_back: bool | None) -> None:
    """Count a transfer that was not made, by its problem's code too.

    Parameters
    ----------
    code : str
        The problem's.
    rolled_back : bool or None
        False when something remains of it, or may remain: that is counted as well.
    """
    _count("TransferFailed")
    # A line of metrics has the same dimensions for all that is in it, so this one goes by itself.
    service = {"service": Metrics().service}
    with single_metric("TransferFailed", MetricUnit.Count, 1, default_dimensions=service) as metric:
        metric.add_dimension("code", code)
    if rolled_back is False:
        _count("TransferNotRolledBack")


def transfer_rolled_back() -> None:
    """Count a transfer that had begun and was undone."""
    _count("TransferRolledBack")


def transfer_offered() -> None:
    """Count an offer that was made."""
    _count("TransferOffered")


def transfer_accepted(seconds: float) -> None:
    """Count an offer that an agent accepted, so many seconds after it was made."""
    _count("TransferAccepted")
    _add("TimeToAcceptance", MetricUnit.Seconds, seconds)


def transfer_declined() -> None:
    """Count an offer that ended without an agent."""
    _count("TransferDeclined")


def transfer_taken_back() -> None:
    """Count an offer that was taken back, or whose conversation was closed."""
    _count("TransferTakenBack")


def offers_not_settled(count: int) -> None:
    """Count offers that could not be looked at; the next event or schedule tries again.

    The schedule counts 0 too: an alarm is raised where it counts nothing.
    """
    _add("OfferNotSettled", MetricUnit.Count, count)


def twilio_answered(milliseconds: float) -> None:
    """Record how long one call to Twilio took, whatever came of it."""
    _add("TwilioLatency", MetricUnit.Milliseconds, milliseconds)


def _count(name: str) -> None:
    _add(name, MetricUnit.Count, 1)


def _add(name: str, unit: MetricUnit, value: float) -> None:
    # Every `Metrics` adds to the same set, which the handler's decorator writes at the end.
    with _one_at_a_time:
        Metrics().add_metric(name, unit, value)
