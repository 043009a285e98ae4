"""Task queues over gRPC: check, diff, and the life of a queue at Twilio."""

from typing import Any

import pytest
from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from local.twilio.server import RunningTwilio
from tests.provider.engine import TASK_QUEUE, UNKNOWN, Engine, Refused

WS = "WS" + "0" * 32
OTHER_WS = "WS" + "1" * 32
DECLARED = {"workspaceSid": WS, "friendlyName": "Night"}
STATE = {
    "sid": "WQ" + "0" * 32,
    "accountSid": "AC" + "0" * 32,
    "workspaceSid": WS,
    "friendlyName": "Night",
    "targetWorkers": "1==1",
    "maxReservedWorkers": 1,
    "taskOrder": "FIFO",
    "dateCreated": "2026-01-02T03:04:05Z",
    "adopted": False,
}


@pytest.fixture
def declared(workspace_sid: str) -> dict[str, Any]:
    return {"workspaceSid": workspace_sid, "friendlyName": "Night"}


# Check


@pytest.mark.parametrize(
    ("given", "wrong", "expectation"),
    [
        ({"friendlyName": None}, "friendlyName", "is missing"),
        ({"friendlyName": "  "}, "friendlyName", "a name, not empty"),
        ({"workspaceSid": WS.lower()}, "workspaceSid", "WS and 32 hexadecimal digits, lower-case"),
        ({"workspaceSid": "WS" + "A" * 32}, "workspaceSid", "lower-case"),
        ({"workspaceSid": WS + "\n"}, "workspaceSid", "WS and 32"),
        ({"maxReservedWorkers": 0}, "maxReservedWorkers", "from 1 to 50, not 0"),
        ({"maxReservedWorkers": 51}, "maxReservedWorkers", "from 1 to 50, not 51"),
        ({"maxReservedWorkers": 1.5}, "maxReservedWorkers", "a whole number"),
        ({"maxReservedWorkers": True}, "maxReservedWorkers", "a whole number"),
        ({"taskOrder": "fifo"}, "taskOrder", "FIFO or LIFO, not 'fifo'"),
        ({"targetWorkers": 1}, "targetWorkers", "a string"),
        ({"reservationActivitySid": "busy"}, "reservationActivitySid", "WA and 32"),
        ({"assignmentActivitySid": WS}, "assignmentActivitySid", "WA and 32"),
        ({"adoptExisting": "yes"}, "adoptExisting", "true or false"),
        ({"friendly_name": "Night"}, "friendly_name", "it has workspaceSid, friendlyName"),
    ],
)
def test_check_says_what_was_expected(
    process: Engine, given: dict[str, object], wrong: str, expectation: str
) -> None:
    failures = process.check(TASK_QUEUE, DECLARED | given)
    assert list(failures) == [wrong]
    assert expectation in failures[wrong]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"maxReservedWorkers": 50, "taskOrder": "LIFO", "targetWorkers": "", "adoptExisting": True},
        {"reservationActivitySid": "WA" + "0" * 32, "assignmentActivitySid": None},
        {"workspaceSid": UNKNOWN, "maxReservedWorkers": UNKNOWN, "friendlyName": UNKNOWN},
    ],
)
def test_check_passes_what_is_fine(process: Engine, given: dict[str, object]) -> None:
    assert process.check(TASK_QUEUE, DECLARED | given) == {}


# Diff


@pytest.mark.parametrize(
    ("given", "kinds"),
    [
        ({"friendlyName": "Day"}, {"friendlyName": "UPDATE"}),
        (
            {"maxReservedWorkers": 2, "taskOrder": "LIFO"},
            {"maxReservedWorkers": "UPDATE", "taskOrder": "UPDATE"},
        ),
        ({"reservationActivitySid": "WA" + "0" * 32}, {"reservationActivitySid": "ADD"}),
        ({"targetWorkers": UNKNOWN}, {"targetWorkers": "UPDATE"}),
    ],
)
def test_diff_names_each_change(
    process: Engine, given: dict[str, object], kinds: dict[str, str]
) -> None:
    answer = process.diff(TASK_QUEUE, STATE, DECLARED | given)
    assert answer["changes"] == "DIFF_SOME"
    assert "replaces" not in answer
    assert {key: each.get("kind", "ADD") for key, each in answer["detailedDiff"].items()} == kinds


