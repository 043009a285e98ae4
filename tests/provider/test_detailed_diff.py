"""What a preview shows of a changed object: the part that changed, by its path."""

import copy
import json
from typing import Any

import pytest
from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from tests.provider.plugin_process import UNKNOWN, WORKFLOW, Engine
from tests.provider.test_workflow import CONFIGURATION, DECLARED, STATE
from twilio_emulator.server import RunningTwilio

FIRST = "configuration.task_routing.filters[0]"


def changed(inputs: dict[str, Any], *path: Any, value: Any) -> dict[str, Any]:
    """Return inputs with another value at a path of the configuration."""
    copied = copy.deepcopy(inputs)
    place = copied["configuration"]
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return copied


def parts(engine: Engine, news: dict[str, Any], **known: Any) -> dict[str, Any]:
    given = {"before": DECLARED} | known
    found: dict[str, Any] = engine.diff(WORKFLOW, STATE, news, **given)["detailedDiff"]
    return found


FILTER = ("task_routing", "filters", 0)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ((*FILTER, "targets", 0, "timeout"), 60, {f"{FIRST}.targets[0].timeout": "UPDATE"}),
        ((*FILTER, "targets", 0, "skip_if"), "1==1", {f"{FIRST}.targets[0].skip_if": "ADD"}),
        ((*FILTER, "targets", 0, "queue"), UNKNOWN, {f"{FIRST}.targets[0].queue": "UPDATE"}),
        (
            ("task_routing", "filters"),
            [*CONFIGURATION["task_routing"]["filters"], {}],
            {"configuration.task_routing.filters[1]": "ADD"},
        ),
        (("task_routing", "filters"), [], {FIRST: "DELETE"}),
        ((*FILTER, "a.b"), 1, {f'{FIRST}["a.b"]': "ADD"}),
    ],
)
def test_only_the_changed_part_of_a_configuration_is_shown(
    process: Engine, path: tuple[Any, ...], value: Any, expected: dict[str, str]
) -> None:
    found = parts(process, changed(DECLARED, *path, value=value))
    assert {part: each.get("kind", "ADD") for part, each in found.items()} == expected
    assert all(each["inputDiff"] for each in found.values())


@pytest.mark.parametrize(
    "before",
    [
        None,
        DECLARED | {"configuration": json.dumps(CONFIGURATION)},
        changed(DECLARED, *FILTER, "expression", value="not what the state has"),
    ],
)
def test_a_configuration_that_cannot_be_compared_is_shown_whole(
    process: Engine, before: dict[str, Any] | None
) -> None:
    news = changed(DECLARED, *FILTER, "targets", 0, "timeout", value=60)
    assert set(parts(process, news, before=before)) == {"configuration"}


def test_one_changed_type_of_a_subscription_is_shown(process: Engine) -> None:
    old = {"description": "tasks", "sinkSid": "DG" + "0" * 32, "types": {"a.b": 1, "c.d": 1}}
    new = old | {"types": {"a.b": 2, "c.d": 1}}
    answer = process.diff("twilio:events:Subscription", old, new, before=old)
    assert list(answer["detailedDiff"]) == ['types["a.b"]']


def test_what_somebody_else_changed_is_found_in_the_part_that_changed(
    engine: Engine, workspace: WorkspaceContext, twilio: RunningTwilio
) -> None:
    queue = twilio.centre.queues["Everyone"]
    inputs = DECLARED | {"workspaceSid": twilio.centre.workspace_sid}
    inputs = changed(inputs, *FILTER, "targets", 0, "queue", value=queue)
    inputs = changed(inputs, "task_routing", "default_filter", value={"queue": queue})
    state = engine.create(WORKFLOW, inputs)
    outside = changed(inputs, *FILTER, "targets", 0, "timeout", value=5)
    workspace.workflows(state["sid"]).update(configuration=json.dumps(outside["configuration"]))

    found = engine.read(WORKFLOW, state["sid"], state, inputs)

    assert found["inputs"] == outside
    answer = engine.diff(WORKFLOW, found["properties"], inputs, before=found["inputs"])
    assert list(answer["detailedDiff"]) == [f"{FIRST}.targets[0].timeout"]
