"""Task queues over gRPC: preview, and the life of a queue at Twilio."""

from typing import Any

import pytest
from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from tests.provider.plugin_process import TASK_QUEUE, UNKNOWN, Engine, Refused
from twilio_emulator.server import RunningTwilio

WS = "WS" + "0" * 32
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
    assert message.index("`aliases`") < message.index("set adoptExisting")
    assert f"pulumi import {TASK_QUEUE} mine {declared['workspaceSid']}/{sales}" in message
    assert twilio.journal.matching("POST") == []


def test_a_queue_in_a_component_is_created_like_any_other(
    engine: Engine, declared: dict[str, Any]
) -> None:
    # The engine puts the component's type before the resource's own.
    outputs = engine.create(f"project:index:Routing${TASK_QUEUE}", declared)

    assert outputs["friendlyName"] == declared["friendlyName"]


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
    with pytest.raises(Refused, match="already has the task queue 'Sales'") as refused:
        engine.update(TASK_QUEUE, state, declared | {"friendlyName": "Sales"})
    assert f"{state['sid']} cannot take that name" in str(refused.value)
    assert "pulumi import" not in str(refused.value)
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
    # Adopted by another run of the provider: this one has only the state to tell.
    state = engine.create(TASK_QUEUE, declared) | {"adopted": True}
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


def test_what_another_resource_of_the_program_has_is_not_deleted(
    engine: Engine, workspace: WorkspaceContext, declared: dict[str, Any]
) -> None:
    """As after a resource was renamed in the program and imported under its new name."""
    state = engine.create(TASK_QUEUE, declared)
    engine.diff(TASK_QUEUE, state, declared, name="renamed")
    engine.delete(TASK_QUEUE, state)
    assert workspace.task_queues(state["sid"]).fetch().friendly_name == "Night"


def test_what_a_renamed_resource_replaces_is_deleted(
    engine: Engine, workspace: WorkspaceContext, declared: dict[str, Any]
) -> None:
    state = engine.create(TASK_QUEUE, declared)
    engine.diff(TASK_QUEUE, state, declared | {"workspaceSid": WS}, name="renamed")
    engine.delete(TASK_QUEUE, state)
    assert workspace.task_queues.list(friendly_name="Night") == []
