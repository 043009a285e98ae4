"""Transfers that the probe plays: which principle breaks, and that nothing is left behind."""

from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from emulator import openapi
from emulator.endpoints import Fake
from emulator.probing import InProcess, World, lossy, runner, there, world
from twilio_emulator.probe import transfer_command
from twilio_emulator.probe.access import FAILED
from twilio_emulator.probe.transfer import PRINCIPLES, Check, Play
from twilio_emulator.probe.transport import CallFailed


def played(wrong: str = "", switches: dict[str, Any] | None = None) -> tuple[World, list[Check]]:
    """Play with a stand-in of an endpoint that has a defect, or none."""
    one = world(switches or {})
    play = play_in(one, wrong)
    play.run()
    return one, play.checks


def play_in(one: World, wrong: str = "") -> Play:
    endpoint = Fake(InProcess(one.transport.centre), wrong)
    one.transport.meanwhile = endpoint.tick
    # The endpoint's own workflow stays.
    one.before = there(one.transport.centre)
    return Play(one.runner, endpoint)


def broken(checks: list[Check]) -> set[int | None]:
    return {check.principle for check in checks if not check.kept}


@pytest.mark.parametrize(
    "switches",
    [
        {},
        {"completes_after_close": 20.0, "lists_closed_participants": False},
        {"closing_cancels_invited_tasks": True, "refuses_second_close": False},
        {"deletes_finished_after": 5.0},
    ],
)
def test_right_transfers_keep_every_principle(switches: dict[str, Any]) -> None:
    one, checks = played(switches=switches)

    assert [check for check in checks if not check.kept] == []
    assert {check.principle for check in checks} == {None, *PRINCIPLES}
    assert {check.act.partition(",")[0] for check in checks} == {
        "now",
        "accepted",
        "the first request again",
        "declined by the second",
        "all",
    }
    assert one.left() == {}
    assert one.runner.journal.things == []


@pytest.mark.parametrize(
    ("wrong", "principles"),
    [
        ("ends first", {1}),
        ("creates twice", {2}),
        ("keeps both", {4, 2}),
        ("never ends", {5, 2}),
        ("ends on offering", {5}),
        ("keeps declined", {5, 2}),
        ("leaves no one", {1, 5, 2, 3}),
        ("forgets", {1, 8}),
        ("refuses", {None}),
    ],
)
def test_the_principle_that_broke_is_named(wrong: str, principles: set[int | None]) -> None:
    one, checks = played(wrong)

    assert broken(checks) == principles
    assert one.left() == {}
    text = transfer_command.table(checks)
    for number in principles - {None}:
        assert f"Principle {number} broke: " in text


def test_without_offers_the_transfer_alone_is_played() -> None:
    one, checks = played("no offers")
    assert broken(checks) == set()
    assert not any(check.act.startswith("declined") for check in checks)
    assert one.left() == {}


def test_requests_are_as_documented() -> None:
    one, _ = played()
    assert openapi.undocumented(one.transport.sent) == []


def changes() -> list[int]:
    """Return the numbers of the calls that change something; of the same one, the last."""
    one, _ = played()
    return sorted(
        {
            (call.method, call.path, str(call.fields)): number
            for number, call in enumerate(one.transport.sent, 1)
            if call.method != "GET"
        }.values()
    )


@pytest.mark.parametrize("fault", ["unanswered", "500"])
def test_nothing_is_left_whichever_call_fails(fault: str) -> None:
    for failing in changes():
        one = world({}, fault=lambda number, at=failing: fault if number == at else None)
        play = play_in(one)
        try:
            play.run()
        except CallFailed:
            assert play.checks == [], failing
        # It says nothing of a principle that did not break.
        assert broken(play.checks) == set(), failing
        assert one.left() == {}, failing
        assert one.runner.journal.things == []


@pytest.mark.parametrize("seed", range(4))
def test_calls_that_fail_are_no_broken_principle(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - it draws cases
    one = world({"completes_after_close": 3.0}, latency=0.3, fault=lossy(random))
    play = play_in(one)
    while not play.checks:
        # It could not even begin: a call that may not be sent again failed.
        with suppress(CallFailed):
            play.run()

    assert broken(play.checks) == set()
    assert {check.principle for check in play.checks} == {None, *PRINCIPLES}
    assert one.left() == {}


class Killed(BaseException):
    """The end of the process."""


def test_the_next_run_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    for last in changes():
        journal = tmp_path / f"{last}"
        one = world({}, journal, fault=lambda number, at=last: Killed() if number >= at else None)
        with pytest.raises(Killed):
            play_in(one).run()

        one.transport.fault = lambda _number: None
        assert runner(one.transport, journal).clean_up() == []

        assert one.left() == {}, last
        assert not journal.exists()


def test_without_run_it_says_what_it_would_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert transfer_command.main([]) == 0
    said = capsys.readouterr().out
    assert "add --run to do it" in said
    assert "FLEX_TOKEN" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "expected --endpoint"),
        (("--endpoint", "http://example.com"), "expected --endpoint with https"),
        (("--endpoint", "https://example.com"), "FLEX_TOKEN"),
    ],
)
def test_wrong_options_are_refused(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.delenv("FLEX_TOKEN", raising=False)
    assert transfer_command.main(["--run", *arguments]) == FAILED
    assert said in capsys.readouterr().err
