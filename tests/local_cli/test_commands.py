"""`demo`, `up`, `up -d`, `status` and `down` as commands, most as processes."""

import io
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from rich.console import Console

from local.__main__ import _up
from local.arguments import parse
from local.aws import EmulatedAwsError, emulated_aws
from local.demo.scenes import SCENES
from local.stack import LocalStack
from tests.local_cli.commands import (
    ROOT,
    addresses,
    environment,
    is_gone,
    pasted,
    read_until,
    run,
    run_here,
    start,
)
from tests.sampling import IS_FULL
from twilio_emulator.seed import contact_centre
from twilio_emulator.server import serve

# Raises as a signal's handler does, while an object is finalized.
FINALIZED = """
import sys, time, weakref
from local import __main__

def interrupt():
    raise KeyboardInterrupt

sys.unraisablehook = __main__._raise_again

class Held:
    pass

held = Held()
weakref.finalize(held, interrupt)
try:
    del held
    time.sleep(10)
except KeyboardInterrupt:
    print("ended")
"""


@pytest.mark.skipif(not IS_FULL, reason="test_demo.py runs it in its process; FULL_MATRIX=1: here")
def test_the_demo_exits_with_0_and_leaves_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, "demo")
    assert (done.code, done.errors) == (0, "")
    assert f"All {len(SCENES)} transfers went as they should" in done.output
    endpoint = done.output.split("Endpoint  ")[1].split()[0]
    assert is_gone(endpoint)


def test_up_runs_next_to_a_background_stack_and_each_leaves_nothing(tmp_path: Path) -> None:
    process = start(tmp_path, "up", "--allow-origin", "http://localhost:8080")
    try:
        origin = "https://desk.example.com"
        second = run(tmp_path, "up", "-d", "--name", "second", "--allow-origin", origin)
        assert second.code == 0, second.errors
        printed = read_until(process, "Ctrl-C stops everything")
        assert set(addresses(printed)).isdisjoint(addresses(second.output))
        _check_that_what_is_printed_can_be_pasted(printed)
        _check_the_allowed_origins(addresses(printed)[0], "http://localhost:8080")
        _check_the_allowed_origins(addresses(second.output)[0], origin)
        _check_that_the_stop_command_can_be_pasted(second.output)
        _check_that_no_log_has_the_token(tmp_path, second.output)
        taken = run(tmp_path, "up", "-d", "--name", "second")
        assert taken.code == 1
        assert "choose another --name" in taken.errors
        _check_that_status_shows_it_again(tmp_path, second.output)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert all(is_gone(url) for url in addresses(printed))
        assert pasted(second.output, "/transfer-chat").status_code == 200
    finally:
        process.kill()
        down = run(tmp_path, "down")
    assert (down.code, down.output) == (0, "Stopped second.\n")
    assert all(is_gone(url) for url in addresses(second.output))
    assert [path.name for path in tmp_path.iterdir()] == [".registry"]


def _check_that_status_shows_it_again(state: Path, output: str) -> None:
    listed, one = run_here(state, "status"), run_here(state, "status", "second")
    assert listed.output.startswith("second (process ")
    assert addresses(listed.output) == addresses(one.output) == addresses(output)
    assert "/transfer-chat" not in listed.output
    assert pasted(one.output, "/transfer-chat").status_code in {200, 404, 409}


def _check_that_what_is_printed_can_be_pasted(output: str) -> None:
    log = re.search(r"^Functions' log +(\S+)$", output, re.MULTILINE)
    assert log is not None
    assert "ministack" in Path(log[1]).read_text().lower()
    answer = pasted(output, "/transfer-chat")
    assert answer.status_code == 200
    offers = pasted(output, "/Reservations").json()["reservations"]
    assert answer.json()["taskSid"] in [offer["task_sid"] for offer in offers]
    assert pasted(output, "/emulator/tasks").json()["taskSid"].startswith("WT")


