"""A sink whose destination holds a password, on a Twilio that does not show it."""

from typing import Any

from tests.provider.cases import CASES
from tests.provider.plugin_process import Engine, secret
from twilio_emulator.server import RunningTwilio

SINK = "twilio:events:Sink"


class Masked(dict[str, Any]):
    """Sinks that are shown without what is secret in their destinations, and with a default."""

    def __setitem__(self, sid: str, sink: dict[str, Any]) -> None:
        shown = sink["sink_configuration"] | {"destination": "https://***@example.com"}
        super().__setitem__(sid, sink | {"sink_configuration": shown | {"batch_events": False}})


def test_what_twilio_masks_leads_to_no_difference(engine: Engine, twilio: RunningTwilio) -> None:
    object.__setattr__(twilio.centre.account, "sinks", Masked())
    inputs = next(case for case in CASES if case.token == SINK).inputs(twilio)
    declared = secret(inputs["sinkConfiguration"])

    state = engine.create(SINK, inputs)
    read = engine.read(SINK, state["sid"], state, inputs)
    renamed = engine.update(SINK, state, inputs | {"description": "renamed"})

    assert state["sinkConfiguration"] == declared
    assert read["properties"]["sinkConfiguration"] == declared
    assert read["inputs"] == inputs | {"sinkConfiguration": declared}
    assert renamed["sinkConfiguration"] == declared
    for outputs in (state, read["properties"]):
        assert engine.diff(SINK, outputs, inputs)["changes"] == "DIFF_NONE"


def test_another_password_replaces_the_sink(engine: Engine, twilio: RunningTwilio) -> None:
    inputs = next(case for case in CASES if case.token == SINK).inputs(twilio)
    state = engine.create(SINK, inputs)
    destination = "https://me:another@example.com"

    changed = {"sinkConfiguration": inputs["sinkConfiguration"] | {"destination": destination}}
    found = engine.diff(SINK, state, inputs | changed)

    assert found["replaces"] == ["sinkConfiguration"]
    assert found["deleteBeforeReplace"] is True