@pytest.mark.parametrize("workspace_sid", [OTHER_WS, UNKNOWN])
def test_another_workspace_needs_another_queue(process: Engine, workspace_sid: str) -> None:
    answer = process.diff(TASK_QUEUE, STATE, DECLARED | {"workspaceSid": workspace_sid})
    assert answer["replaces"] == ["workspaceSid"]
    assert answer["detailedDiff"]["workspaceSid"]["kind"] == "UPDATE_REPLACE"
    assert "deleteBeforeReplace" not in answer


@pytest.mark.parametrize(
    "given",
    [{}, {"maxReservedWorkers": 1}, {"adoptExisting": True}, {"reservationActivitySid": None}],
)
def test_what_is_the_same_is_no_change(process: Engine, given: dict[str, object]) -> None:
    answer = process.diff(TASK_QUEUE, STATE, DECLARED | given)
    assert answer["changes"] == "DIFF_NONE"
    assert "detailedDiff" not in answer


def test_what_is_not_declared_is_the_default_but_not_on_an_adopted_queue(process: Engine) -> None:
    drifted = STATE | {"taskOrder": "LIFO"}
    assert process.diff(TASK_QUEUE, drifted, DECLARED)["diffs"] == ["taskOrder"]
    adopted = drifted | {"adopted": True}
    assert process.diff(TASK_QUEUE, adopted, DECLARED)["changes"] == "DIFF_NONE"


def test_ignored_changes_are_ignored(process: Engine) -> None:
    answer = process.diff(TASK_QUEUE, STATE, DECLARED | {"friendlyName": "Day"}, "friendlyName")
    assert answer["changes"] == "DIFF_NONE"


# Preview


def test_a_preview_asks_twilio_nothing(
    engine: Engine, twilio: RunningTwilio, declared: dict[str, Any]
) -> None:
    outputs = engine.create(TASK_QUEUE, declared | {"targetWorkers": UNKNOWN}, preview=True)
    assert outputs["friendlyName"] == "Night"
    assert outputs["sid"] == outputs["targetWorkers"] == outputs["taskOrder"] == UNKNOWN
    assert outputs["adopted"] is False
    maybe = engine.create(TASK_QUEUE, declared | {"adoptExisting": True}, preview=True)
    assert maybe["adopted"] == UNKNOWN
    updated = engine.update(TASK_QUEUE, STATE, DECLARED | {"friendlyName": "Day"}, preview=True)
    assert updated == STATE | {"friendlyName": "Day"}
    assert len(twilio.journal) == 0


# Create and adopt


def test_create_sends_what_is_declared_and_records_what_twilio_answers(
    engine: Engine, workspace: WorkspaceContext, twilio: RunningTwilio, declared: dict[str, Any]
) -> None:
    given = {"targetWorkers": 'routing.skills HAS "night"', "maxReservedWorkers": 2}
    outputs = engine.create(TASK_QUEUE, declared | given)
    (posted,) = twilio.journal.matching("POST", "TaskQueues$")
    assert posted.form == {
        "FriendlyName": "Night",
        "TargetWorkers": 'routing.skills HAS "night"',
        "MaxReservedWorkers": "2",
    }
    made = workspace.task_queues(outputs["sid"]).fetch()
    assert made.date_created is not None
    assert outputs == declared | given | {
        "sid": made.sid,
        "accountSid": twilio.centre.account_sid,
        "taskOrder": "FIFO",
        "dateCreated": made.date_created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "adopted": False,
    }


