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


def transfer_offered() -> None:
    """Count an offer that was made."""
    _count("TransferOffered")


def transfer_became(became: str, seconds: float, *, undone: bool) -> None:
    """Count what became of a transfer, so many seconds after it began.

    Parameters
    ----------
    became : str
        A `Became` of the record.
    undone : bool
        Whether a new task was made, and cancelled.
    """
    match became:
        case "accepted":
            _count("TransferAccepted")
            _add("TimeToAcceptance", MetricUnit.Seconds, seconds)
        case "declined":
            _count("TransferDeclined")
        case "cancelled":
            _count("TransferTakenBack")
        case "failed" if undone:
            _count("TransferRolledBack")


def looked(conversations: int, *, failed: int, left_out: int) -> None:
    """Count what the schedule has looked at; an alarm is raised if it counts nothing.

    Parameters
    ----------
    conversations : int
        How many have something under way, or unanswered.
    failed, left_out : int
        How many looks have failed, and how many conversations were not looked at in time.
    """
    _add("ConversationsUnderWay", MetricUnit.Count, conversations)
    _add("LookFailed", MetricUnit.Count, failed)
    _add("LookLeftOut", MetricUnit.Count, left_out)


def twilio_answered(milliseconds: float) -> None:
    """Record how long one call to Twilio took, whatever came of it."""
    _add("TwilioLatency", MetricUnit.Milliseconds, milliseconds)


def _count(name: str) -> None:
    _add(name, MetricUnit.Count, 1)


def _add(name: str, unit: MetricUnit, value: float) -> None:
    # Every `Metrics` adds to the same set, which the handler's decorator writes at the end.
    with _one_at_a_time:
        Metrics().add_metric(name, unit, value)
