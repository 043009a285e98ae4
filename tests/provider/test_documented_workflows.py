"""Each workflow of Twilio's pages can be declared, refreshed and imported without a difference."""

import json
from typing import Any

import pytest

from emulator.documented_workflows import DOCUMENTS, REFUSED, Document, with_sids
from tests.provider.plugin_process import WORKFLOW, Engine
from twilio_emulator.server import RunningTwilio


def declared(twilio: RunningTwilio, configuration: Any) -> dict[str, Any]:
    return {
        "workspaceSid": twilio.centre.workspace_sid,
        "friendlyName": "Documented",
        "configuration": configuration,
    }


@pytest.mark.parametrize("as_text", [True, False])
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_a_documented_workflow_shows_no_difference(
    engine: Engine, twilio: RunningTwilio, document: Document, as_text: bool
) -> None:
    text = document.configuration(twilio.centre)
    inputs = declared(twilio, text if as_text else json.loads(text))
    assert engine.check(WORKFLOW, inputs) == {}
    state = engine.create(WORKFLOW, inputs)
    assert engine.diff(WORKFLOW, state, inputs)["changes"] == "DIFF_NONE"
    found = engine.read(WORKFLOW, state["sid"], state, inputs)
    assert engine.diff(WORKFLOW, found["properties"], found["inputs"])["changes"] == "DIFF_NONE"
    assert engine.diff(WORKFLOW, found["properties"], inputs)["changes"] == "DIFF_NONE"
    imported = engine.read(WORKFLOW, f"{twilio.centre.workspace_sid}/{state['sid']}")
    assert engine.check(WORKFLOW, imported["inputs"]) == {}
    kept = engine.diff(WORKFLOW, imported["properties"], imported["inputs"])
    assert kept["changes"] == "DIFF_NONE"


@pytest.mark.parametrize(
    "each",
    [each for name, each in REFUSED.items() if name != "a queue that does not exist"],
    ids=lambda each: each["expression"],
)
def test_what_taskrouter_would_not_take_is_refused_at_the_check(
    engine: Engine, twilio: RunningTwilio, each: dict[str, Any]
) -> None:
    text = with_sids(json.dumps({"task_routing": {"filters": [each]}}), twilio.centre)
    failures = engine.check(WORKFLOW, declared(twilio, json.loads(text)))
    assert len(failures) == 1