def test_a_queue_of_that_name_is_not_duplicated(
    engine: Engine, twilio: RunningTwilio, declared: dict[str, Any]
) -> None:
    sales = twilio.centre.queues["Sales"]
    with pytest.raises(Refused) as refused:
        engine.create(TASK_QUEUE, declared | {"friendlyName": "Sales"})
    message = str(refused.value)
    assert f"already has the task queue 'Sales' ({sales})" in message
    assert "set adopt_existing=True" in message
    assert f"pulumi import {TASK_QUEUE} mine {declared['workspaceSid']}/{sales}" in message
    assert twilio.journal.matching("POST") == []


def test_adoption_changes_what_is_declared_and_nothing_else(
    engine: Engine, workspace: WorkspaceContext, twilio: RunningTwilio, declared: dict[str, Any]
) -> None:
    sales = workspace.task_queues(twilio.centre.queues["Sales"])
    sales.update(task_order="LIFO")
    twilio.journal.clear()
    given = {"friendlyName": "Sales", "adoptExisting": True, "maxReservedWorkers": 5}
    outputs = engine.create(TASK_QUEUE, declared | given)
    assert outputs["adopted"] is True
    assert outputs["sid"] == twilio.centre.queues["Sales"]
    assert outputs["targetWorkers"] == 'routing.skills HAS "sales"'
    (posted,) = twilio.journal.matching("POST")
    assert posted.form == {"MaxReservedWorkers": "5"}
    assert str(sales.fetch().task_order) == "LIFO"


def test_adoption_of_what_is_as_declared_writes_nothing(
    engine: Engine, twilio: RunningTwilio, declared: dict[str, Any]
) -> None:
    given = {"friendlyName": "Everyone", "targetWorkers": "1==1", "adoptExisting": True}
    outputs = engine.create(TASK_QUEUE, declared | given)
    assert outputs["sid"] == twilio.centre.queues["Everyone"]
    assert twilio.journal.matching("POST") == []


def test_adoption_without_an_existing_queue_creates_one(
    engine: Engine, workspace: WorkspaceContext, declared: dict[str, Any]
) -> None:
    outputs = engine.create(TASK_QUEUE, declared | {"adoptExisting": True})
    assert outputs["adopted"] is False
    assert workspace.task_queues(outputs["sid"]).fetch().friendly_name == "Night"


# Update


def test_update_sends_only_what_differs(
    engine: Engine, twilio: RunningTwilio, declared: dict[str, Any]
) -> None:
    state = engine.create(TASK_QUEUE, declared | {"maxReservedWorkers": 2})
    twilio.journal.clear()
    news = declared | {"friendlyName": "Late", "maxReservedWorkers": 2, "taskOrder": "LIFO"}
    outputs = engine.update(TASK_QUEUE, state, news)
    (posted,) = twilio.journal.matching("POST")
    assert posted.form == {"FriendlyName": "Late", "TaskOrder": "LIFO"}
    assert outputs == state | {"friendlyName": "Late", "taskOrder": "LIFO"}


def test_what_is_no_longer_declared_goes_back_to_twilios_default(
    engine: Engine, declared: dict[str, Any]
) -> None:
    state = engine.create(TASK_QUEUE, declared | {"maxReservedWorkers": 2, "taskOrder": "LIFO"})
    outputs = engine.update(TASK_QUEUE, state, declared)
    assert (outputs["maxReservedWorkers"], outputs["taskOrder"]) == (1, "FIFO")


def test_a_queue_cannot_take_the_name_of_another(
    engine: Engine, twilio: RunningTwilio, declared: dict[str, Any]
) -> None:
    state = engine.create(TASK_QUEUE, declared)
    twilio.journal.clear()
    with pytest.raises(Refused, match="already has the task queue 'Sales'"):
        engine.update(TASK_QUEUE, state, declared | {"friendlyName": "Sales"})
    assert twilio.journal.matching("POST") == []


# Read: refresh and import


