"""Objects of which only the declared keys are managed: others write theirs."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from pulumi_twilio.added_keys import added, without
from pulumi_twilio.json_values import includes, merge, part
from tests.provider.cases import CASES, Case
from tests.provider.conftest import FOLDER
from tests.provider.plugin_process import Engine, Refused, started
from tests.provider.test_every_resource import plain
from twilio_emulator.server import RunningTwilio

MERGED = {"twilio:taskrouter:Worker": "attributes", "twilio:flex:Configuration": "uiAttributes"}
every_merged = pytest.mark.parametrize(
    "case", [case for case in CASES if case.token in MERGED], ids=lambda case: case.token
)


def at_twilio(case: Case, twilio: RunningTwilio, sid: str) -> dict[str, Any]:
    url = case.object_url(twilio, sid)
    found = requests.get(url, auth=twilio.centre.api_key, timeout=5).json()
    value = found["ui_attributes"] if case.is_single else json.loads(found["attributes"])
    return dict(value)


def write(case: Case, twilio: RunningTwilio, sid: str, value: dict[str, Any]) -> None:
    """Write as another client would, which Pulumi learns of at the next refresh at the soonest."""
    if case.is_single:
        twilio.centre.account.changed_settings["flex"]["ui_attributes"] = value
    else:
        workers = twilio.centre.workspace.tables.workers
        object.__setattr__(workers[sid], "attributes", json.dumps(value))


@every_merged
def test_what_others_have_written_stays(engine: Engine, twilio: RunningTwilio, case: Case) -> None:
    name, inputs = MERGED[case.token], case.inputs(twilio)
    state = plain(engine.create(case.token, inputs))
    sid = state["sid"]
    write(case, twilio, sid, at_twilio(case, twilio, sid) | {"others": {"a": 1}})
    news = inputs | {name: {"mine": True}}
    engine.update(case.token, state, news)
    assert at_twilio(case, twilio, sid) == inputs[name] | {"others": {"a": 1}, "mine": True}


@every_merged
def test_what_others_have_written_is_no_difference(
    engine: Engine, twilio: RunningTwilio, case: Case
) -> None:
    inputs = case.inputs(twilio)
    state = plain(engine.create(case.token, inputs))
    write(case, twilio, state["sid"], at_twilio(case, twilio, state["sid"]) | {"others": 1})
    read = engine.read(case.token, state["sid"], state, inputs)
    assert read["inputs"] == inputs
    assert engine.diff(case.token, read["properties"], inputs)["changes"] == "DIFF_NONE"


@every_merged
def test_a_declared_key_that_others_have_changed_is_found(
    engine: Engine, twilio: RunningTwilio, case: Case
) -> None:
    name, inputs = MERGED[case.token], case.inputs(twilio)
    state = plain(engine.create(case.token, inputs))
    write(case, twilio, state["sid"], {"others": 1, **dict.fromkeys(inputs[name], "theirs")})
    read = engine.read(case.token, state["sid"], state, inputs)
    assert read["inputs"][name] == dict.fromkeys(inputs[name], "theirs")
    answer = engine.diff(case.token, read["properties"], inputs, before=read["inputs"])
    assert list(answer["detailedDiff"]) == [f"{name}.{key}" for key in inputs[name]]


FLEX = "twilio:flex:Configuration"
MINE = {"endpoint": "https://one.example.com", "handOver": ["now"]}


Read = Callable[[], dict[str, Any]]


@pytest.fixture(scope="module")
def other_process(errors: Path) -> Iterator[Engine]:
    """The provider of a later command: one that adopts an object does not delete it."""
    with started(FOLDER, errors, {"PATH": os.environ["PATH"]}) as engine:
        yield engine


@pytest.fixture
def later(other_process: Engine, twilio: RunningTwilio) -> Engine:
    """That provider, configured for the emulated Twilio."""
    centre = twilio.centre
    credentials = {"accountSid": centre.account_sid, "authToken": centre.auth_token}
    other_process.configure(**credentials, baseUrl=twilio.base_url)
    return other_process


@pytest.fixture
def flex(twilio: RunningTwilio) -> Iterator[Read]:
    """Read Flex's `ui_attributes`, which have what others wrote."""
    changed = twilio.centre.account.changed_settings
    changed["flex"] = {"ui_attributes": {"theme": {"dark": True}, "others": [1]}}
    yield lambda: dict(changed["flex"]["ui_attributes"])
    del changed["flex"]


