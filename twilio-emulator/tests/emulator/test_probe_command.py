"""`python -m twilio_emulator probe`, over HTTP, and its file of answers."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from emulator.probing import there
from twilio_emulator.probe import answers, command
from twilio_emulator.probe.access import FAILED, INTERRUPTED
from twilio_emulator.probe.experiment import Finding, Meaning, Observation
from twilio_emulator.probe.routing import RATE
from twilio_emulator.probe.runner import Result
from twilio_emulator.seed import contact_centre
from twilio_emulator.server import RunningTwilio, serve

QUICK = ("etag", "empty-queue", "interaction-task")
SID = re.compile("[A-Z]{2}[0-9a-f]{32}")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[RunningTwilio]:
    """Put an emulated account's credentials into the environment, without agents at work."""
    with serve(contact_centre()) as twilio:
        _prepare(twilio, monkeypatch, tmp_path)
        yield twilio


def _prepare(twilio: RunningTwilio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_REGION", "TWILIO_EDGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", twilio.centre.account_sid)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", twilio.centre.auth_token)
    for name in ("ana", "ben", "carla", "dev"):
        twilio.centre.set_activity(name, "Offline")


def run(account: RunningTwilio, *more: str) -> int:
    only = [part for name in QUICK for part in ("--only", name)]
    workspace = ("--workspace", account.centre.workspace_sid)
    return command.main(["--run", "--base-url", account.base_url, *workspace, *only, *more])


