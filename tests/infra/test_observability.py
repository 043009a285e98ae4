"""Alarms, dashboard and queries use metrics and fields that exist."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.infra.declared import Program, declare
from transfer_stack import metrics
from transfer_stack.log_queries import QUERIES

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
TOPIC_ARN = "arn:aws:sns:eu-west-1:123456789012:flex-chat-transfer-dev-alarms"
FUNCTIONS = Path(__file__).resolve().parents[2] / "functions"
OFFERS = {
    metrics.OFFERED,
    metrics.ACCEPTED,
    metrics.DECLINED,
    metrics.TAKEN_BACK,
    metrics.TIME_TO_ACCEPTANCE,
}
OURS = set(metrics.OURS)
ROUTE = {
    "ApiId": "api-id",
    "Method": "POST",
    "Resource": "/transfer-chat",
    "Stage": "$default",
}


def test_the_functions_emit_the_metrics_that_are_watched_and_no_other() -> None:
    source = (FUNCTIONS / "chat_transfer" / "metrics.py").read_text()

    assert set(re.findall(r'"([TCL][A-Za-z]+)"', source)) == OURS | OFFERS


def test_only_one_module_emits_metrics() -> None:
    emitting = {
        path.name
        for path in FUNCTIONS.rglob("*.py")
        if "add_metric(" in path.read_text() or "single_metric(" in path.read_text()
    }

    assert emitting == {"metrics.py"}


@pytest.mark.parametrize(
    ("name", "threshold", "used"),
    [
        ("looks-failing", 0, {metrics.LOOK_FAILED}),
        ("looks-left-out", 0, {metrics.LEFT_OUT}),
        ("events-missing", 1, {metrics.ACCEPTED, "NumberOfMessagesSent"}),
        ("events-failing", 4, {"5xx"}),
        ("offers-failing", 1, {"5xx"}),
        ("events-waiting", 450, {"ApproximateAgeOfOldestMessage"}),
        ("events-failed", 0, {"ApproximateNumberOfMessagesVisible"}),
        ("transfers-failing", 5, {"4xx", "5xx", "Count"}),
        ("transfers-slow", 10_000, {"Latency"}),
        ("transfer-chat-crashed", 0, {"Errors"}),
        ("receive-events-throttled", 0, {"Throttles"}),
        ("rollback-failed", 0, {metrics.NOT_ROLLED_BACK}),
        ("lists-failing", 1, {"5xx"}),
        ("requests-refused", 50, {metrics.REFUSED, metrics.ANSWERED}),
        ("requests-throttled", 0, {metrics.THROTTLED}),
    ],
)
def test_an_alarm_is_raised_above_its_threshold(
    with_offers: Program, name: str, threshold: int, used: set[str]
) -> None:
    alarm = with_offers.one(ALARM, name).inputs

    assert alarm["name"] == f"flex-chat-transfer-dev-{name}"
    assert alarm["comparisonOperator"] == "GreaterThanThreshold"
    assert alarm["threshold"] == threshold
    assert alarm["treatMissingData"] == "notBreaching"
    assert alarm["alarmActions"] == alarm["okActions"]
    queries = alarm["metricQueries"]
    assert {query["metric"]["metricName"] for query in queries if "metric" in query} == used
    # CloudWatch takes one result an alarm.
    assert [query["returnData"] for query in queries].count(True) == 1


def test_the_failure_rate_is_that_of_transfers_alone(program: Program) -> None:
    *found, result = program.one(ALARM, "transfers-failing").inputs["metricQueries"]

    assert all(query["metric"]["dimensions"] == ROUTE for query in found)
    assert {query["id"]: query["metric"]["stat"] for query in found} == {
        "failed": "Sum",
        "refused": "Sum",
        "every": "SampleCount",
    }
    assert (
        result["expression"]
        == "IF(FILL(failed, 0) > 1, 100 * failed / (every - FILL(refused, 0)), 0)"
    )


@pytest.mark.parametrize("name", ["looks-failing", "looks-left-out"])
def test_what_is_never_finished_raises_an_alarm_and_a_single_failure_none(
    program: Program, name: str
) -> None:
    alarm = program.one(ALARM, name).inputs

    (query,) = alarm["metricQueries"]
    assert (alarm["datapointsToAlarm"], alarm["evaluationPeriods"]) == (3, 3)
    assert (query["metric"]["stat"], query["metric"]["period"]) == ("Sum", 300)


def test_a_schedule_that_does_not_look_raises_an_alarm(program: Program) -> None:
    alarm = program.one(ALARM, "looks-missing").inputs

    (query,) = alarm["metricQueries"]
    assert query["metric"]["metricName"] == metrics.UNDER_WAY
    assert query["metric"]["stat"] == "SampleCount"
    assert (alarm["comparisonOperator"], alarm["threshold"]) == ("LessThanThreshold", 1)
    # Without data it tells so too, but not before there was any: a new stack raises none.
    assert alarm["treatMissingData"] == "missing"
    assert alarm["insufficientDataActions"] == [TOPIC_ARN]


def test_an_event_that_failed_twice_raises_an_alarm_before_it_counts_no_more(
    with_offers: Program,
) -> None:
    """SQS leaves a message out of the age of the oldest once it was received three times."""
    queue = with_offers.one("aws:sqs/queue:Queue", "events").inputs
    visibility = queue["visibilityTimeoutSeconds"]

    threshold = with_offers.one(ALARM, "events-waiting").inputs["threshold"]

    assert visibility < threshold < 2 * visibility


@pytest.mark.parametrize(
    ("alarm", "queue"), [("events-waiting", "events"), ("events-failed", "failed-events")]
)
def test_each_queue_has_its_alarm(with_offers: Program, alarm: str, queue: str) -> None:
    (query,) = with_offers.one(ALARM, alarm).inputs["metricQueries"]

    assert query["metric"]["namespace"] == "AWS/SQS"
    assert query["metric"]["dimensions"] == {"QueueName": f"flex-chat-transfer-dev-{queue}"}
    assert query["metric"]["stat"] == "Maximum"


def test_no_stranger_can_raise_an_alarm_of_events(with_offers: Program) -> None:
    """Anybody can be refused by the webhook; only Twilio's events are queued."""
    of_events = {name for name in with_offers.of_type(ALARM) if name.startswith("events-")}
    used = {
        query["metric"]["metricName"]
        for name in of_events
        for query in with_offers.one(ALARM, name).inputs["metricQueries"]
        if "metric" in query
    }

    assert of_events == {"events-missing", "events-failing", "events-waiting", "events-failed"}
    assert "4xx" not in used


