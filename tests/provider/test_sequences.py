"""Random lives of an object: whatever was done, state and Twilio agree and a preview is quiet."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pulumi_twilio.provider import RESOURCES
from tests.provider.cases import CASES, Case
from tests.provider.conftest import FOLDER
from tests.provider.plugin_process import Engine, started
from tests.provider.test_every_resource import plain
from tests.sampling import SEED, examples
from twilio_emulator.seed import contact_centre
from twilio_emulator.server import RunningTwilio, serve

STEPS = 12


class Life(RuleBasedStateMachine):
    """One object of one kind, and what Pulumi's state says of it."""

    case: Case
    process: Engine

    def __init__(self) -> None:
        super().__init__()
        self.serving = serve(contact_centre())
        self.twilio: RunningTwilio = self.serving.__enter__()
        self.process.configure(
            accountSid=self.twilio.centre.account_sid,
            authToken=self.twilio.centre.auth_token,
            baseUrl=self.twilio.base_url,
        )
        self.first = self.case.inputs(self.twilio)
        self.inputs: dict[str, Any] = {}
        self.state: dict[str, Any] = {}
        self.is_changed_outside = False
        self.is_left = False

    def teardown(self) -> None:
        """Stop the emulated Twilio."""
        self.serving.__exit__(None, None, None)

    @precondition(lambda self: not self.state)
    @rule(adopt=st.booleans())
    def create(self, adopt: bool) -> None:
        """Create the object, or adopt the one that was left."""
        given = dict(self.first)
        if self.case.creates and (adopt or self.is_left):
            given["adoptExisting"] = True
        self.state = plain(self.process.create(self.case.token, given))
        self.inputs = given

    @precondition(lambda self: self.state)
    @rule(data=st.data())
    def update(self, data: st.DataObject) -> None:
        """Declare some properties otherwise."""
        names = data.draw(st.sets(st.sampled_from(sorted(self.case.updates)), min_size=1))
        names = {name for name in names if name != self.case.key}
        back = data.draw(st.booleans())
        self.refresh()
        self.inputs = {**self.inputs}
        for name in names:
            if not back:
                self.inputs[name] = self.case.updates[name]
            elif name in self.first:
                self.inputs[name] = self.first[name]
        self.up()

    @precondition(lambda self: self.state and self.case.parameters)
    @rule(data=st.data())
    def change_outside(self, data: st.DataObject) -> None:
        """Change a property without Pulumi."""
        name = data.draw(st.sampled_from(sorted(self.case.parameters)))
        if name != self.case.key:
            self.case.change_outside(self.twilio, self.state["sid"], name)
            self.is_changed_outside = True

    @precondition(lambda self: self.state)
    @rule()
    def refresh(self) -> None:
        """Read what Twilio has."""
        sid = self.state["sid"]
        found = plain(self.process.read(self.case.token, sid, self.state, self.inputs))
        self.state = found["properties"]
        self.is_changed_outside = False

    @precondition(lambda self: self.state)
    @rule()
    def up(self) -> None:
        """Refresh and deploy: afterwards there is nothing to change."""
        self.refresh()
        answer = self.process.diff(self.case.token, self.state, self.inputs)
        if answer["changes"] == "DIFF_SOME":
            self.state = plain(self.process.update(self.case.token, self.state, self.inputs))
        after = self.process.diff(self.case.token, self.state, self.inputs)
        assert after["changes"] == "DIFF_NONE"
        for each in RESOURCES[self.case.token].declaration.managed:
            if each.name in self.inputs:
                declared = each.to_output(self.inputs[each.name])
                assert each.same(self.state.get(each.name), declared), each.name

    @precondition(lambda self: self.state)
    @rule()
    def import_again(self) -> None:
        """Forget the object and import it: its inputs declare it as it is."""
        place = f"{self.state['workspaceSid']}/" if "workspaceSid" in self.state else ""
        found = plain(self.process.read(self.case.token, f"{place}{self.state['sid']}"))
        self.state, self.inputs = found["properties"], found["inputs"]
        self.is_changed_outside = False
        quiet = self.process.diff(self.case.token, self.state, self.inputs)
        assert quiet["changes"] == "DIFF_NONE"

    @precondition(lambda self: self.state)
    @rule()
    def delete(self) -> None:
        """Destroy it: gone if Pulumi made it, left alone if not."""
        self.process.delete(self.case.token, self.state)
        sids = [each["sid"] for each in self.case.objects(self.twilio)]
        assert (self.state["sid"] in sids) is self.state["adopted"]
        self.is_left = self.state["adopted"]
        self.state, self.inputs = {}, {}

    @precondition(lambda self: self.state and self.case.creates and not self.state["adopted"])
    @rule()
    def replace(self) -> None:
        """Delete it and create another one with what is declared."""
        self.process.delete(self.case.token, self.state)
        self.state = plain(self.process.create(self.case.token, self.inputs))
        self.is_changed_outside = False

    @invariant()
    def state_is_what_twilio_has(self) -> None:
        """Compare the recorded state with Twilio's own, unless that was changed outside Pulumi."""
        if self.state and not self.is_changed_outside:
            sid = self.state["sid"]
            found = plain(self.process.read(self.case.token, sid, self.state, self.inputs))
            assert found["properties"] == self.state


@pytest.fixture(scope="module")
def engine_of_lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with started(FOLDER, tmp_path_factory.mktemp("lives") / "stderr", {}) as engine:
        yield engine


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.token)
def test_whatever_was_done_state_and_twilio_agree(engine_of_lives: Engine, case: Case) -> None:
    machine = type("LifeOfOne", (Life,), {"case": case, "process": engine_of_lives})
    run_state_machine_as_test(
        seed(int(SEED))(machine),
        settings=settings(
            max_examples=examples(4),
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