def test_without_run_it_says_what_it_would_do_and_calls_no_one(
    account: RunningTwilio, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([]) == 0
    said = capsys.readouterr().out
    assert "add --run to do it" in said
    assert re.search(r"at most \d+ calls and \d+ minutes", said)
    assert "second-close: refuses_second_close" in said
    assert "Needs Programmable Chat in Flex" in said
    assert "Needs an address that leads to the probe's web server" in said
    assert "finished-task" not in said
    assert len(account.journal) == 0


def test_a_run_writes_answers_without_sids_or_secrets_and_leaves_nothing(
    account: RunningTwilio, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before = there(account.centre)
    account.centre.account.settings.etag_changes_always = True

    assert run(account, "--only", "search-rate") == 0

    text = (tmp_path / "probe-answers.json").read_text()
    shown = capsys.readouterr()
    for written in (text, shown.out, shown.err):
        assert not SID.search(written)
        assert account.centre.auth_token not in written
    found = json.loads(text)["answers"]
    assert found["etag_changes_always"]["position"] is True
    assert found["evaluations_per_second"]["position"] == 3
    assert found["cancels_interaction_tasks"]["contradicts_page"] is True
    assert found["ignores_empty_target_workers"]["contradicts_page"] is False
    assert found["etag_changes_always"]["evidence"]
    assert there(account.centre) == before
    assert not (tmp_path / "probe-journal.jsonl").exists()


def test_a_later_run_says_what_has_changed(
    account: RunningTwilio, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(account, "--out", "first.json") == 0
    assert run(account, "--compare", "first.json", "--out", "second.json") == 0
    assert "Nothing has changed since" in capsys.readouterr().out

    account.centre.account.settings.ignores_empty_target_workers = True
    assert run(account, "--compare", "first.json", "--out", "third.json") == command.CHANGED
    assert "ignores_empty_target_workers: false, now true" in capsys.readouterr().out


def test_what_a_killed_run_left_is_removed_first(
    account: RunningTwilio, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = there(account.centre)
    account.centre.add({"queues": {"twilio-emulator-probe-1-queue": "1==2"}})
    thing = {"workspace": account.centre.workspace_sid, "kind": "queue"}
    line = json.dumps({**thing, "name": "twilio-emulator-probe-1-queue"})
    (tmp_path / "probe-journal.jsonl").write_text(line + "\n")

    assert run(account) == 0

    assert "Removing what an earlier run left: 1 things" in capsys.readouterr().err
    assert there(account.centre) == before


@contextmanager
def in_a_process(account: RunningTwilio, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the experiment that takes long; give its process when it has made its task."""
    command_line = ["--run", "--base-url", account.base_url, "--only", "finished-task"]
    workspace = ["--workspace", account.centre.workspace_sid]
    with subprocess.Popen(
        [sys.executable, "-m", "twilio_emulator", "probe", *command_line, *workspace],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        deadline = time.monotonic() + 60
        while not account.journal.matching("POST", r"/Tasks/WT"):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_process_that_is_stopped_cleans_up(
    account: RunningTwilio, tmp_path: Path, sent: signal.Signals
) -> None:
    before = there(account.centre)
    with in_a_process(account, tmp_path) as process:
        process.send_signal(sent)
        assert process.wait(30) == INTERRUPTED
    assert there(account.centre) == before
    assert not (tmp_path / "probe-journal.jsonl").exists()


def test_after_a_process_that_was_killed_the_next_run_cleans_up(
    account: RunningTwilio, tmp_path: Path
) -> None:
    before = there(account.centre)
    with in_a_process(account, tmp_path) as process:
        process.kill()
        process.wait(30)
    assert there(account.centre) != before
    assert run(account) == 0
    assert there(account.centre) == before


def test_agents_at_work_are_a_reason_not_to_run(
    account: RunningTwilio, capsys: pytest.CaptureFixture[str]
) -> None:
    account.centre.set_activity("ben", "Available")
    assert run(account) == FAILED
    assert "1 agents are available" in capsys.readouterr().err
    assert {entry.method for entry in account.journal} == {"GET"}
    assert run(account, "--agents-may-work") == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "expected --workspace"),
        (("--workspace", "WS1"), "expected --workspace"),
        (("--workspace", "WS" + "0" * 32), "There is no workspace"),
        (("--workspace", "WS" + "0" * 32, "--base-url", "http://example.com"), "with https"),
        (("--compare", "missing.json"), "missing.json"),
        (("--events-listen", "8765"), "expected --events-listen"),
        (("--compare", "wrong.json"), "expected a file that the probe wrote"),
    ],
)
def test_wrong_options_are_refused(
    account: RunningTwilio,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    (tmp_path / "wrong.json").write_text('{"answers": {"etag_changes_always": {}}}')
    status = command.main(["--run", "--base-url", account.base_url, *arguments])
    assert status == FAILED
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("url", ["http://probe.example", "https://localhost", "https:"])
def test_twilio_is_given_no_address_that_it_cannot_reach(
    account: RunningTwilio, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    workspace = ("--workspace", account.centre.workspace_sid)
    # Without --base-url it would be the real Twilio's.
    assert command.main(["--run", *workspace, "--events-url", url]) == FAILED
    assert "expected --events-url with https" in capsys.readouterr().err


def test_missing_and_wrong_credentials_are_refused(
    account: RunningTwilio, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "wrong")
    assert run(account) == FAILED
    assert "refuses the credentials" in capsys.readouterr().err
    monkeypatch.delenv("TWILIO_AUTH_TOKEN")
    assert run(account) == FAILED
    assert "expected the environment variables" in capsys.readouterr().err


def _one(position: Any, between: Any = None, *, clear: bool = True) -> Mapping[str, Any]:
    one = {"position": position, "between": between, "clear": clear}
    return {"answers": {"search_lag": one}}


YES, NO = _one(position=True), _one(position=False)


@pytest.mark.parametrize(
    ("before", "now", "changed"),
    [
        (YES, NO, True),
        (YES, YES, False),
        (YES, _one(None, clear=False), False),
        (_one(2.0, [1.5, 2.0]), _one(2.4, [1.9, 2.4]), False),
        (_one(2.0, [1.5, 2.0]), _one(9.0, [8.5, 9.0]), True),
        ({"answers": {}}, YES, False),
    ],
)
def test_a_change_is_a_clear_answer_that_differs(
    before: Mapping[str, Any], now: Mapping[str, Any], *, changed: bool
) -> None:
    assert bool(answers.changes(before, now)) is changed


@pytest.mark.parametrize(
    ("finding", "contradicts"),
    [
        (Finding(300.0, "", between=(290.0, 300.0)), False),
        (Finding(600.0, "", between=(590.0, 600.0)), True),
        (Finding(None, "", clear=False), False),
        (Finding(5, ""), True),
        (Finding(900.0, ""), False),
    ],
)
def test_an_answer_that_no_page_has_is_marked(finding: Finding, *, contradicts: bool) -> None:
    meaning = Meaning("search_lag", "", lambda _seen: finding, page_says=(300.0, 900.0))
    result = Result(RATE, "search_lag", finding, {})
    assert answers.contradicts(result, meaning) is contradicts


def test_the_same_sid_has_the_same_number() -> None:
    one, other = "WT" + "0" * 32, "WT" + "1" * 32
    body = {"message": f"{one} {other} {one}", "attributes": "secret"}
    evidence = answers.Redaction().observation("call", Observation(0, 1, 400, body))
    assert evidence["message"] == "WT-1 WT-2 WT-1"
    assert "attributes" not in evidence
