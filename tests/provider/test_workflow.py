"""Workflows over gRPC: above all their configuration, as an object and as JSON."""

import json
from typing import Any

import pytest
from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from tests.provider.plugin_process import UNKNOWN, WORKFLOW, Engine, Refused
from twilio_emulator.server import RunningTwilio

WS = "WS" + "0" * 32
WQ = "WQ" + "0" * 32
TARGET = {"queue": WQ, "known_worker_sid": "task.targetSid", "priority": 1, "timeout": 30}
FILTER = {"filter_friendly_name": "agents", "expression": "type == 'x'", "targets": [TARGET]}
AS_TEXT = TARGET | {"priority": "1", "timeout": "30", "skip_if": None}
ROUTING = {"filters": [FILTER], "default_filter": {"queue": WQ}}
CONFIGURATION = {"task_routing": ROUTING}
DECLARED = {"workspaceSid": WS, "friendlyName": "Transfers", "configuration": CONFIGURATION}
STATE = {
    "sid": "WW" + "0" * 32,
    "accountSid": "AC" + "0" * 32,
    "workspaceSid": WS,
    "friendlyName": "Transfers",
    "configuration": json.dumps(CONFIGURATION),
    "taskReservationTimeout": 120,
    "dateCreated": "2026-01-02T03:04:05Z",
    "adopted": False,
}


@pytest.fixture
def declared(twilio: RunningTwilio) -> dict[str, Any]:
    target = TARGET | {"queue": twilio.centre.queues["Everyone"]}
    routing = {"filters": [FILTER | {"targets": [target]}]}
    return {
        "workspaceSid": twilio.centre.workspace_sid,
        "friendlyName": "Transfers",
        "configuration": {"task_routing": routing},
    }


# Check


def filters(*given: object) -> dict[str, Any]:
    return {"task_routing": {"filters": list(given)}}


def target(**given: object) -> dict[str, Any]:
    return filters(FILTER | {"targets": [TARGET | given]})


@pytest.mark.parametrize(
    ("configuration", "path", "expectation"),
    [
        (None, "", "is missing"),
        ("{not json", "", "JSON of one"),
        ("[]", "", "JSON of one"),
        (1, "", "an object"),
        ({}, ".task_routing", "filters, default_filter or both"),
        ({"task_routing": {"filters": {}}}, ".task_routing.filters", "a list of filters"),
        (filters("x"), ".task_routing.filters[0]", "an object"),
        (
            filters(FILTER, FILTER | {"expression": " "}),
            ".task_routing.filters[1].expression",
            "an expression about the task",
        ),
        (filters(FILTER | {"targets": []}), ".task_routing.filters[0].targets", "at least one"),
        (filters({"expression": "1==1"}), ".task_routing.filters[0].targets", "at least one"),
        (target(queue="Everyone"), ".task_routing.filters[0].targets[0].queue", "WQ and 32"),
        (target(queue=None), ".task_routing.filters[0].targets[0].queue", "WQ and 32"),
        (target(timeout=-1), ".task_routing.filters[0].targets[0].timeout", "0 or more"),
        (target(timeout="30 s"), ".task_routing.filters[0].targets[0].timeout", "a whole number"),
        (target(priority=-1), ".task_routing.filters[0].targets[0].priority", "0 or more"),
        (target(skip_if=True), ".task_routing.filters[0].targets[0].skip_if", "a string"),
        ({"task_routing": {"default_filter": WQ}}, ".task_routing.default_filter", "an object"),
        (
            {"task_routing": {"default_filter": {"queue": "x"}}},
            ".task_routing.default_filter.queue",
            "WQ and 32",
        ),
        (target(tiemout=30), ".task_routing.filters[0].targets[0].tiemout", "timeout; one of"),
        (
            filters(FILTER | {"filter_name": "x"}),
            ".task_routing.filters[0].filter_name",
            "one of the keys filter_friendly_name",
        ),
        ({"task_routing": ROUTING, "routing": {}}, ".routing", "task_routing"),
        (
            {"task_routing": {"default_filter": {"queue": WQ, "que": 1}}},
            ".task_routing.default_filter.que",
            "queue; one of",
        ),
        (
            filters(FILTER | {"expression": "type = = 'x'"}),
            ".task_routing.filters[0].expression",
            "cannot be read at character 8",
        ),
        (
            filters(FILTER | {"expression": "type"}),
            ".task_routing.filters[0].expression",
            "cannot be read",
        ),
        (
            target(skip_if="workers.available =="),
            ".task_routing.filters[0].targets[0].skip_if",
            "cannot be read",
        ),
        (
            target(known_worker_sid="task."),
            ".task_routing.filters[0].targets[0].known_worker_sid",
            "a value such as",
        ),
        (
            target(queue="WW" + "0" * 32),
            ".task_routing.filters[0].targets[0].queue",
            "WQ and 32",
        ),
        (
            filters(FILTER | {"expression": "customer-value == 1"}),
            ".task_routing.filters[0].expression",
            "cannot be read at character 9",
        ),
        (json.dumps(target(timeout=-1)), ".task_routing.filters[0].targets[0].timeout", "0 or"),
    ],
)
def test_check_says_where_a_configuration_is_wrong(
    process: Engine, configuration: object, path: str, expectation: str
) -> None:
    failures = process.check(WORKFLOW, DECLARED | {"configuration": configuration})
    assert list(failures) == [f"configuration{path}"]
    assert expectation in failures[f"configuration{path}"]


