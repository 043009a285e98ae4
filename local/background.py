"""Stacks that outlive the command that started them: `up -d`, and `down`."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, TextIO

from local import registry
from local.registry import BackgroundError, Running

START_SECONDS: Final = 90.0
STOP_SECONDS: Final = 15.0
COMMAND: Final = (sys.executable, "-m", "local", "up")
_STOPPED: Final = frozenset({-signal.SIGTERM, 128 + signal.SIGTERM})


def start(name: str | None, show: Callable[[str], None], origins: Sequence[str] = ()) -> Running:
    """Start `python -m local up` as a process of its own and wait until its stack is up.

    Parameters
    ----------
    name
        What to call it; the first free one of ``local``, ``local-2``, ... by default.
    show
        Gets each line that it prints meanwhile.
    origins
        More origins that a browser may call it from.

    Raises
    ------
    BackgroundError
        When one of that name runs already, or it does not come up.
    """
    process, printed = _launch(name, origins)
    try:
        with printed:
            return _wait_until_up(process, printed, show)
    except BaseException:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        process.kill()
        process.wait()
        registry.everything()  # which removes its files
        raise


def stop(name: str | None) -> list[str]:
    """Stop the stack of that name, or all of them; return the names of those that were running.

    One that is still starting is stopped too. When this returns, the processes have ended.

    Raises
    ------
    BackgroundError
        When none of that name runs, or one does not stop.
    """
    found = [running for running in registry.everything() if name in {None, running.name}]
    if name is not None and not found:
        raise BackgroundError(f"No stack called {name} runs in the background")
    for running in found:
        with suppress(ProcessLookupError):
            os.kill(_pid(running), signal.SIGTERM)
    for running in found:
        _wait_until_down(running)
    return [running.name for running in found]


def _launch(name: str | None, origins: Sequence[str]) -> tuple[subprocess.Popen[bytes], TextIO]:
    """Start the process that has the name from its first moment; return also what it prints."""
    with registry.claimed(name) as claim, claim.log.open("wb") as output:
        arguments = ["--as", claim.name, "--lock", str(claim.descriptor)]
        arguments += [f"--allow-origin={origin}" for origin in origins]
        process = subprocess.Popen(  # noqa: S603 - run by no shell
            [*COMMAND, *arguments],
            cwd=registry.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "FLEX_LOCAL_STATE": str(registry.FOLDER)},
            pass_fds=(claim.descriptor,),
            start_new_session=True,
        )
        claim.give_to(process.pid)
        return process, claim.log.open(encoding="utf-8", errors="replace")


def _pid(running: Running) -> int:
    if running.pid is None:
        raise BackgroundError(
            f"{registry.FOLDER / running.name}.json does not say which process {running.name} is: "
            "end that process yourself"
        )
    return running.pid


def _find(pid: int | None) -> Running | None:
    return next((running for running in registry.everything() if running.pid == pid), None)


def _wait_until_up(
    process: subprocess.Popen[bytes], printed: TextIO, show: Callable[[str], None]
) -> Running:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        ended = process.poll() is not None
        running = _find(process.pid)
        for line in printed:
            show(line.rstrip("\n"))
        if running is not None and running.addresses is not None:
            return running
        if ended and process.returncode in _STOPPED:
            raise BackgroundError("The stack was stopped before it was up")
        if ended:
            raise BackgroundError("The stack did not come up")
        time.sleep(0.1)
    raise BackgroundError(f"The stack was not up within {START_SECONDS:.0f} s")


def _wait_until_down(running: Running) -> None:
    """Wait until nobody has the name any more, which is when the process has ended."""
    deadline = time.monotonic() + STOP_SECONDS
    while _find(running.pid) is not None:
        if time.monotonic() > deadline:
            with suppress(ProcessLookupError):
                os.killpg(_pid(running), signal.SIGKILL)
            raise BackgroundError(f"{running.name} did not stop in time and was killed")
        time.sleep(0.05)