def test_a_refresh_finds_what_somebody_else_changed(
    engine: Engine, workspace: WorkspaceContext, declared: dict[str, Any]
) -> None:
    inputs = declared | {"maxReservedWorkers": 2}
    state = engine.create(TASK_QUEUE, inputs)
    workspace.task_queues(state["sid"]).update(max_reserved_workers=9, task_order="LIFO")
    found = engine.read(TASK_QUEUE, state["sid"], state, inputs)
    assert found["id"] == state["sid"]
    assert found["properties"] == state | {"maxReservedWorkers": 9, "taskOrder": "LIFO"}
    assert found["inputs"] == inputs | {"maxReservedWorkers": 9}
    diff = engine.diff(TASK_QUEUE, found["properties"], inputs)
    assert sorted(diff["diffs"]) == ["maxReservedWorkers", "taskOrder"]


def test_a_refresh_remembers_that_a_queue_was_adopted(
    engine: Engine, declared: dict[str, Any]
) -> None:
    inputs = declared | {"friendlyName": "Sales", "adoptExisting": True}
    state = engine.create(TASK_QUEUE, inputs)
    found = engine.read(TASK_QUEUE, state["sid"], state, inputs)
    assert found["properties"] == state
    assert found["inputs"] == inputs


def test_a_queue_that_is_gone_is_forgotten(
    engine: Engine, workspace: WorkspaceContext, declared: dict[str, Any]
) -> None:
    state = engine.create(TASK_QUEUE, declared)
    workspace.task_queues(state["sid"]).delete()
    # The engine imports what has properties, even empty ones.
    assert engine.read(TASK_QUEUE, state["sid"], state, declared) == {}


def test_an_import_gives_inputs_that_declare_the_queue_as_it_is(
    engine: Engine, twilio: RunningTwilio, workspace_sid: str
) -> None:
    support = twilio.centre.queues["Support"]
    found = engine.read(TASK_QUEUE, f"{workspace_sid}/{support}")
    assert found["id"] == support
    assert found["inputs"] == {
        "workspaceSid": workspace_sid,
        "friendlyName": "Support",
        "targetWorkers": 'routing.skills HAS "support"',
        "maxReservedWorkers": 1,
        "taskOrder": "FIFO",
    }
    assert found["properties"]["adopted"] is False
    assert engine.check(TASK_QUEUE, found["inputs"]) == {}
    assert engine.diff(TASK_QUEUE, found["properties"], found["inputs"])["changes"] == "DIFF_NONE"


@pytest.mark.parametrize("resource_id", ["Sales", WS, f"{WS}/WW{'0' * 32}", f"{WS}/", ""])
def test_an_import_of_something_else_says_what_an_id_looks_like(
    engine: Engine, twilio: RunningTwilio, resource_id: str
) -> None:
    with pytest.raises(Refused, match="expected the workspace's SID, a slash"):
        engine.read(TASK_QUEUE, resource_id)
    assert len(twilio.journal) == 0


def test_an_import_needs_the_workspace(engine: Engine) -> None:
    with pytest.raises(Refused, match="does not tell the workspace"):
        engine.read(TASK_QUEUE, "WQ" + "0" * 32)


# Delete


def test_delete_deletes_and_once_more_is_fine(
    engine: Engine, workspace: WorkspaceContext, declared: dict[str, Any]
) -> None:
    state = engine.create(TASK_QUEUE, declared)
    engine.delete(TASK_QUEUE, state)
    assert workspace.task_queues.list(friendly_name="Night") == []
    engine.delete(TASK_QUEUE, state)


def test_an_adopted_queue_is_left_where_it_was(
    engine: Engine, twilio: RunningTwilio, declared: dict[str, Any]
) -> None:
    state = engine.create(TASK_QUEUE, declared | {"friendlyName": "Sales", "adoptExisting": True})
    engine.delete(TASK_QUEUE, state)
    assert twilio.journal.matching("DELETE") == []


def test_what_a_replacement_has_adopted_is_not_deleted_with_the_original(
    engine: Engine, workspace: WorkspaceContext, declared: dict[str, Any]
) -> None:
    original = engine.create(TASK_QUEUE, declared)
    replacement = engine.create(TASK_QUEUE, declared | {"adoptExisting": True})
    assert replacement["sid"] == original["sid"]
    engine.delete(TASK_QUEUE, original)
    assert workspace.task_queues(original["sid"]).fetch().friendly_name == "Night"