def test_check_says_all_that_is_wrong_at_once(process: Engine) -> None:
    wrong = filters(FILTER | {"expression": "((", "targets": [{"queue": "x", "timeout": -1}]}, 1)
    failures = process.check(WORKFLOW, DECLARED | {"configuration": wrong})
    path = "configuration.task_routing.filters"
    assert set(failures) == {
        f"{path}[0].expression",
        f"{path}[0].targets[0].queue",
        f"{path}[0].targets[0].timeout",
        f"{path}[1]",
    }


@pytest.mark.parametrize(
    "configuration",
    [
        CONFIGURATION,
        json.dumps(CONFIGURATION),
        UNKNOWN,
        {"task_routing": UNKNOWN},
        {"task_routing": {"default_filter": UNKNOWN}},
        filters(UNKNOWN, FILTER | {"targets": UNKNOWN}, FILTER | {"expression": UNKNOWN}),
        target(queue=UNKNOWN, timeout=UNKNOWN, known_worker_sid=UNKNOWN),
        filters(FILTER | {"targets": [TARGET | {"skip_if": "1==1"}, {"queue": WQ}]}),
        filters(FILTER, FILTER | {"expression": "1==1"}),
        target(known_worker_sid="WK" + "0" * 32, order_by="worker.level DESC"),
        filters(FILTER | {"targets": [{"queue": WQ}, TARGET]}),
        filters(FILTER | {"expression": "1 == 1"}, FILTER),
        {"task_routing": {"filters": None, "default_filter": None}},
    ],
)
def test_check_passes_what_is_fine(process: Engine, configuration: object) -> None:
    assert process.check(WORKFLOW, DECLARED | {"configuration": configuration}) == {}


@pytest.mark.parametrize(
    ("given", "wrong", "expectation"),
    [
        ({"taskReservationTimeout": 0}, "taskReservationTimeout", "from 1 to 86,400, not 0"),
        ({"taskReservationTimeout": 86_401}, "taskReservationTimeout", "from 1 to 86,400"),
        ({"assignmentCallbackUrl": "example.com"}, "assignmentCallbackUrl", "https://"),
        ({"fallbackAssignmentCallbackUrl": "ftp://x"}, "fallbackAssignmentCallbackUrl", "https://"),
        ({"timeout": 1}, "timeout", "is not an argument"),
    ],
)
def test_check_says_what_was_expected(
    process: Engine, given: dict[str, object], wrong: str, expectation: str
) -> None:
    failures = process.check(WORKFLOW, DECLARED | given)
    assert list(failures) == [wrong]
    assert expectation in failures[wrong]


# Diff


@pytest.mark.parametrize(
    "configuration",
    [
        CONFIGURATION,
        json.dumps(CONFIGURATION, indent=4),
        json.dumps(CONFIGURATION, sort_keys=True),
        {"task_routing": dict(reversed(ROUTING.items()))},
        {"task_routing": ROUTING | {"filters": [FILTER | {"targets": [AS_TEXT]}]}},
    ],
)
def test_what_means_the_same_is_no_change(process: Engine, configuration: object) -> None:
    answer = process.diff(WORKFLOW, STATE, DECLARED | {"configuration": configuration})
    assert answer["changes"] == "DIFF_NONE"


