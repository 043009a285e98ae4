"""What is declared is what Twilio has after `up`: every property, with the values it may have."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from pulumi_twilio.declaration import Property
from pulumi_twilio.provider import RESOURCES
from tests.provider.cases import CASES, Case, Inputs
from tests.provider.conftest import FOLDER
from tests.provider.plugin_process import TASK_QUEUE, Engine, Refused, started
from tests.provider.test_every_resource import changes, plain
from tests.sampling import SEED, examples
from twilio_emulator.seed import contact_centre
from twilio_emulator.server import RunningTwilio, serve

# Texts that a careless client changes on the way: as a form, as JSON, by stripping or by encoding.
TEXTS = ("", "Größe + 100 % & more; a=b", "日本語", "null", "0", '"quoted"', "C:\\x", "a" * 60)
NUMBERS = (0, 1, 2, 50, 100, 86_400)


def values_of(property: Property, *known: Any) -> list[Any]:  # noqa: A002 - Pulumi's name for it
    """Return values that a property takes: those that are known, and others of its type."""
    others: dict[str, tuple[Any, ...]] = {
        "string": TEXTS,
        "integer": NUMBERS,
        "boolean": (False, True),
    }
    tried = [*known, *others.get(property.shape.schema.get("type", ""), ())]
    return [value for value in tried if value is not None and not list(property.shape.wrong(value))]


def declarations(case: Case, twilio: RunningTwilio) -> st.SearchStrategy[Inputs]:
    """Return inputs of a resource: what it needs, and any of the other properties."""
    first = case.inputs(twilio)
    known = RESOURCES[case.token].declaration.managed
    values = {
        each.name: st.sampled_from(
            values_of(each, first.get(each.name), case.updates.get(each.name))
        )
        for each in known
        if each.name in case.updates and (case.creates or each.name != case.key)
    }
    needed = {each.name for each in known if each.required}
    required = {
        name: values.get(name, st.just(value)) for name, value in first.items() if name in needed
    }
    optional = {name: value for name, value in values.items() if name not in needed}
    return st.fixed_dictionaries(required, optional=optional)


def at_twilio(case: Case, twilio: RunningTwilio, sid: str) -> dict[str, Any]:
    """Return the properties of an object as Twilio's own answer has them."""
    declared = RESOURCES[case.token].declaration
    url = case.object_url(twilio, sid)
    answer = requests.get(url, auth=twilio.centre.api_key, timeout=5).json()
    if declared.collection:
        below = requests.get(
            url + declared.collection.path, auth=twilio.centre.api_key, timeout=5
        ).json()
        answer[declared.collection.name] = below[below["meta"]["key"]]
    return {each.name: each.read(answer) for each in declared.managed}


def assert_is_as_declared(case: Case, found: dict[str, Any], inputs: Inputs) -> None:
    for each in RESOURCES[case.token].declaration.managed:
        if each.name == "workspaceSid" or each.name not in inputs:
            continue
        value, at_twilio = inputs[each.name], found[each.name]
        # Empty and absent are one if the default is empty.
        same = value == "" if at_twilio is None else each.same(at_twilio, each.to_output(value))
        assert same, (each.name, at_twilio, value)


@pytest.fixture(scope="module")
def engine_of_values(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with started(FOLDER, tmp_path_factory.mktemp("values") / "stderr", {}) as engine:
        yield engine


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.token)
@pytest.mark.parametrize("ignores_empty", [False, True])
def test_what_is_declared_is_what_twilio_has(
    engine_of_values: Engine, case: Case, ignores_empty: bool
) -> None:
    with serve(contact_centre()) as twilio:
        twilio.centre.account.settings.ignores_empty_target_workers = ignores_empty
        engine_of_values.configure(
            accountSid=twilio.centre.account_sid,
            authToken=twilio.centre.auth_token,
            baseUrl=twilio.base_url,
        )
        declared = declarations(case, twilio)

        @seed(int(SEED))
        @settings(
            max_examples=examples(8),
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        )
        @given(first=declared, second=declared)
        def lives(first: Inputs, second: Inputs) -> None:
            state = plain(engine_of_values.create(case.token, first))
            assert_is_as_declared(case, at_twilio(case, twilio, state["sid"]), first)
            assert changes(engine_of_values, case, state, first) == []
            state = plain(engine_of_values.update(case.token, state, second))
            assert_is_as_declared(case, at_twilio(case, twilio, state["sid"]), second)
            assert changes(engine_of_values, case, state, second) == []
            engine_of_values.delete(case.token, state)

        lives()


def test_an_empty_target_workers_is_sent(
    engine: Engine, twilio: RunningTwilio, workspace_sid: str
) -> None:
    inputs = {"workspaceSid": workspace_sid, "friendlyName": "Night", "targetWorkers": ""}
    state = engine.create(TASK_QUEUE, inputs)
    (posted,) = twilio.journal.matching("POST", "TaskQueues$")
    assert posted.form == {"FriendlyName": "Night", "TargetWorkers": ""}
    assert state["targetWorkers"] == ""
    assert engine.read(TASK_QUEUE, state["sid"], state, inputs)["properties"] == state
    assert engine.diff(TASK_QUEUE, state, inputs)["changes"] == "DIFF_NONE"
    everyone = {name: value for name, value in inputs.items() if name != "targetWorkers"}
    assert engine.diff(TASK_QUEUE, state, everyone)["diffs"] == ["targetWorkers"]
    eligible = {"workspaceSid": workspace_sid, "taskQueueSid": state["sid"]}
    assert engine.invoke("twilio:taskrouter:getWorkers", **eligible)["workers"] == []


def test_a_queue_that_cannot_be_made_empty_is_not_left_behind(
    engine: Engine, twilio: RunningTwilio, workspace_sid: str
) -> None:
    twilio.centre.account.settings.ignores_empty_target_workers = True
    twilio.faults.status(400, method="POST", path="TaskQueues/WQ")
    inputs = {"workspaceSid": workspace_sid, "friendlyName": "Night", "targetWorkers": ""}
    with pytest.raises(Refused, match="could not update the task queue"):
        engine.create(TASK_QUEUE, inputs)
    case = next(case for case in CASES if case.token == TASK_QUEUE)
    assert "Night" not in [each["friendly_name"] for each in case.objects(twilio)]
