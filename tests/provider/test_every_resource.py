"""The life of an object over gRPC, the same for every resource."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pulumi_twilio.added_keys import ADDED
from pulumi_twilio.provider import RESOURCES
from tests.provider.cases import CASES, Case
from tests.provider.plugin_process import UNKNOWN, Engine, Refused, secret
from twilio_emulator.faults import Fault
from twilio_emulator.server import RunningTwilio

DOCUMENTS = os.environ.get("TWILIO_OPENAPI")
every = pytest.mark.parametrize("case", CASES, ids=lambda case: case.token)
every_named = pytest.mark.parametrize(
    "case", [case for case in CASES if case.key], ids=lambda case: case.token
)
every_created = pytest.mark.parametrize(
    "case", [case for case in CASES if case.creates], ids=lambda case: case.token
)
every_change = pytest.mark.parametrize(
    ("case", "name"),
    [(case, name) for case in CASES for name in case.updates],
    ids=lambda part: getattr(part, "token", part),
)


def changes(engine: Engine, case: Case, state: dict[str, Any], inputs: dict[str, Any]) -> list[str]:
    return sorted(engine.diff(case.token, state, inputs).get("diffs", []))


def plain(value: Any) -> Any:
    """Return values without the marks of secrets."""
    if isinstance(value, dict) and "value" in value and len(value) == 2:
        return value["value"]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value


def test_there_is_a_case_for_every_property_of_every_resource() -> None:
    assert {case.token for case in CASES} == set(RESOURCES)
    for case in CASES:
        tried = {*case.updates, *case.fixed, "adoptExisting"}
        known = {each.name for each in RESOURCES[case.token].declaration.properties}
        assert known - tried == set(), case.token


@every
def test_what_was_created_is_as_declared(engine: Engine, twilio: RunningTwilio, case: Case) -> None:
    inputs = case.inputs(twilio)
    assert engine.check(case.token, inputs) == {}
    state = engine.create(case.token, inputs)
    assert state["adopted"] is not case.creates
    assert [each["sid"] for each in case.objects(twilio)].count(state["sid"]) == 1
    assert changes(engine, case, state, inputs) == []
    found = engine.read(case.token, state["sid"], state, inputs)
    assert plain(found["properties"]) == plain(state)
    assert plain(found["inputs"]) == inputs


@every_change
def test_a_changed_property_is_the_only_one_that_changes(
    engine: Engine, twilio: RunningTwilio, case: Case, name: str
) -> None:
    before = case.inputs(twilio)
    state = plain(engine.create(case.token, before))
    inputs = before | {name: case.updates[name]}
    assert changes(engine, case, state, inputs) == [name]
    assert "replaces" not in engine.diff(case.token, state, inputs)
    preview = plain(engine.update(case.token, state, inputs, preview=True))
    updated = plain(engine.update(case.token, state, inputs))
    assert managed(updated) == managed(preview)
    assert {key for key in managed(updated) if updated[key] != state.get(key)} == {name}
    assert changes(engine, case, updated, inputs) == []
    found = engine.read(case.token, state["sid"], updated, inputs)
    assert plain(found["properties"]) == updated


@every
def test_an_outside_change_is_found_and_undone(
    engine: Engine, twilio: RunningTwilio, case: Case
) -> None:
    inputs = case.inputs(twilio)
    state = plain(engine.create(case.token, inputs))
    for name in case.parameters:
        case.change_outside(twilio, state["sid"], name)
    found = plain(engine.read(case.token, state["sid"], state, inputs)["properties"])
    assert changes(engine, case, found, inputs) == sorted(case.parameters)
    restored = plain(engine.update(case.token, found, inputs))
    assert restored == state


def managed(properties: dict[str, Any]) -> dict[str, Any]:
    """The properties without the record of the keys that an update has added."""
    return {name: value for name, value in properties.items() if name != ADDED}


@every
def test_an_import_declares_the_object_as_it_is(
    engine: Engine, twilio: RunningTwilio, case: Case
) -> None:
    state = engine.create(case.token, case.inputs(twilio))
    place = f"{state['workspaceSid']}/" if "workspaceSid" in state else ""
    found = plain(engine.read(case.token, f"{place}{state['sid']}"))
    assert found["id"] == state["sid"]
    assert found["properties"] == managed(plain(state))
    assert engine.check(case.token, found["inputs"]) == {}
    assert changes(engine, case, found["properties"], found["inputs"]) == []


@every
def test_an_import_by_another_id_says_what_one_looks_like(engine: Engine, case: Case) -> None:
    with pytest.raises(Refused, match=r"is not the id of a .*, such as"):
        engine.read(case.token, "mine")


@every_created
def test_a_fixed_property_needs_another_object(
    engine: Engine, twilio: RunningTwilio, case: Case
) -> None:
    inputs = case.inputs(twilio)
    state = plain(engine.create(case.token, inputs))
    for name, value in case.fixed.items():
        if name == "addressCountry":
            state["addressCountry"] = "ES"
        answer = engine.diff(case.token, state, inputs | {name: value})
        assert answer["replaces"] == [name]
        in_the_way = name not in {case.key, "workspaceSid"}
        assert answer.get("deleteBeforeReplace", False) is in_the_way


@every_created
def test_a_deleted_object_is_gone_and_stays_gone(
    engine: Engine, twilio: RunningTwilio, case: Case
) -> None:
    inputs = case.inputs(twilio)
    state = engine.create(case.token, inputs)
    engine.delete(case.token, state)
    assert state["sid"] not in [each["sid"] for each in case.objects(twilio)]
    assert engine.read(case.token, state["sid"], state, inputs) == {}
    engine.delete(case.token, state)


@every_created
def test_an_existing_object_is_refused_or_adopted(
    engine: Engine, twilio: RunningTwilio, case: Case
) -> None:
    inputs = case.inputs(twilio)
    state = plain(engine.create(case.token, inputs))
    count = len(case.objects(twilio))
    place = f"{state['workspaceSid']}/" if "workspaceSid" in state else ""
    with pytest.raises(Refused, match=f"pulumi import {case.token} mine {place}{state['sid']}"):
        engine.create(case.token, inputs)
    adopted = plain(engine.create(case.token, inputs | {"adoptExisting": True}))
    assert adopted == state | {"adopted": True}
    engine.delete(case.token, adopted)
    assert len(case.objects(twilio)) == count


@every
def test_a_preview_passes_on_what_is_not_known(
    engine: Engine, twilio: RunningTwilio, case: Case
) -> None:
    inputs = case.inputs(twilio)
    twilio.journal.clear()
    for name in inputs:
        given = inputs | {name: UNKNOWN}
        assert engine.check(case.token, given) == {}
        assert plain(engine.create(case.token, given, preview=True)[name]) == UNKNOWN
    assert len(twilio.journal) == 0


@every_created
@pytest.mark.parametrize("status", [401, 404, 409, 500])
def test_a_refused_creation_is_one_line_and_is_not_repeated(
    engine: Engine, twilio: RunningTwilio, case: Case, status: int
) -> None:
    inputs = case.inputs(twilio)
    before = len(case.objects(twilio))
    twilio.journal.clear()
    twilio.faults.status(status, method="POST")
    with pytest.raises(Refused, match=rf"^could not create the .* \(HTTP {status}\)") as refused:
        engine.create(case.token, inputs)
    assert "\n" not in str(refused.value)
    assert len(twilio.journal.matching("POST")) == 1
    assert len(case.objects(twilio)) == before


@every_created
def test_a_creation_that_was_turned_away_is_sent_again(
    engine: Engine, twilio: RunningTwilio, case: Case
) -> None:
    inputs = case.inputs(twilio)
    twilio.journal.clear()
    twilio.faults.status(429, method="POST", retry_after=0)
    engine.create(case.token, inputs)
    assert [entry.status for entry in twilio.journal.matching("POST")] == [429, 201]


@every_created
def test_a_creation_whose_answer_was_lost_is_found(
    engine: Engine, twilio: RunningTwilio, case: Case
) -> None:
    inputs = case.inputs(twilio)
    twilio.journal.clear()
    twilio.faults.add(Fault("status", method="POST", status=502, takes_effect=True))
    state = engine.create(case.token, inputs)
    assert state["adopted"] is False
    assert changes(engine, case, plain(state), inputs) == []
    assert len(twilio.journal.matching("POST")) == 1


# What only some of them have


def test_a_default_activity_is_forgotten_when_twilio_keeps_it(
    engine: Engine, twilio: RunningTwilio, workspace_sid: str
) -> None:
    token = "twilio:taskrouter:Activity"
    offline = twilio.centre.workspace.default_activity_sid
    found = engine.read(token, f"{workspace_sid}/{offline}")
    assert found["properties"]["adopted"] is False
    engine.delete(token, found["properties"])
    assert twilio.journal.matching("DELETE")[-1].status == 400
    in_use = twilio.centre.worker("ana").activity_sid
    found = engine.read(token, f"{workspace_sid}/{in_use}")
    with pytest.raises(Refused, match="could not delete the activity"):
        engine.delete(token, found["properties"])


@pytest.mark.parametrize("status", [400, 403])
def test_a_predefined_task_channel_is_forgotten_when_twilio_keeps_it(
    engine: Engine, twilio: RunningTwilio, workspace_sid: str, status: int
) -> None:
    token = "twilio:taskrouter:TaskChannel"
    sid = twilio.centre.workspace.channel("voice").sid
    imported = engine.read(token, f"{workspace_sid}/{sid}")["properties"]
    twilio.faults.status(status, method="DELETE")
    engine.delete(token, imported)
    other = {"workspaceSid": workspace_sid, "uniqueName": "letter", "friendlyName": "Letters"}
    made = engine.create(token, other)
    twilio.faults.status(status, method="DELETE")
    with pytest.raises(Refused, match="could not delete the task channel"):
        engine.delete(token, made)


@every_created
def test_what_is_left_at_twilio_from_now_on_is_not_deleted(
    engine: Engine, twilio: RunningTwilio, case: Case
) -> None:
    inputs = case.inputs(twilio)
    state = plain(engine.create(case.token, inputs))
    news = inputs | {"adoptExisting": True}
    assert engine.diff(case.token, state, news, before=inputs)["diffs"] == ["adoptExisting"]
    preview = plain(engine.update(case.token, state, news, preview=True, before=inputs))
    left = plain(engine.update(case.token, state, news, before=inputs))
    assert left == preview == state | {"adopted": True}
    assert engine.diff(case.token, left, news, before=news)["changes"] == "DIFF_NONE"
    engine.delete(case.token, left)
    assert state["sid"] in [each["sid"] for each in case.objects(twilio)]


@every_created
def test_what_was_created_for_want_of_an_existing_object_is_deleted(
    engine: Engine, twilio: RunningTwilio, case: Case
) -> None:
    inputs = case.inputs(twilio) | {"adoptExisting": True}
    state = plain(engine.create(case.token, inputs))
    assert engine.diff(case.token, state, inputs, before=inputs)["changes"] == "DIFF_NONE"
    updated = plain(engine.update(case.token, state, inputs, before=inputs))
    assert updated["adopted"] is False
    engine.delete(case.token, updated)
    assert state["sid"] not in [each["sid"] for each in case.objects(twilio)]


@pytest.mark.parametrize("name", [" Night", "Night ", "\tNight"])
@every_named
def test_a_name_with_spaces_around_it_is_refused(
    engine: Engine, twilio: RunningTwilio, case: Case, name: str
) -> None:
    failures = engine.check(case.token, case.inputs(twilio) | {case.key: name})
    assert list(failures) == [case.key]
    assert "without spaces around it" in failures[case.key]


@pytest.mark.parametrize("name", ["uniqueName", "friendlyName"])
def test_a_task_channel_has_no_hyphen(process: Engine, name: str) -> None:
    inputs = {"workspaceSid": "WS" + "0" * 32, "uniqueName": "a", "friendlyName": "b"}
    failures = process.check("twilio:taskrouter:TaskChannel", inputs | {name: "a-b"})
    assert "without hyphens" in failures[name]


def test_the_order_of_an_events_filter_is_no_change(engine: Engine) -> None:
    token = "twilio:taskrouter:Workspace"
    inputs = {"friendlyName": "Flex Task Assignment", "eventsFilter": "task.created,task.updated"}
    state = engine.create(token, inputs)
    again = inputs | {"eventsFilter": "task.updated, task.created"}
    assert engine.diff(token, state, again)["changes"] == "DIFF_NONE"
    other = inputs | {"eventsFilter": "task.created"}
    assert engine.diff(token, state, other)["diffs"] == ["eventsFilter"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("task.create", "task.created"),
        ("worker.activity.updated", "worker.activity.update"),
        ("reservation.cancelled", "reservation.canceled"),
        ("an.event.of.next.year", None),
    ],
)
def test_a_misspelt_event_of_a_filter_is_named(
    process: Engine, name: str, meant: str | None
) -> None:
    inputs = {"friendlyName": "Flex Task Assignment", "eventsFilter": f"task.updated,{name}"}
    failures = process.check("twilio:taskrouter:Workspace", inputs)
    assert list(failures) == (["eventsFilter"] if meant else [])
    assert f"{meant!r} is" in str(failures) or meant is None


def test_the_default_task_channel_is_forgotten_when_twilio_keeps_it(
    engine: Engine, twilio: RunningTwilio, workspace_sid: str
) -> None:
    token = "twilio:taskrouter:TaskChannel"
    sid = twilio.centre.workspace.channel("default").sid
    engine.delete(token, engine.read(token, f"{workspace_sid}/{sid}")["properties"])
    assert twilio.journal.matching("DELETE")[-1].status == 400


def test_an_activity_of_other_availability_is_not_adopted(
    engine: Engine, workspace_sid: str
) -> None:
    given = {"workspaceSid": workspace_sid, "friendlyName": "Break", "adoptExisting": True}
    with pytest.raises(Refused, match="another available, which cannot be changed"):
        engine.create("twilio:taskrouter:Activity", given | {"available": True})


def test_an_unknown_workspace_is_not_created(engine: Engine, twilio: RunningTwilio) -> None:
    with pytest.raises(Refused, match="the account has no workspace 'Mine'"):
        engine.create("twilio:taskrouter:Workspace", {"friendlyName": "Mine"})
    assert twilio.journal.matching("POST") == []


def test_a_workspace_is_never_deleted(engine: Engine, twilio: RunningTwilio) -> None:
    token = "twilio:taskrouter:Workspace"
    imported = engine.read(token, twilio.centre.workspace_sid)["properties"]
    assert imported["adopted"] is True
    engine.delete(token, imported)
    assert twilio.journal.matching("DELETE") == []


def test_a_sinks_configuration_stays_secret(engine: Engine, twilio: RunningTwilio) -> None:
    case = next(case for case in CASES if case.token == "twilio:events:Sink")
    inputs = case.inputs(twilio)
    hidden = secret(inputs["sinkConfiguration"])
    state = engine.create(case.token, inputs)
    assert state["sinkConfiguration"] == hidden
    found = engine.read(case.token, state["sid"])
    assert found["properties"]["sinkConfiguration"] == hidden
    assert found["inputs"]["sinkConfiguration"] == hidden
    assert engine.checked(case.token, inputs)["sinkConfiguration"] == hidden


@pytest.mark.skipif(DOCUMENTS is None, reason="TWILIO_OPENAPI names no folder")
@every
def test_requests_are_as_documented(engine: Engine, twilio: RunningTwilio, case: Case) -> None:
    inputs = case.inputs(twilio)
    twilio.journal.clear()
    state = plain(engine.create(case.token, inputs))
    state = plain(engine.update(case.token, state, inputs | dict(case.updates)))
    engine.read(case.token, state["sid"], state, inputs)
    engine.delete(case.token, state)
    methods = set()
    for entry in twilio.journal:
        product, version, below = entry.path.strip("/").split("/", 2)
        product = {"flex-api": "flex"}.get(product, product)
        path = Path(str(DOCUMENTS)) / f"twilio_{product}_{version}.json"
        document = json.loads(path.read_text())
        operation = operation_of(document, entry.method, f"/{version}/{below}")
        methods.add(entry.method)
        queries = {each["name"] for each in operation.get("parameters", [])}
        assert set(entry.query) <= queries
        content = operation.get("requestBody", {}).get("content", {})
        if case.in_json and entry.method == "POST":
            # The document leaves the properties of the configuration open.
            assert list(content) == ["application/json"]
            continue
        form = content.get("application/x-www-form-urlencoded", {}).get("schema", {})
        assert set(entry.form) <= set(form.get("properties", {})), entry
        assert set(form.get("required", [])) <= set(entry.form), entry
    assert methods == ({"GET", "POST", "DELETE"} if case.creates else {"GET", "POST"})


def operation_of(document: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    """Return the operation of a document whose path fits."""
    given = path.split("/")
    for template, operations in document["paths"].items():
        parts = template.split("/")
        fits = len(parts) == len(given) and all(
            part.startswith("{") or part == name for part, name in zip(parts, given, strict=True)
        )
        if fits and method.lower() in operations:
            found: dict[str, Any] = operations[method.lower()]
            return found
    raise AssertionError(f"no operation {method} {path}")