@pytest.mark.parametrize(
    "configuration",
    [target(timeout=31), filters(FILTER, FILTER), UNKNOWN, target(queue=UNKNOWN)],
)
def test_another_configuration_is_an_update(process: Engine, configuration: object) -> None:
    answer = process.diff(WORKFLOW, STATE, DECLARED | {"configuration": configuration})
    assert answer["detailedDiff"] == {"configuration": {"kind": "UPDATE"}}
    assert "replaces" not in answer


def test_the_order_of_filters_is_a_change(process: Engine) -> None:
    other = FILTER | {"expression": "1==1"}
    state = STATE | {"configuration": json.dumps(filters(FILTER, other))}
    answer = process.diff(WORKFLOW, state, DECLARED | {"configuration": filters(other, FILTER)})
    assert answer["diffs"] == ["configuration"]


# Preview


def test_a_preview_knows_the_configuration_when_all_of_it_is_known(
    engine: Engine, twilio: RunningTwilio
) -> None:
    known = engine.create(WORKFLOW, DECLARED, preview=True)
    assert json.loads(known["configuration"]) == CONFIGURATION
    given = DECLARED | {"configuration": target(queue=UNKNOWN)}
    assert engine.create(WORKFLOW, given, preview=True)["configuration"] == UNKNOWN
    assert engine.update(WORKFLOW, STATE, given, preview=True) == STATE | {"configuration": UNKNOWN}
    assert len(twilio.journal) == 0


# The life of a workflow


def test_an_object_is_sent_as_json(
    engine: Engine, twilio: RunningTwilio, declared: dict[str, Any]
) -> None:
    url = "https://example.com/assign"
    outputs = engine.create(WORKFLOW, declared | {"assignmentCallbackUrl": url})
    (posted,) = twilio.journal.matching("POST", "Workflows$")
    assert json.loads(posted.form["Configuration"]) == declared["configuration"]
    # A timeout of 30.0 would not be one.
    assert '"timeout": 30}' in posted.form["Configuration"]
    assert posted.form["AssignmentCallbackUrl"] == url
    assert json.loads(outputs["configuration"]) == declared["configuration"]
    assert outputs["taskReservationTimeout"] == 120
    assert (
        engine.diff(WORKFLOW, outputs, declared | {"assignmentCallbackUrl": url})["changes"]
        == "DIFF_NONE"
    )


def test_json_is_sent_as_it_is(
    engine: Engine, twilio: RunningTwilio, declared: dict[str, Any]
) -> None:
    text = json.dumps(declared["configuration"], indent=1)
    outputs = engine.create(WORKFLOW, declared | {"configuration": text})
    (posted,) = twilio.journal.matching("POST", "Workflows$")
    assert posted.form["Configuration"] == text
    assert engine.diff(WORKFLOW, outputs, declared)["changes"] == "DIFF_NONE"


def test_update_sends_only_what_differs(
    engine: Engine, twilio: RunningTwilio, declared: dict[str, Any]
) -> None:
    state = engine.create(WORKFLOW, declared)
    twilio.journal.clear()
    outputs = engine.update(WORKFLOW, state, declared | {"taskReservationTimeout": 15})
    (posted,) = twilio.journal.matching("POST")
    assert posted.form == {"TaskReservationTimeout": "15"}
    assert outputs == state | {"taskReservationTimeout": 15}


CALLBACKS = {
    "assignmentCallbackUrl": "https://example.com/assign",
    "fallbackAssignmentCallbackUrl": "https://example.com/fallback",
}


def test_a_callback_that_is_no_longer_declared_is_cleared(
    engine: Engine, twilio: RunningTwilio, workspace: WorkspaceContext, declared: dict[str, Any]
) -> None:
    state = engine.create(WORKFLOW, declared | CALLBACKS)
    twilio.journal.clear()
    outputs = engine.update(WORKFLOW, state, declared)
    (posted,) = twilio.journal.matching("POST")
    assert posted.form == {"AssignmentCallbackUrl": "", "FallbackAssignmentCallbackUrl": ""}
    assert not set(CALLBACKS) & set(outputs)
    fetched = workspace.workflows(state["sid"]).fetch()
    assert not fetched.assignment_callback_url
    assert not fetched.fallback_assignment_callback_url