@pytest.mark.parametrize(
    ("name", "routes"),
    [
        ("events-failing", {"POST /events"}),
        (
            "offers-failing",
            {"GET /transfers", "GET /transfers/{taskSid}", "DELETE /transfers/{taskSid}"},
        ),
    ],
)
def test_the_failures_of_a_route_are_watched(
    with_offers: Program, name: str, routes: set[str]
) -> None:
    queries = with_offers.one(ALARM, name).inputs["metricQueries"]
    dimensions = [query["metric"]["dimensions"] for query in queries if "metric" in query]

    assert {f"{it['Method']} {it['Resource']}" for it in dimensions} == routes


@pytest.mark.parametrize("suffix", ["crashed", "throttled"])
def test_each_function_has_an_alarm_that_names_it(production: Program, suffix: str) -> None:
    functions = production.of_type("aws:lambda/function:Function").keys() - {"canary"}

    assert functions >= {"transfer-chat", "get-workflows", "transfer-events"}
    for name in functions:
        alarm = production.one(ALARM, f"{name}-{suffix}").inputs
        (query,) = alarm["metricQueries"]
        full_name = f"flex-chat-transfer-production-{name}"
        assert query["metric"]["dimensions"] == {"FunctionName": full_name}
        assert alarm["alarmDescription"].startswith(f"{name} ")


def test_what_can_wait_wakes_nobody(production: Program) -> None:
    waits = {
        name
        for name, alarm in production.of_type(ALARM).items()
        if alarm.inputs["alarmActions"][0].endswith("-tickets")
    }

    assert waits >= {"transfers-slow", "requests-refused", "lists-failing", "looks-left-out"}
    assert not waits & {"transfers-failing", "rollback-failed", "looks-failing", "looks-missing"}
    assert not waits & {"transfer-chat-crashed", "transfer-events-crashed", "canary-failing"}


