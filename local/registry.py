"""Which stacks run in the background: each has a name, and files of that name in one folder.

The folder is ``.local/``, or the one that ``FLEX_LOCAL_STATE`` names. A stack's process keeps
``NAME.lock`` locked until it ends. The lock, not the process id in ``NAME.json``, tells whether it
lives: ids are given out again, locks end with their process. Whoever takes a name or looks whether
one is taken does so alone, so that nobody mistakes another's look for a stack, or removes a file
that another has just made.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from local.addresses import Addresses

ROOT: Final = Path(__file__).resolve().parent.parent
# Absolute, because the stacks' processes work in another folder than whoever set it.
FOLDER: Final = Path(os.environ.get("FLEX_LOCAL_STATE") or ROOT / ".local").absolute()
NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]{0,63}", re.ASCII)


class BackgroundError(Exception):
    """A stack in the background could not be started or stopped; the text says why."""


@dataclass(frozen=True, slots=True)
class Running:
    """A stack in the background.

    Attributes
    ----------
    name
        What it is called.
    pid
        Its process, or None when its file cannot be read.
    addresses
        Where it is found, or None while it starts.
    """

    name: str
    pid: int | None
    addresses: Addresses | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A name that nobody else can have.

    ``descriptor`` is the open file with the lock: a process that inherits it keeps the name for as
    long as it lives.
    """

    name: str
    descriptor: int

    def give_to(self, pid: int) -> None:
        """Tell everybody which process has the name, so that it can be stopped from now on."""
        _write(Running(self.name, pid, None))

    @property
    def log(self) -> Path:
        """Return where the stack of this name prints to."""
        return _path(self.name, ".log")


@contextmanager
def claimed(name: str | None) -> Iterator[Claim]:
    """Take a name, the first free one of ``local``, ``local-2``, ... by default.

    Nobody else can look at the stacks until the context ends, so start the process in it that is to
    have the name, and say which one it is with `Claim.give_to`.

    Raises
    ------
    BackgroundError
        When a stack of that name runs already, or the folder cannot be written to.
    """
    with _alone():
        taken = {running.name for running in _living()}
        if name in taken:
            raise BackgroundError(f"A stack called {name} runs already: choose another --name")
        candidates = ["local", *(f"local-{number}" for number in range(2, len(taken) + 3))]
        chosen = name or next(candidate for candidate in candidates if candidate not in taken)
        with _path(chosen, ".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield Claim(chosen, lock.fileno())


def everything() -> list[Running]:
    """Return the stacks that run in the background; files of dead ones are removed.

    Raises
    ------
    BackgroundError
        When the folder cannot be written to.
    """
    with _alone():
        return _living()


def announce(name: str, addresses: Addresses) -> None:
    """Tell everybody that the stack of this process, which has the name, is up."""
    with _alone():
        _write(Running(name, os.getpid(), addresses))


def _write(running: Running) -> None:
    path = _path(running.name, ".json")
    # Whoever reads must find all of it, the old or the new.
    unfinished = path.with_suffix(".json-")
    unfinished.write_text(json.dumps(asdict(running)), encoding="utf-8")
    unfinished.replace(path)


@contextmanager
def _alone() -> Iterator[None]:
    try:
        FOLDER.mkdir(parents=True, exist_ok=True)
        with (FOLDER / ".registry").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise BackgroundError(f"The folder {FOLDER} cannot be used: {error}") from error


def _living() -> list[Running]:
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
        addresses = Addresses(**found["addresses"]) if found["addresses"] else None
        return Running(name, int(found["pid"]), addresses)
    except (OSError, ValueError, TypeError, KeyError):
        return Running(name, None, None)


def _path(name: str, suffix: str) -> Path:
    return FOLDER / f"{name}{suffix}"