def test_a_callback_that_twilio_keeps_is_an_error(
    engine: Engine, declared: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    state = engine.create(WORKFLOW, declared | CALLBACKS)
    routes = "twilio_emulator.taskrouter.routing_routes"
    monkeypatch.setattr(f"{routes}._url", lambda *_: "https://example.com/kept")
    with pytest.raises(Refused) as refused:
        engine.update(WORKFLOW, state, declared)
    message = str(refused.value)
    assert "could not clear assignmentCallbackUrl and fallbackAssignmentCallbackUrl" in message
    assert "Remove it in the Console" in message


@pytest.mark.parametrize("name", CALLBACKS)
def test_no_empty_callback_is_sent_for_a_new_workflow(
    engine: Engine, twilio: RunningTwilio, declared: dict[str, Any], name: str
) -> None:
    outputs = engine.create(WORKFLOW, declared | {name: ""})
    (posted,) = twilio.journal.matching("POST", "Workflows$")
    assert set(posted.form) == {"FriendlyName", "Configuration"}
    assert engine.diff(WORKFLOW, outputs, declared | {name: ""})["changes"] == "DIFF_NONE"


def test_a_workflow_of_that_name_is_adopted_or_refused(
    engine: Engine, twilio: RunningTwilio, declared: dict[str, Any]
) -> None:
    sid = twilio.centre.workflows["Escalations"]
    given = declared | {"friendlyName": "Escalations"}
    with pytest.raises(Refused, match=f"pulumi import {WORKFLOW} mine WS.*/{sid}"):
        engine.create(WORKFLOW, given)
    outputs = engine.create(WORKFLOW, given | {"adoptExisting": True})
    assert (outputs["sid"], outputs["adopted"]) == (sid, True)
    assert json.loads(outputs["configuration"]) == declared["configuration"]
    engine.delete(WORKFLOW, outputs)
    assert twilio.journal.matching("DELETE") == []


@pytest.mark.parametrize("as_text", [True, False])
def test_a_refresh_finds_another_configuration(
    engine: Engine,
    workspace: WorkspaceContext,
    declared: dict[str, Any],
    as_text: bool,
) -> None:
    configuration = declared["configuration"]
    inputs = declared | {"configuration": json.dumps(configuration) if as_text else configuration}
    state = engine.create(WORKFLOW, inputs)
    found = engine.read(WORKFLOW, state["sid"], state, inputs)
    assert found["inputs"] == inputs
    changed = json.dumps(configuration | {"task_routing": {"default_filter": {"queue": WQ}}})
    changed = changed.replace(
        WQ, configuration["task_routing"]["filters"][0]["targets"][0]["queue"]
    )
    workspace.workflows(state["sid"]).update(configuration=changed)
    found = engine.read(WORKFLOW, state["sid"], state, inputs)
    assert json.loads(found["properties"]["configuration"]) == json.loads(changed)
    assert engine.diff(WORKFLOW, found["properties"], inputs)["diffs"] == ["configuration"]


def test_an_import_writes_the_configuration_as_an_object(
    engine: Engine, twilio: RunningTwilio
) -> None:
    sid = twilio.centre.workflows["Escalations"]
    found = engine.read(WORKFLOW, f"{twilio.centre.workspace_sid}/{sid}")
    assert "task_routing" in found["inputs"]["configuration"]
    assert engine.check(WORKFLOW, found["inputs"]) == {}
    assert engine.diff(WORKFLOW, found["properties"], found["inputs"])["changes"] == "DIFF_NONE"


def test_delete_deletes_and_gone_is_gone(
    engine: Engine, workspace: WorkspaceContext, declared: dict[str, Any]
) -> None:
    state = engine.create(WORKFLOW, declared)
    engine.delete(WORKFLOW, state)
    assert workspace.workflows.list(friendly_name="Transfers") == []
    assert engine.read(WORKFLOW, state["sid"], state, declared) == {}
    engine.delete(WORKFLOW, state)