def test_there_are_no_alarms_of_offers_without_offers(
    program: Program, with_offers: Program
) -> None:
    added = with_offers.of_type(ALARM).keys() - program.of_type(ALARM).keys()

    assert added == {
        *("events-missing", "events-failing", "events-waiting", "events-failed"),
        *("offers-failing", "receive-events-crashed", "receive-events-throttled"),
    }


def test_the_lists_of_targets_are_watched_on_all_routes(program: Program) -> None:
    *found, result = program.one(ALARM, "lists-failing").inputs["metricQueries"]

    assert [query["metric"]["dimensions"] for query in found] == [
        {**ROUTE, "Method": method, "Resource": path}
        for method, path in (
            ("GET", "/get-workflows"),
            ("POST", "/get-workflows"),
            ("GET", "/transfer-targets"),
        )
    ]
    assert all(query["id"] in result["expression"] for query in found)


def test_an_alarm_with_fill_evaluates_several_periods(with_offers: Program) -> None:
    """FILL inserts a value into the newest period before its metrics arrive."""
    alarms = with_offers.of_type(ALARM).values()
    filled = {alarm.name for alarm in alarms if "FILL(" in json.dumps(alarm.inputs)}

    assert filled >= {"transfers-failing", "lists-failing"}
    for name in filled:
        alarm = with_offers.one(ALARM, name).inputs
        assert alarm["datapointsToAlarm"] < alarm["evaluationPeriods"] == 3


def test_alarms_use_the_namespace_and_dimensions_of_the_functions(program: Program) -> None:
    (query,) = program.one(ALARM, "rollback-failed").inputs["metricQueries"]
    variables = program.one("aws:lambda/function:Function", "transfer-chat").inputs["environment"]

    assert query["metric"]["namespace"] == variables["variables"]["POWERTOOLS_METRICS_NAMESPACE"]
    service = variables["variables"]["POWERTOOLS_SERVICE_NAME"]
    assert query["metric"]["dimensions"] == {"service": service}


def test_thresholds_are_as_configured() -> None:
    found = declare(alarmFailurePercent="7", alarmLatencySeconds="3")

    assert found.one(ALARM, "transfers-failing").inputs["threshold"] == 7
    assert found.one(ALARM, "transfers-slow").inputs["threshold"] == 3000


def test_a_configured_address_is_subscribed(program: Program) -> None:
    kind = "aws:sns/topicSubscription:TopicSubscription"
    found = declare(alarmEmail="on-call@example.com", ticketEmail="chat-team@example.com")

    assert not program.of_type(kind)
    assert {name: it.inputs for name, it in found.of_type(kind).items()} == {
        "alarms": {"topic": TOPIC_ARN, "protocol": "email", "endpoint": "on-call@example.com"},
        "tickets": {
            "topic": TOPIC_ARN.replace("-alarms", "-tickets"),
            "protocol": "email",
            "endpoint": "chat-team@example.com",
        },
    }


def test_the_dashboard_shows_counts_latency_and_failures(program: Program) -> None:
    widgets = _widgets(program)
    shown = json.dumps(widgets)

    assert all(name in shown for name in OURS)
    assert all(f'"{stat}"' in shown for stat in ("p50", "p95", "p99"))
    (search,) = [
        metric[0]["expression"]
        for widget in widgets
        for metric in widget["properties"].get("metrics", [])
        if isinstance(metric[0], dict)
    ]
    assert search == (
        'SEARCH(\'{"flex-chat-transfer",service,code} MetricName="TransferFailed" '
        "service=\"flex-chat-transfer-dev\"', 'Sum', 300)"
    )


def test_the_dashboard_shows_what_becomes_of_offers(program: Program, with_offers: Program) -> None:
    without, widgets = _widgets(program), _widgets(with_offers)
    outcomes, acceptance, events = widgets[len(without) :]

    assert not [name for name in OFFERS if name in json.dumps(without)]
    assert {series[1] for series in outcomes["properties"]["metrics"]} == OFFERS - {
        metrics.TIME_TO_ACCEPTANCE
    }
    shown = acceptance["properties"]["metrics"]
    assert {(series[1], series[-1]["stat"]) for series in shown} == {
        (metrics.TIME_TO_ACCEPTANCE, "p50"),
        (metrics.TIME_TO_ACCEPTANCE, "p95"),
    }
    assert {series[0] for series in events["properties"]["metrics"]} == {
        "AWS/ApiGateway",
        "AWS/SQS",
    }


