"""Objects of which only the declared keys are managed: others write theirs."""

import json
from typing import Any

import pytest
import requests

from pulumi_twilio.json_values import includes, merge, part
from tests.provider.cases import CASES, Case
from tests.provider.plugin_process import Engine
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
