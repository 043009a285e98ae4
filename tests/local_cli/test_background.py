"""Who has which name in the background, with a process in a stack's place that comes up at once."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local import background, registry
from local.addresses import Addresses
from local.registry import BackgroundError
from tests.local_cli.commands import ROOT

UP = """
from local import registry
from local.addresses import Addresses
registry.announce(name, Addresses("http://endpoint", "http://twilio", "aws.log"))
time.sleep(60)
"""
STARTING = "time.sleep(60)"
BROKEN = "print('it is broken'); sys.exit(1)"
# Says when it can be stopped, and needs a moment to end.
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
    monkeypatch.setattr(registry, "FOLDER", tmp_path)
    return tmp_path


def behave(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let the processes in the background run code that knows its name."""
    code = f"import os, sys, time; name = sys.argv[2]\n{code}"
    monkeypatch.setattr(background, "COMMAND", (sys.executable, "-c", code))


def start(name: str | None = None) -> str:
    """Start one; return its name, or why it did not come up."""
    try:
        return background.start(name, lambda _: None).name
    except BackgroundError as error:
        return str(error)


def test_starts_at_the_same_time_get_a_name_each(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behave(monkeypatch, UP)
    with ThreadPoolExecutor(4) as threads:
        names = sorted(threads.map(start, [None] * 4))
    running = registry.everything()
    stopped = background.stop(None)
    assert names == ["local", "local-2", "local-3", "local-4"]
    assert [found.name for found in running] == names
    assert len({found.pid for found in running}) == 4
    assert stopped == names
    assert [path.name for path in folder.iterdir()] == [".registry"]


def test_one_of_two_starts_at_the_same_time_gets_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    behave(monkeypatch, UP)
    with ThreadPoolExecutor(2) as threads:
        ends = sorted(threads.map(start, ["same", "same"]))
    assert ends == ["A stack called same runs already: choose another --name", "same"]
    assert background.stop("same") == ["same"]


def test_one_that_is_starting_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    behave(monkeypatch, STARTING)
    with ThreadPoolExecutor(1) as threads:
        starting = threads.submit(start)
        deadline = time.monotonic() + 30
        while not registry.everything() and time.monotonic() < deadline:
            time.sleep(0.01)
        stopped = background.stop(None)
    assert stopped == ["local"]
    assert starting.result() == "The stack was stopped before it was up"
    assert registry.everything() == []


def test_stopped_means_that_the_process_has_ended(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behave(monkeypatch, SLOW_TO_END)
    assert start() == "local"
    assert background.stop(None) == ["local"]
    assert (folder / "ended").exists()


def test_what_did_not_come_up_is_shown_and_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behave(monkeypatch, BROKEN)
    lines: list[str] = []
    with pytest.raises(BackgroundError, match="did not come up"):
        background.start(None, lines.append)
    assert lines == ["it is broken"]
    assert [path.name for path in folder.iterdir()] == [".registry"]


def test_a_name_whose_file_cannot_be_read_is_taken(folder: Path) -> None:
    with registry.claimed(None) as claim:
        kept = os.dup(claim.descriptor)
    try:
        for content in ("", "[]", '{"name": "local"}'):
            (folder / "local.json").write_text(content)
            assert registry.everything() == [registry.Running("local", None, None)]
        with registry.claimed(None) as next_one:
            assert next_one.name == "local-2"
        with pytest.raises(BackgroundError, match=r"local\.json does not say which process"):
            background.stop(None)
    finally:
        os.close(kept)
    assert registry.everything() == []


def test_looking_takes_no_name_away(monkeypatch: pytest.MonkeyPatch) -> None:
    behave(monkeypatch, UP)
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            registry.everything()

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


def test_where_it_is_up_can_be_read_at_every_moment() -> None:
    addresses = Addresses("http://endpoint", "http://twilio", "aws.log")
    with registry.claimed(None) as claim:
        claim.give_to(os.getpid())
        kept = os.dup(claim.descriptor)
    try:
        assert registry.everything() == [registry.Running("local", os.getpid(), None)]
        registry.announce("local", addresses)
        assert registry.everything() == [registry.Running("local", os.getpid(), addresses)]
    finally:
        os.close(kept)


def test_a_folder_that_cannot_be_used_is_said_in_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "file").touch()
    monkeypatch.setattr(registry, "FOLDER", folder / "file" / "state")
    for command in (lambda: background.stop(None), lambda: background.start(None, print)):
        with pytest.raises(BackgroundError, match=r"\AThe folder \S+ cannot be used: .*\Z"):
            command()


def test_a_relative_folder_is_the_one_of_whoever_named_it(tmp_path: Path) -> None:
    code = "from local.registry import FOLDER; print(FOLDER)"
    printed = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "FLEX_LOCAL_STATE": "state"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert Path(printed.strip()) == tmp_path / "state"
