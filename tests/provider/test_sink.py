"""A sink whose destination holds a password, on a Twilio that does not show it."""

from typing import Any

import pytest

from pulumi_twilio.as_declared import may_be
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


def change_at_twilio(twilio: RunningTwilio, sid: str, **changed: Any) -> None:
    """Change a configuration as Twilio's API does not: by other means of the account."""
    sink = twilio.centre.account.sinks[sid]
    dict.__setitem__(
        twilio.centre.account.sinks,
        sid,
        sink | {"sink_configuration": sink["sink_configuration"] | changed},
    )


@pytest.mark.parametrize("masked", [False, True])
def test_what_was_changed_at_twilio_is_found_and_replaced(
    engine: Engine, twilio: RunningTwilio, masked: bool
) -> None:
    if masked:
        object.__setattr__(twilio.centre.account, "sinks", Masked())
    inputs = next(case for case in CASES if case.token == SINK).inputs(twilio)
    state = engine.create(SINK, inputs)
    change_at_twilio(twilio, state["sid"], method="GET")

    read = engine.read(SINK, state["sid"], state, inputs)

    drifted = secret(inputs["sinkConfiguration"] | {"method": "GET"})
    assert read["properties"]["sinkConfiguration"] == drifted
    assert read["inputs"]["sinkConfiguration"] == drifted
    assert engine.diff(SINK, read["properties"], inputs)["replaces"] == ["sinkConfiguration"]
    again = engine.read(SINK, state["sid"], read["properties"], read["inputs"])
    assert again["properties"] == read["properties"]


def test_what_twilio_shows_anew_is_no_change(engine: Engine, twilio: RunningTwilio) -> None:
    inputs = next(case for case in CASES if case.token == SINK).inputs(twilio)
    state = engine.create(SINK, inputs)
    change_at_twilio(twilio, state["sid"], batch_events=True)

    read = engine.read(SINK, state["sid"], state, inputs)

    assert engine.diff(SINK, read["properties"], inputs)["changes"] == "DIFF_NONE"


def test_a_sink_of_an_older_version_is_first_recorded(
    engine: Engine, twilio: RunningTwilio
) -> None:
    inputs = next(case for case in CASES if case.token == SINK).inputs(twilio)
    state = {k: v for k, v in engine.create(SINK, inputs).items() if k != "__shown"}
    read = engine.read(SINK, state["sid"], state, inputs)
    assert engine.diff(SINK, read["properties"], inputs)["changes"] == "DIFF_NONE"
    change_at_twilio(twilio, state["sid"], method="GET")
    again = engine.read(SINK, state["sid"], read["properties"], inputs)
    assert engine.diff(SINK, again["properties"], inputs)["diffs"] == ["sinkConfiguration"]


def test_what_is_shown_of_a_sink_is_recorded_as_a_secret(
    engine: Engine, twilio: RunningTwilio
) -> None:
    inputs = next(case for case in CASES if case.token == SINK).inputs(twilio)
    state = engine.create(SINK, inputs)
    assert state["__shown"] == secret({"sinkConfiguration": inputs["sinkConfiguration"]})


def test_another_password_replaces_the_sink(engine: Engine, twilio: RunningTwilio) -> None:
    inputs = next(case for case in CASES if case.token == SINK).inputs(twilio)
    state = engine.create(SINK, inputs)
    destination = "https://me:another@example.com"

    changed = {"sinkConfiguration": inputs["sinkConfiguration"] | {"destination": destination}}
    found = engine.diff(SINK, state, inputs | changed)

    assert found["replaces"] == ["sinkConfiguration"]
    assert found["deleteBeforeReplace"] is True


@pytest.mark.parametrize(
    ("shown", "may_be_declared"),
    [
        ("https://me:hush@example.com/events", True),
        ("https://***@example.com/events", True),
        ("https://me:xxxx@example.com/events", True),
        ("https://example.com/events", True),
        ("********", True),
        ("https://me:another@example.com/events", False),
        ("https://you:hush@example.com/events", False),
        ("https://me:***@example.net/events", False),
        ("https://example.com/others", False),
        ("https://[", False),
        ("GET", False),
        (True, False),
    ],
)
def test_what_twilio_shows_is_compared_without_what_it_masks(
    shown: object, may_be_declared: bool
) -> None:
    assert may_be(shown, "https://me:hush@example.com/events") is may_be_declared


def test_a_sink_that_twilio_masks_later_is_no_change(engine: Engine, twilio: RunningTwilio) -> None:
    inputs = next(case for case in CASES if case.token == SINK).inputs(twilio)
    state = engine.create(SINK, inputs)
    change_at_twilio(twilio, state["sid"], destination="https://***@example.com")

    read = engine.read(SINK, state["sid"], state, inputs)

    assert read["properties"]["sinkConfiguration"] == secret(inputs["sinkConfiguration"])
    assert engine.diff(SINK, read["properties"], inputs)["changes"] == "DIFF_NONE"
