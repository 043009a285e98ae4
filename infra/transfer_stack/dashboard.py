"""The dashboard: are transfers working, how slow are they, who fails and why.

Source:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from transfer_stack.log_queries import FAILURES_BY_TARGET
from transfer_stack.metrics import (
    ACCEPTED,
    CODE,
    DECLINED,
    FAILED,
    LEFT_OUT,
    LOOK_FAILED,
    NOT_ROLLED_BACK,
    OFFERED,
    ROLLED_BACK,
    SERVICE,
    SUCCEEDED,
    TAKEN_BACK,
    TIME_TO_ACCEPTANCE,
    TWILIO_LATENCY,
    UNDER_WAY,
    Metric,
    Watched,
)

_PERIOD_SECONDS: Final = 300
_WIDTH: Final = 8
_HEIGHT: Final = 6
_COLUMNS: Final = 24 // _WIDTH


def dashboard_body(watched: Watched, alarm_arns: Sequence[str]) -> str:
    """Return the dashboard's body as JSON: rows of three widgets."""
    alarms = {"type": "alarm", "properties": {"title": "Alarms", "alarms": list(alarm_arns)}}
    widgets = [*_are_they_working(watched), alarms, *_how_slow(watched), *_who_and_why(watched)]
    widgets.append(_what_is_under_way(watched))
    if watched.events_queue:
        widgets += _what_becomes_of_offers(watched)
    return json.dumps({"widgets": [_placed(*item) for item in enumerate(widgets)]})


def _are_they_working(watched: Watched) -> list[dict[str, Any]]:
    ours = [watched.ours(name) for name in (SUCCEEDED, FAILED, ROLLED_BACK, NOT_ROLLED_BACK)]
    answers = [watched.of_transfers(name) for name in ("Count", "4xx", "5xx")]
    return [
        _graph(watched, "Are transfers working?", _each(ours, "Sum")),
        _graph(watched, "Answers to transfer requests", _each(answers, "Sum")),
    ]


def _how_slow(watched: Watched) -> list[dict[str, Any]]:
    transfers, twilio = watched.of_transfers("Latency"), watched.ours(TWILIO_LATENCY)
    functions = [
        *_each(watched.of_functions("Duration"), "p95"),
        *_each(watched.of_functions("Throttles"), "Sum"),
    ]
    return [
        _graph(watched, "How slow are transfers? (ms)", _percentiles(transfers)),
        _graph(watched, "How slow is Twilio, a call? (ms)", _percentiles(twilio)),
        _graph(watched, "Functions: slowest twentieth (ms), and turned away", functions),
    ]


def _who_and_why(watched: Watched) -> list[dict[str, Any]]:
    functions = [
        *_each(watched.of_functions("Errors"), "Sum"),
        *_each(watched.of_functions("ConcurrentExecutions"), "Maximum"),
    ]
    return [
        _graph(watched, "Why do they fail?", [_failures_by_code(watched)], stacked=True),
        _log_table(watched, "Who fails? By target and code", FAILURES_BY_TARGET),
        _graph(watched, "Functions: errors and concurrent executions", functions),
    ]


def _what_is_under_way(watched: Watched) -> dict[str, Any]:
    looks = [
        _series(watched.ours(UNDER_WAY), "Maximum"),
        *_each([watched.ours(name) for name in (LOOK_FAILED, LEFT_OUT)], "Sum"),
    ]
    return _graph(watched, "Under way, and looks that failed or were left out", looks)


def _what_becomes_of_offers(watched: Watched) -> list[dict[str, Any]]:
    ours = [watched.ours(name) for name in (OFFERED, ACCEPTED, DECLINED, TAKEN_BACK)]
    acceptance = watched.ours(TIME_TO_ACCEPTANCE)
    events = [
        _series(watched.of_events("Count"), "Sum"),
        _series(watched.of_events_queue("ApproximateAgeOfOldestMessage"), "Maximum"),
        _series(watched.of_failed_events_queue("ApproximateNumberOfMessagesVisible"), "Maximum"),
    ]
    return [
        _graph(watched, "What becomes of offers?", _each(ours, "Sum")),
        _graph(watched, "How long until acceptance? (s)", _percentiles(acceptance)[:2]),
        _graph(watched, "Events: requests, longest wait (s), set aside", events),
    ]


def _placed(index: int, widget: dict[str, Any]) -> dict[str, Any]:
    row, column = divmod(index, _COLUMNS)
    place = {"x": column * _WIDTH, "y": row * _HEIGHT, "width": _WIDTH, "height": _HEIGHT}
    return {**widget, **place}


def _graph(
    watched: Watched, title: str, metrics: list[list[Any]], *, stacked: bool = False
) -> dict[str, Any]:
    return {
        "type": "metric",
        "properties": {
            "title": title,
            "region": watched.region,
            "metrics": metrics,
            "period": _PERIOD_SECONDS,
            "stacked": stacked,
            "view": "timeSeries",
            "yAxis": {"left": {"min": 0}},
        },
    }


def _each(metrics: Sequence[Metric], stat: str) -> list[list[Any]]:
    return [_series(metric, stat) for metric in metrics]


def _percentiles(metric: Metric) -> list[list[Any]]:
    return [_series(metric, stat) for stat in ("p50", "p95", "p99")]


def _series(metric: Metric, stat: str) -> list[Any]:
    dimensions = [part for pair in metric.dimensions.items() for part in pair]
    return [metric.namespace, metric.name, *dimensions, {"stat": stat}]


def _failures_by_code(watched: Watched) -> list[Any]:
    """Return a search expression, which finds each code that has occurred.

    The namespace is quoted because of its hyphens.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
    """
    schema = f'{{"{watched.project}",{SERVICE},{CODE}}}'
    search = f'{schema} MetricName="{FAILED}" {SERVICE}="{watched.service}"'
    return [{"expression": f"SEARCH('{search}', 'Sum', {_PERIOD_SECONDS})", "id": "codes"}]


def _log_table(watched: Watched, title: str, query: str) -> dict[str, Any]:
    return {
        "type": "log",
        "properties": {
            "title": title,
            "region": watched.region,
            "query": f"SOURCE '{watched.transfer_log_group}' | {query}",
            "view": "table",
        },
    }
