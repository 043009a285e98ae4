"""Stacks that outlive the command that started them: `up -d` starts them, `down` stops them.

Each has a name, and files of that name in one folder: ``.local/``, or the one that
``FLEX_LOCAL_STATE`` names. A stack's process keeps ``NAME.lock`` locked until it ends. The lock
tells whether it lives, not the process id in ``NAME.json``: the system reuses ids, but a lock ends
with its process. One process at a time reads and changes the folder: the one that has locked
``.registry``. Otherwise a check for a lock could be taken for a stack, and clearing up could remove
a file that was just made.
"""

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, TextIO

from local import ROOT, LocalError

# Absolute, because a stack's process works in another folder than the command.
FOLDER: Final = Path(os.environ.get("FLEX_LOCAL_STATE") or ROOT / ".local").absolute()
DEFAULT_NAME: Final = "local"
NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]{0,63}", re.ASCII)
START_SECONDS: Final = 90.0
STOP_SECONDS: Final = 15.0
COMMAND: Final = (sys.executable, "-m", "local", "up")
_STOPPED: Final = frozenset({-signal.SIGTERM, 128 + signal.SIGTERM})


class BackgroundError(LocalError):
    """A stack in the background could not be started or stopped; the text says why."""


@dataclass(frozen=True, slots=True)
class Running:
    """A stack in the background.

    Attributes
    ----------
    name
        Its name.
    pid
        Its process, or None when its file cannot be read.
    addresses
        `LocalStack.addresses`, or None while it starts.
    """

    name: str
    pid: int | None = None
    addresses: Mapping[str, str] | None = None


def start(
    name: str,
    show: Callable[[str], None],
    origins: Sequence[str] = (),
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Running:
    """Start `python -m local up` as a process of its own and wait until its stack is up.

    Parameters
    ----------
    name
        Its name.
    show
        Receives each line that the process prints meanwhile.
    origins
        More origins that a browser may call it from.
    settings
        More values of its configuration, by their keys.

    Raises
    ------
    BackgroundError
        When one of that name runs already, it does not come up, or the folder cannot be used.
    """
    process, printed = _launch(name, origins, settings)
    try:
        with printed:
            return _wait_until_up(process, printed, show)
    except BaseException:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        process.kill()
        process.wait()
        running_stacks()  # which removes its files
        raise


def stop(name: str | None) -> list[str]:
    """Stop the stack of that name, or all of them; return the names of those that were running.

    One that is still starting is stopped too. When this returns, the processes have ended.

    Raises
    ------
    BackgroundError
        When none of that name runs, or one does not stop.
    """
    found = running_stacks(name)
    names: dict[int, str] = {}
    for running in found:
        if running.pid is None:
            raise BackgroundError(
                f"{_path(running.name, '.json')} does not say which process {running.name} is: "
                "end that process yourself"
            )
        names[running.pid] = running.name
        with suppress(ProcessLookupError):
            os.kill(running.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    # The lock is free when the process has ended.
    while left := names.keys() & {running.pid for running in running_stacks()}:
        if time.monotonic() > deadline:
            for pid in left:
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
            killed = ", ".join(names[pid] for pid in left)
            raise BackgroundError(f"{killed} did not stop in time and was killed")
        time.sleep(0.05)
    return list(names.values())


def running_stacks(name: str | None = None) -> list[Running]:
    """Return the stacks that run in the background, and remove the files of those that ended.

    Parameters
    ----------
    name
        Only the one of that name.

    Raises
    ------
    BackgroundError
        When none of that name runs, or the folder cannot be used.
    """
    with _locked_folder():
        found = [running for running in _read_folder() if name in {None, running.name}]
    if name is not None and not found:
        raise BackgroundError(f"No stack called {name} runs in the background")
    return found


def announce(name: str, addresses: Mapping[str, str]) -> None:
    """Write down that the stack of this process, which has the name, is up."""
    with _locked_folder():
        _write(Running(name, os.getpid(), addresses))


def _launch(
    name: str, origins: Sequence[str], settings: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], TextIO]:
    """Start the process that has the name from its first moment; return also what it prints."""
    with _locked_folder():
        if name in {running.name for running in _read_folder()}:
            raise BackgroundError(
                f"A stack called {name} runs already: `status {name}` shows its endpoint, "
                f"`down {name}` stops it. For one more choose another --name"
            )
        log = _path(name, ".log")
        with _path(name, ".lock").open("ab") as lock, log.open("wb") as output:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            arguments = ["--as", name, "--lock", str(lock.fileno())]
            arguments += [f"--allow-origin={origin}" for origin in origins]
            arguments += [f"--config={key}={value}" for key, value in settings.items()]
            process = subprocess.Popen(  # noqa: S603 - run by no shell
                [*COMMAND, *arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "FLEX_LOCAL_STATE": str(FOLDER)},
                pass_fds=(lock.fileno(),),
                start_new_session=True,
            )
        _write(Running(name, process.pid))
        return process, log.open(encoding="utf-8", errors="replace")


def _wait_until_up(
    process: subprocess.Popen[bytes], printed: TextIO, show: Callable[[str], None]
) -> Running:
    deadline = time.monotonic() + START_SECONDS
    begun = ""
    while time.monotonic() < deadline:
        ended = process.poll() is not None
        stacks = running_stacks()
        # What is written of a line so far may be read before its end is.
        *lines, begun = (begun + printed.read()).split("\n")
        for line in [*lines, begun] if ended and begun else lines:
            show(line)
        for running in stacks:
            if running.pid == process.pid and running.addresses is not None:
                return running
        if ended and process.returncode in _STOPPED:
            raise BackgroundError("The stack was stopped before it was up")
        if ended:
            raise BackgroundError("The stack did not come up")
        time.sleep(0.1)
    raise BackgroundError(f"The stack was not up within {START_SECONDS:.0f} s")


@contextmanager
def _locked_folder() -> Iterator[None]:
    try:
        FOLDER.mkdir(parents=True, exist_ok=True)
        with (FOLDER / ".registry").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise BackgroundError(f"The folder {FOLDER} cannot be used: {error}") from error


def _read_folder() -> list[Running]:
    found = []
    for lock in sorted(FOLDER.glob("*.lock"), key=lambda path: path.stem):
        if _is_locked(lock):
            found.append(_read(lock.stem))
        else:
            for suffix in (".json", ".json-", ".log", ".lock"):
                _path(lock.stem, suffix).unlink(missing_ok=True)
    return found


def _is_locked(path: Path) -> bool:
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _read(name: str) -> Running:
    try:
        found = json.loads(_path(name, ".json").read_text(encoding="utf-8"))
        return Running(name, int(found["pid"]), found["addresses"])
    except (OSError, ValueError, TypeError, KeyError):
        return Running(name)


def _write(running: Running) -> None:
    path = _path(running.name, ".json")
    # A command that is killed meanwhile must not leave half a file.
    unfinished = path.with_suffix(".json-")
    unfinished.write_text(json.dumps(asdict(running)), encoding="utf-8")
    unfinished.replace(path)


def _path(name: str, suffix: str) -> Path:
    return FOLDER / f"{name}{suffix}"
