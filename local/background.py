"""Stacks that outlive the command that started them: `up -d`, and `down`.

Each has a file in ``.local/`` (or in the folder that ``FLEX_LOCAL_STATE`` names) that its process
keeps locked. The lock, not the process id in the file, tells whether it lives: ids are given out
again, locks end with their process.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = Path(os.environ.get("FLEX_LOCAL_STATE") or ROOT / ".local")
START_SECONDS: Final = 90.0
STOP_SECONDS: Final = 15.0


class BackgroundError(Exception):
    """A stack in the background could not be started or stopped; the text says why."""


@dataclass(frozen=True, slots=True)
class Running:
    """A stack in the background."""

    name: str
    pid: int
    endpoint: str
    twilio_url: str


def start(name: str | None, show: Callable[[str], None]) -> Running:
    """Start `python -m local up` as a process of its own and wait until its stack is up.

    Parameters
    ----------
    name
        What to call it; the first free one of ``local``, ``local-2``, ... by default.
    show
        Gets each line that it prints meanwhile.

    Raises
    ------
    BackgroundError
        When one of that name runs already, or it does not come up.
    """
    chosen = _free_name(name)
    log = _path(chosen, ".log")
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - nothing in the command comes from outside
            [sys.executable, "-m", "local", "up", "--as", chosen],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        return _wait_until_up(chosen, process, log, show)
    except BaseException:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        process.kill()
        raise


def stop(name: str | None) -> list[str]:
    """Stop the stack of that name, or all of them; return the names of those that were running.

    Raises
    ------
    BackgroundError
        When none of that name runs, or one does not stop.
    """
    found = [running for running in everything() if name in {None, running.name}]
    if name is not None and not found:
        raise BackgroundError(f"No stack called {name} runs in the background")
    for running in found:
        with suppress(ProcessLookupError):
            os.kill(running.pid, signal.SIGTERM)
    for running in found:
        _wait_until_down(running)
    return [running.name for running in found]


def everything() -> list[Running]:
    """Return the stacks that run in the background; files of dead ones are removed."""
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        if not _is_locked(path):
            path.unlink(missing_ok=True)
            path.with_suffix(".log").unlink(missing_ok=True)
            continue
        with suppress(ValueError, TypeError, OSError):
            found.append(Running(**json.loads(path.read_text(encoding="utf-8"))))
    return found


@contextmanager
def registered(name: str, endpoint: str, twilio_url: str) -> Iterator[None]:
    """Keep this process in the list for as long as the context is open."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    running = Running(name, os.getpid(), endpoint, twilio_url)
    with _path(name, ".json").open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        json.dump(asdict(running), file)
        file.flush()
        try:
            yield
        finally:
            _path(name, ".json").unlink(missing_ok=True)


def _path(name: str, suffix: str) -> Path:
    return FOLDER / f"{name}{suffix}"


def _free_name(name: str | None) -> str:
    FOLDER.mkdir(parents=True, exist_ok=True)
    taken = {running.name for running in everything()}
    if name is not None:
        if name in taken:
            raise BackgroundError(f"A stack called {name} runs already: choose another --name")
        return name
    candidates = ["local", *(f"local-{number}" for number in range(2, len(taken) + 3))]
    return next(candidate for candidate in candidates if candidate not in taken)


def _is_locked(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def _wait_until_up(
    name: str, process: subprocess.Popen[bytes], log: Path, show: Callable[[str], None]
) -> Running:
    deadline = time.monotonic() + START_SECONDS
    with log.open(encoding="utf-8", errors="replace") as lines:
        while time.monotonic() < deadline:
            up = next((running for running in everything() if running.name == name), None)
            ended = process.poll() is not None
            for line in lines:
                show(line.rstrip("\n"))
            if up is not None:
                return up
            if ended:
                raise BackgroundError(f"The stack did not come up; what it printed is in {log}")
            time.sleep(0.1)
    raise BackgroundError(f"The stack was not up within {START_SECONDS:.0f} s; see {log}")


def _wait_until_down(running: Running) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    path = _path(running.name, ".json")
    while path.exists() and _is_locked(path):
        if time.monotonic() > deadline:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            raise BackgroundError(f"{running.name} did not stop in time and was killed")
        time.sleep(0.05)
    path.unlink(missing_ok=True)
    _path(running.name, ".log").unlink(missing_ok=True)
