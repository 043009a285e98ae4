"""Background stacks and their names, with a process in a stack's place that comes up at once."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from local import background
from local.background import BackgroundError, Running
from tests.local_cli.commands import ROOT

ADDRESSES = {"endpoint": "http://endpoint"}
UP = f"""
from local import background
background.announce(name, {ADDRESSES})
time.sleep(60)
"""
STARTING = "time.sleep(60)"
# Its output is seen in the middle of a line, and does not end with one.
BROKEN = (
    "print('it is ', end='', flush=True); time.sleep(0.3); print('broken\\n!', end=''); sys.exit(1)"
)
# Announces itself when it can be stopped, and needs a moment to end.
SLOW_TO_END = (
    """
import signal
def end(*_):
    time.sleep(0.5)
    open(os.environ["FLEX_LOCAL_STATE"] + "/ended", "w").close()
    sys.exit(143)
signal.signal(signal.SIGTERM, end)
"""
    + UP
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(background, "FOLDER", tmp_path)
    return tmp_path


def behave(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let the processes in the background run code that knows its name."""
    code = f"import os, sys, time; name = sys.argv[2]\n{code}"
    monkeypatch.setattr(background, "COMMAND", (sys.executable, "-c", code))


def start(name: str = "local") -> str:
    """Start one; return its name, or the error."""
    try:
        return background.start(name, lambda _: None).name
    except BackgroundError as error:
        return str(error)


@contextmanager
def locked(folder: Path, name: str) -> Iterator[None]:
    """Hold the lock of a name, as the process of a stack does."""
    with (folder / f"{name}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_stacks_started_at_the_same_time_all_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behave(monkeypatch, UP)
    given = ["local", "local-2", "local-3", "local-4"]
    with ThreadPoolExecutor(4) as threads:
        names = list(threads.map(start, given))
    running = background.running_stacks()
    stopped = background.stop(None)
    assert names == given
    assert [found.name for found in running] == names
    assert len({found.pid for found in running}) == 4
    assert stopped == names
    assert [path.name for path in folder.iterdir()] == [".registry"]


def test_only_one_of_two_simultaneous_starts_gets_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    behave(monkeypatch, UP)
    with ThreadPoolExecutor(2) as threads:
        ends = sorted(threads.map(start, ["same", "same"]))
    refused, started = ends
    assert refused.startswith("A stack called same runs already: ")
    assert started == "same"
    assert background.stop("same") == ["same"]


def test_a_stack_that_is_starting_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    behave(monkeypatch, STARTING)
    with ThreadPoolExecutor(1) as threads:
        starting = threads.submit(start)
        deadline = time.monotonic() + 30
        while not background.running_stacks() and time.monotonic() < deadline:
            time.sleep(0.01)
        stopped = background.stop(None)
    assert stopped == ["local"]
    assert starting.result() == "The stack was stopped before it was up"
    assert background.running_stacks() == []


def test_stop_returns_after_the_process_has_ended(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behave(monkeypatch, SLOW_TO_END)
    assert start() == "local"
    assert background.stop(None) == ["local"]
    assert (folder / "ended").exists()


def test_a_killed_stack_leaves_no_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    behave(monkeypatch, UP)
    running = background.start("local", lambda _: None)
    assert running.pid is not None
    os.kill(running.pid, signal.SIGKILL)
    os.waitpid(running.pid, 0)
    assert background.stop(None) == []
    assert [path.name for path in folder.iterdir()] == [".registry"]


def test_output_of_a_failed_start_is_shown_and_its_files_are_removed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behave(monkeypatch, BROKEN)
    lines: list[str] = []
    with pytest.raises(BackgroundError, match="did not come up"):
        background.start("local", lines.append)
    assert lines == ["it is broken", "!"]
    assert [path.name for path in folder.iterdir()] == [".registry"]


def test_a_name_with_an_unreadable_file_stays_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behave(monkeypatch, UP)
    with locked(folder, "local"):
        for content in ("", "[]", '{"name": "local"}'):
            (folder / "local.json").write_text(content)
            assert background.running_stacks() == [Running("local")]
        assert start().startswith("A stack called local runs already")
        with pytest.raises(BackgroundError, match=r"local\.json does not say which process"):
            background.stop(None)
    assert background.running_stacks() == []


def test_reading_the_folder_does_not_disturb_a_start(monkeypatch: pytest.MonkeyPatch) -> None:
    behave(monkeypatch, UP)
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            background.running_stacks()

    with ThreadPoolExecutor(2) as threads:
        threads.submit(look)
        threads.submit(look)
        try:
            assert [start(f"number-{number}") for number in range(3)] == [
                "number-0",
                "number-1",
                "number-2",
            ]
        finally:
            done.set()
            background.stop(None)


def test_a_stack_has_addresses_once_it_is_announced(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "go").touch()
    wait = 'while os.path.exists(os.environ["FLEX_LOCAL_STATE"] + "/go"): time.sleep(0.01)'
    behave(monkeypatch, f"{wait}\n{UP}")
    with ThreadPoolExecutor(1) as threads:
        starting = threads.submit(background.start, "local", lambda _: None)
        deadline = time.monotonic() + 30
        while not (found := background.running_stacks()) and time.monotonic() < deadline:
            time.sleep(0.01)
        (folder / "go").unlink()
        running = starting.result()
    assert found == [Running("local", running.pid)]
    assert running == Running("local", running.pid, ADDRESSES)
    assert background.stop(None) == ["local"]


def test_an_unusable_folder_is_reported_in_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "file").touch()
    monkeypatch.setattr(background, "FOLDER", folder / "file" / "state")
    for command in (lambda: background.stop(None), lambda: background.start("local", print)):
        with pytest.raises(BackgroundError, match=r"\AThe folder \S+ cannot be used: .*\Z"):
            command()


def test_a_relative_folder_is_relative_to_the_working_folder(tmp_path: Path) -> None:
    code = "from local.background import FOLDER; print(FOLDER)"
    printed = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "FLEX_LOCAL_STATE": "state"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert Path(printed.strip()) == tmp_path / "state"
