"""A sink whose destination holds a password, on a Twilio that does not show it."""

from typing import Any

import pytest

from local.twilio.server import RunningTwilio
from pulumi_twilio.events.sink import may_be
from tests.provider.cases import CASES
from tests.provider.plugin_process import Engine, secret

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


DECLARED = {"destination": "https://me:hush@example.com/events", "method": "POST", "batch": True}


@pytest.mark.parametrize(
    ("shown", "may_be_declared"),
    [
        ({}, True),
        ({"destination": "https://me:hush@example.com/events"}, True),
        ({"destination": "https://***@example.com/events"}, True),
        ({"destination": "https://me:xxxx@example.com/events"}, True),
        ({"destination": "https://example.com/events"}, True),
        ({"destination": "********"}, True),
        ({"batch": "true"}, True),
        ({"destination": "https://me:another@example.com/events"}, False),
        ({"destination": "https://you:hush@example.com/events"}, False),
        ({"destination": "https://me:***@example.net/events"}, False),
        ({"destination": "https://example.com/others"}, False),
        ({"destination": "https://["}, False),
        ({"method": "GET"}, False),
        ({"batch": False}, False),
    ],
)
def test_what_twilio_shows_is_compared_without_what_it_masks(
    shown: dict[str, Any], may_be_declared: bool
) -> None:
    assert may_be(shown, DECLARED) is may_be_declared


def test_a_sink_that_was_changed_at_twilio_is_replaced_after_a_refresh(
    engine: Engine, twilio: RunningTwilio
) -> None:
    inputs = next(case for case in CASES if case.token == SINK).inputs(twilio)
    state = engine.create(SINK, inputs)
    (sink,) = twilio.centre.account.sinks.values()
    sink["sink_configuration"]["destination"] = "https://me:another@example.com"

    read = engine.read(SINK, state["sid"], state, inputs)

    assert engine.diff(SINK, read["properties"], inputs)["replaces"] == ["sinkConfiguration"]
