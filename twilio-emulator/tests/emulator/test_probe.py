"""The probe finds the position of each switch, and leaves nothing behind."""

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest

from emulator import openapi
from emulator.probing import InProcess, World, lossy, runner, world
from twilio_emulator.probe.catalogue import EXPERIMENTS
from twilio_emulator.probe.experiment import Experiment, Finding, Observation
from twilio_emulator.probe.readings import time_until, yes_or_no
from twilio_emulator.probe.runner import Result
from twilio_emulator.switches import Switches

POSITIONS: Mapping[str, tuple[Any, ...]] = {
    "evaluations_per_second": (0, 1, 3, 10, 19),
    "timeout_leads_to_next_filter": (True, False),
    "invite_names_its_task": (True, False),
    "invite_task_delay": (0.0, 2.0, 30.0),
    "lists_closed_participants": (True, False),
    "completes_after_close": (0.0, 3.0, 60.0),
    "refuses_second_close": (True, False),
    "search_lag": (0.0, 2.0, 60.0),
    "cancels_interaction_tasks": (True, False),
    "refuses_invites_into_closed_channels": (True, False),
    "closing_cancels_invited_tasks": (True, False),
    "etag_changes_always": (True, False),
    "cancels_unroutable_after": (0.0, 4.0, 90.0),
    "deletes_finished_after": (60.0, 300.0, 900.0, None),
    "ignores_empty_target_workers": (True, False),
    "janitor_after": (
        [],
        ["canceled"],
        ["completed"],
        ["wrapping"],
        ["completed", "wrapping"],
        ["canceled", "completed", "wrapping"],
    ),
    "events_lost": (True, False),
    "events_repeated": (0, 1, 3),
    "events_delayed": (0.0, 2.0, 30.0),
    "events_reordered": (0.0, 2.0, 10.0, 30.0),
    "events_of_others": (True, False),
}
EACH = [(name, position) for name, positions in POSITIONS.items() for position in positions]
BY_SWITCH = {meaning.switch: one for one in EXPERIMENTS for meaning in one.meanings}
# What the others are turned to; the delay of an invite can be seen only if its answer has no task.
OF_EVENTS = [name for name in POSITIONS if name.startswith("events_")]
DELAYED = {"invite_names_its_task": False, "invite_task_delay": 2.0}
TOO_FAST = {"evaluations_per_second": 1}


def others_of(name: str, random: Random) -> dict[str, Any]:
    """Return a position for each of the other switches."""
    turned = {other: random.choice(positions) for other, positions in POSITIONS.items()}
    # At 0 a search never answers, so its lag cannot be seen.
    turned["evaluations_per_second"] = random.choice((1, 3, 10))
    # If all events are lost, nothing else can be seen of them.
    turned["events_lost"] = False
    if name == "invite_task_delay":
        turned["invite_names_its_task"] = False
    return turned


def found(one: World, experiment: Experiment, switch: str) -> Finding:
    results = one.runner.results(experiment)
    (finding,) = (result.finding for result in results if result.switch == switch)
    return finding


def agrees(finding: Finding, position: Any) -> bool:
    """Tell whether a finding is a position: of a time, whether it lies between the bounds."""
    if not finding.clear:
        return False
    if finding.between is None:
        return bool(finding.position == position)
    low, high = finding.between
    return position is not None and low <= position <= high and high - low <= 1 + 0.1 * high + 10


def test_each_switch_is_probed() -> None:
    assert set(POSITIONS) == set(BY_SWITCH) == set(Switches().as_document())


@pytest.mark.parametrize(("name", "position"), EACH)
def test_the_probe_finds_each_position(name: str, position: Any) -> None:
    others = {"invite_names_its_task": False} if name == "invite_task_delay" else {}
    one = world({**others, name: position})

    finding = found(one, BY_SWITCH[name], name)

    assert agrees(finding, position), finding
    assert one.left() == {}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("name", "position"), EACH)
def test_the_probe_finds_it_whatever_the_others_are_with_failures_and_latency(
    name: str, position: Any, seed: int
) -> None:
    random = Random(f"{name} {position} {seed}")  # noqa: S311 - it draws cases
    switches = {**others_of(name, random), name: position}
    one = world(switches, latency=0.3, fault=lossy(random))

    finding = found(one, BY_SWITCH[name], name)

    assert agrees(finding, position), (finding, switches)
    assert one.left() == {}


def _look(sent: float, status: int = 200) -> Observation:
    return Observation(sent, sent + 0.4, status)


def test_a_time_lies_between_what_the_looks_can_have_seen() -> None:
    looks = [_look(1.0), _look(2.0), _look(3.0, 404)]
    mark = _look(0.0)
    # From the answer to the mark until the last look began; from its sending until the next ended.
    finding = time_until(looks, mark, lambda look: look.status == 404, "It")
    assert (finding.between, finding.position) == ((1.6, 3.4), 3.4)
    finding = time_until(looks[2:], mark, lambda look: look.status == 404, "It")
    assert (finding.between, finding.position) == ((0.0, 3.4), 0.0)
    assert not time_until(looks[:2], mark, lambda look: look.status == 404, "It").clear
    assert not time_until([], mark, lambda look: look.status == 404, "It").clear


@pytest.mark.parametrize("status", [401, 403, 408, 429])
def test_an_error_of_another_kind_is_no_refusal(status: int) -> None:
    assert not yes_or_no(_look(0.0, status), "A call").clear
    assert yes_or_no(_look(0.0, 400), "A call").position is False