def test_a_deletion_takes_out_the_keys_that_were_added_alone(
    engine: Engine, later: Engine, flex: Read
) -> None:
    state = engine.create(FLEX, {"uiAttributes": {"mine": MINE}})
    assert flex() == {"theme": {"dark": True}, "others": [1], "mine": MINE}
    # The account's settings of Conversations have the same SID.
    settings = later.create("twilio:conversations:Configuration", {})
    assert settings["sid"] == state["sid"]
    read = engine.read(FLEX, state["sid"], state, {"uiAttributes": {"mine": MINE}})

    later.delete(FLEX, read["properties"])

    assert flex() == {"theme": {"dark": True}, "others": [1]}


def test_a_key_that_was_there_before_stays(
    engine: Engine, later: Engine, twilio: RunningTwilio, flex: Read
) -> None:
    state = engine.create(FLEX, {"uiAttributes": {"theme": {"dark": False}}})
    twilio.journal.clear()

    later.delete(FLEX, state)

    assert flex() == {"theme": {"dark": False}, "others": [1]}
    assert not twilio.journal.matching("POST")


def test_a_key_that_another_stack_has_written_since_stays(
    engine: Engine, later: Engine, flex: Read
) -> None:
    first = engine.create(FLEX, {"uiAttributes": {"mine": MINE}})
    theirs = MINE | {"endpoint": "https://two.example.com"}
    second = engine.create(FLEX, {"uiAttributes": {"mine": theirs}})

    later.delete(FLEX, first)
    assert flex()["mine"] == theirs
    later.delete(FLEX, second)  # it was there before

    assert flex()["mine"] == theirs


def test_a_key_that_an_update_has_added_is_taken_out_too(
    engine: Engine, later: Engine, flex: Read
) -> None:
    created = engine.create(FLEX, {"uiAttributes": {"mine": MINE}})
    news = {"uiAttributes": {"mine": MINE | {"handOver": []}, "more": 1, "others": [2]}}
    updated = engine.update(FLEX, created, news)

    later.delete(FLEX, updated)

    assert flex() == {"theme": {"dark": True}, "others": [2]}


def test_a_key_that_twilio_keeps_is_said(
    engine: Engine, later: Engine, flex: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = engine.create(FLEX, {"uiAttributes": {"mine": MINE}})
    kept = {"ui_attributes": flex()}
    monkeypatch.setattr(
        "twilio_emulator.flex.settings_routes._change",
        lambda account, name, _: account.changed_settings[name].update(kept),
    )

    with pytest.raises(Refused, match="could not take mine out of the configuration of Flex"):
        later.delete(FLEX, state)


def test_what_is_added_and_left_is_told_without_twilio() -> None:
    assert added({"a": 1, "b": 2}, {"b": 0}, ()) == ["a"]
    assert added({"a": 1}, {"a": 1}, ["a", "gone"]) == ["a"]
    assert added('{"a": 1}', "no JSON", ()) == ["a"]
    assert without({"a": 1, "b": 2}, {"a": 1}, ["a"]) == {"b": 2}
    assert without({"a": 3}, {"a": 1}, ["a"]) is None
    assert without({}, {"a": 1}, ["a"]) is None


def test_a_worker_that_is_looked_up_has_its_attributes(
    engine: Engine, twilio: RunningTwilio
) -> None:
    place = {"workspaceSid": twilio.centre.workspace_sid}
    found = engine.invoke("twilio:taskrouter:getWorker", **place, friendlyName="ana@example.com")
    assert json.loads(found["attributes"])["contact_uri"] == "client:ana_40example_2Ecom"


def test_lists_are_replaced_and_objects_merged() -> None:
    found = {"routing": {"skills": ["a", "b"], "levels": {"a": 1}}, "email": "x"}
    declared = {"routing": {"skills": ["c"]}}
    assert merge(found, json.dumps(declared)) == {
        "routing": {"skills": ["c"], "levels": {"a": 1}},
        "email": "x",
    }
    assert part(json.dumps(found), declared) == {"routing": {"skills": ["a", "b"]}}
    assert not includes(found, declared)
    assert includes(merge(found, declared), declared)