def _check_the_allowed_origins(endpoint: str, added: str) -> None:
    """See from where a browser may call: Flex, a plugin under development, and what was added."""
    allowed = {"https://flex.twilio.com", "http://localhost:3000", added}
    for origin in (*allowed, "http://localhost:4000", "https://example.com"):
        asked = {
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        }
        answer = requests.options(f"{endpoint}/transfer-chat", headers=asked, timeout=10)
        allows = answer.headers.get("access-control-allow-origin")
        assert allows == (origin if origin in allowed else None)


def test_an_invalid_origin_is_refused_with_exit_code_1(tmp_path: Path) -> None:
    done = run_here(tmp_path, "up", "--allow-origin", "http://example.com")
    assert done.code == 1
    assert "allowedOrigins: wrong value 'http://example.com'" in done.errors


def test_up_ends_when_the_emulated_aws_does(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def dying_stack(*_: object, **__: object) -> Iterator[LocalStack]:
        with serve(contact_centre()) as twilio, emulated_aws() as aws:
            aws.process.kill()
            yield LocalStack("http://127.0.0.1/nowhere", {}, "", twilio, aws)

    monkeypatch.setattr("local.stack.local_stack", dying_stack)
    with pytest.raises(EmulatedAwsError, match="has ended"):
        _up(Console(file=io.StringIO()), parse(["up"]))


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the temporary files of commands."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def test_ctrl_c_while_deploying_ends_the_command_and_a_second_one_does_no_harm(
    temporary: Path, tmp_path: Path
) -> None:
    process = start(tmp_path, "up")
    try:
        read_until(process, "Deploying the Pulumi program")
        process.send_signal(signal.SIGINT)
        read_until(process, "Stopping ...")
        process.send_signal(signal.SIGINT)
        rest = read_until(process, "Stopped.")
        assert process.wait(20) == 0
    finally:
        process.kill()
    assert "resources created" not in rest
    assert list(temporary.iterdir()) == []


def test_a_ctrl_c_that_comes_during_a_finalizer_is_not_lost(tmp_path: Path) -> None:
    """Python drops what is raised there."""
    done = subprocess.run(
        [sys.executable, "-c", FINALIZED],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("ended\n", "")


def _check_that_the_stop_command_can_be_pasted(output: str) -> None:
    python, *rest = shlex.split(output.partition("Stop it:")[2])
    assert os.access(ROOT / python, os.X_OK)
    assert rest == ["-m", "local", "down", "second"]


def _check_that_no_log_has_the_token(state: Path, output: str) -> None:
    token = str(pasted(output, "/transfer-chat").request.body).split('"')[3]
    assert len(token) > 100
    written = "".join(path.read_text() for path in state.iterdir())
    assert "created" in written
    assert token not in written


def test_killing_a_command_ends_its_emulated_aws(temporary: Path, tmp_path: Path) -> None:
    process = start(tmp_path, "up")
    read_until(process, "Deploying the Pulumi program")
    assert [*temporary.iterdir()] != []
    process.kill()
    process.wait(20)
    # The emulated AWS removes its folder when it ends.
    deadline = time.monotonic() + 10
    while [*temporary.iterdir()] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [*temporary.iterdir()] == []


def test_a_missing_package_gives_one_line_that_says_what_to_install(tmp_path: Path) -> None:
    code = "import runpy, sys; sys.modules['rich'] = None; runpy.run_module('local.__main__')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: rich")
    assert done.stderr.endswith(
        "is not installed: run `make install`, or install requirements.txt\n"
    )


def test_wrong_usage_ends_with_a_message_and_its_exit_code(tmp_path: Path) -> None:
    nothing = run(tmp_path)
    assert nothing.code == 2
    assert "up|demo|status|down" in nothing.errors
    for command in ("down", "status"):
        unknown = run_here(tmp_path, command, "unknown")
        assert unknown.code == 1
        assert unknown.errors == "error: No stack called unknown runs in the background\n"
    assert run_here(tmp_path, "status").output == "Nothing runs in the background.\n"