@pytest.mark.parametrize(
    ("name", "switches"),
    [
        ("evaluations_per_second", {"evaluations_per_second": 20}),
        ("evaluations_per_second", {"evaluations_per_second": 1000}),
        ("invite_task_delay", {"invite_names_its_task": True}),
        ("invite_task_delay", {"invite_names_its_task": False, "invite_task_delay": 80.0}),
        ("search_lag", {"search_lag": 300.0}),
        ("search_lag", {"evaluations_per_second": 0}),
        ("completes_after_close", {"completes_after_close": 600.0}),
        ("cancels_unroutable_after", {"cancels_unroutable_after": 600.0}),
        ("closing_cancels_invited_tasks", {**DELAYED, "invite_task_delay": 500.0}),
        *((name, {"events_lost": True}) for name in OF_EVENTS if name != "events_lost"),
    ],
)
def test_what_cannot_be_seen_is_unclear(name: str, switches: dict[str, Any]) -> None:
    one = world(switches)

    finding = found(one, BY_SWITCH[name], name)

    assert not finding.clear
    assert finding.position is None


def test_without_an_address_that_leads_here_events_are_unclear() -> None:
    one = world({})
    assert one.transport.heard is not None
    one.transport.heard.reachable = False
    nowhere = one.runner.results(BY_SWITCH["events_lost"])
    one.runner.events = None
    without = one.runner.results(BY_SWITCH["events_lost"])

    for results in (nowhere, without):
        assert {result.switch for result in results} == set(OF_EVENTS)
        assert not any(result.finding.clear for result in results)
        assert all("see --events-url" in result.finding.because for result in results)
    assert {request.method for request in one.transport.sent} == set()


def test_without_programmable_chat_the_janitor_is_unclear() -> None:
    one = world({})
    one.transport.centre.account.flex.chat_service_sid = ""

    finding = found(one, BY_SWITCH["janitor_after"], "janitor_after")

    assert not finding.clear
    assert "needs Programmable Chat in Flex" in finding.because


def test_calls_that_always_fail_are_unclear() -> None:
    one = world({}, fault=lambda number: "500" if number > 2 else None)

    results = one.runner.results(BY_SWITCH["search_lag"])

    assert [result.finding.clear for result in results] == [False]
    assert "5 attempts failed" in results[0].finding.because


def calls_of(experiment: Experiment, *, reads: bool) -> list[int]:
    """Return the numbers of its calls; of the same one again and again, the last one."""
    one = world({})
    one.runner.results(experiment)
    numbers = {
        # SIDs are drawn from a seeded source, so the same call has the same path in each run.
        (call.method, call.path, str(call.fields) if call.method == "POST" else ""): number
        for number, call in enumerate(one.transport.sent, 1)
        if reads == (call.method == "GET")
    }
    return sorted(numbers.values())


# A read has no effect, so it does not matter how it fails.
@pytest.mark.parametrize(
    ("fault", "reads"), [("lost", False), ("unanswered", False), ("500", False), ("500", True)]
)
@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda one: one.name)
def test_nothing_is_left_whichever_call_fails(
    experiment: Experiment, fault: str, *, reads: bool
) -> None:
    for failing in calls_of(experiment, reads=reads):
        one = world({}, fault=lambda number, at=failing: fault if number == at else None)

        results = one.runner.results(experiment)

        assert one.left() == {}, failing
        assert one.runner.journal.things == []
        assert [r.finding for r in results if not r.finding.clear and _must_be_clear(r)] == []


def _must_be_clear(result: Result) -> bool:
    return result.switch != "invite_task_delay"


class Killed(BaseException):
    """The end of the process."""


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda one: one.name)
def test_the_next_run_removes_what_a_killed_one_left(
    experiment: Experiment, tmp_path: Path
) -> None:
    # Between two reads nothing is changed, so a kill there leaves what one before them does.
    for last in calls_of(experiment, reads=False):
        # Nothing works after the kill, so there is no cleaning up either.
        journal = tmp_path / f"{last}"
        one = world({}, journal, fault=lambda number, at=last: Killed() if number >= at else None)
        with pytest.raises(Killed):
            one.runner.results(experiment)

        _next_run(one.transport, journal)

        assert one.left() == {}, last
        assert not journal.exists()


def _next_run(line: InProcess, journal: Path) -> None:
    line.fault = lambda _number: None
    again = runner(line, journal)
    assert again.clean_up() == []


def test_ctrl_c_cleans_up() -> None:
    one = world({}, fault=lambda number: KeyboardInterrupt() if number == 12 else None)

    with pytest.raises(KeyboardInterrupt):
        one.runner.results(BY_SWITCH["refuses_second_close"])

    assert one.left() == {}
    assert one.runner.journal.things == []


def test_requests_are_as_documented() -> None:
    for experiment in EXPERIMENTS:
        one = world({"invite_names_its_task": False, "completes_after_close": 1})
        one.runner.results(experiment)
        assert openapi.undocumented(one.transport.sent) == []


def test_nothing_that_was_there_before_is_changed() -> None:
    # In a long one, tasks that were there end by themselves.
    for experiment in (one for one in EXPERIMENTS if not one.long):
        one = world({})
        tables = one.transport.centre.workspace.tables
        kept: list[dict[str, Any]] = [tables.tasks, tables.workers, tables.worker_channels]
        before = [dict(table) for table in kept]
        one.runner.results(experiment)
        for old, new in zip(before, kept, strict=True):
            assert {sid: new.get(sid) for sid in old} == old