@pytest.mark.parametrize("stack", ["program", "with_offers"])
def test_the_dashboards_widgets_do_not_overlap_and_use_the_stacks_region(
    stack: str, request: pytest.FixtureRequest
) -> None:
    program = request.getfixturevalue(stack)
    widgets = _widgets(program)
    places = {(widget["x"], widget["y"]) for widget in widgets}

    assert len(places) == len(widgets)
    assert all(widget["x"] + widget["width"] <= 24 for widget in widgets)
    regions = {widget["properties"].get("region") for widget in widgets}
    assert regions == {"eu-west-1", None}
    (alarms,) = [widget for widget in widgets if widget["type"] == "alarm"]
    assert len(alarms["properties"]["alarms"]) == len(program.of_type(ALARM))


def test_saved_queries_use_logged_fields_only(program: Program) -> None:
    logged = {
        "transfers": _logged_by_functions(),
        "events": _logged_by_functions(),
        "every-function": _logged_by_functions(),
        "access": set(
            json.loads(
                program.one("aws:apigatewayv2/stage:Stage", "api").inputs["accessLogSettings"][
                    "format"
                ]
            )
        ),
    }

    for query in QUERIES:
        assert _fields(query.query) <= logged[query.logs] | {"@timestamp", "@message", "@log"}, (
            query.name
        )


def test_each_query_is_saved_with_its_log_group(program: Program, with_offers: Program) -> None:
    kind = "aws:cloudwatch/queryDefinition:QueryDefinition"
    saved = with_offers.of_type(kind)
    transfers = "/aws/lambda/flex-chat-transfer-dev-transfer-chat"
    events = "/aws/lambda/flex-chat-transfer-dev-transfer-events"
    groups = {
        "transfers": [transfers, events],
        "access": ["/aws/vendedlogs/flex-chat-transfer-dev/access"],
        "events": [events],
        "every-function": [
            f"/aws/lambda/flex-chat-transfer-dev-{name}"
            for name in ("transfer-chat", "get-workflows", "transfer-events", "receive-events")
        ],
    }

    assert saved.keys() == {query.name for query in QUERIES}
    for query in QUERIES:
        assert saved[query.name].inputs == {
            "name": f"flex-chat-transfer-dev/{query.title}",
            "logGroupNames": groups[query.logs],
            "queryString": query.query,
        }
    assert program.of_type(kind).keys() == saved.keys()


def test_saved_queries_filter_by_messages_that_the_functions_log() -> None:
    logged = "".join(path.read_text() for path in FUNCTIONS.glob("transfer_*.py"))

    messages = {
        found for query in QUERIES for found in re.findall(r'message = "([^"]+)"', query.query)
    }
    assert messages
    assert all(f'"{message}"' in logged for message in messages)


def _widgets(program: Program) -> list[dict[str, Any]]:
    dashboard = program.one("aws:cloudwatch/dashboard:Dashboard", "observability").inputs
    widgets: list[dict[str, Any]] = json.loads(dashboard["dashboardBody"])["widgets"]
    return widgets


def _logged_by_functions() -> set[str]:
    """Return every keyword that the functions give a logger, and what Powertools adds itself."""
    sources = "".join(path.read_text() for path in FUNCTIONS.rglob("*.py"))
    calls = re.findall(r"(?:log|logger\.\w+)\(([^()]*(?:\([^()]*\)[^()]*)*)\)", sources)
    given = {name for call in calls for name in re.findall(r"(\w+)=", call)}
    added = {"level", "message", "correlation_id", "function_request_id"}
    added |= {"exception", "exception_name"}
    return given | added


def _fields(query: str) -> set[str]:
    """Return the fields that a query reads, those that it makes itself left out."""
    made = set(re.findall(r" as (\w+)", query))
    read: set[str] = set()
    for clause in re.findall(r"(?:fields|by|sort|filter) ([^|]+)", query):
        bare = re.sub(r"\"[^\"]*\"|'[^']*'", "", clause)
        read |= set(re.findall(r"@?[a-zA-Z_]\w*", bare))
    return read - made - {"desc", "asc", "and", "or", "like", "in"}
