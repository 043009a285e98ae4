"""`python -m local`: the whole system on this machine, with no account anywhere.

``demo`` shows real transfers and exits, ``up`` keeps everything running, ``up -d`` does so in the
background, and ``down`` stops that again.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from types import FrameType
from typing import NoReturn

import pulumi
from rich.console import Console

from local import background
from local.aws import EmulatedAwsError
from local.background import BackgroundError
from local.demo.mismatch import Mismatch
from local.deployer import DeploymentError
from local.instructions import show_instructions
from local.progress import progress_on
from local.stack import local_stack

INTERRUPTED = 130
PAGE_WIDTH = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the process's exit code: 0, 1 for a failure, 2 for wrong usage."""
    chosen = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    console = _console()
    # A shell starts background jobs with SIGINT ignored; whoever sends it to us means it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    try:
        return _run(chosen, console)
    except KeyboardInterrupt:
        console.print("Stopped.")
        return INTERRUPTED
    except (
        BackgroundError,
        DeploymentError,
        EmulatedAwsError,
        Mismatch,
        pulumi.RunError,
    ) as error:
        Console(stderr=True, highlight=False).print(
            f"error: {error}", style="bold red", markup=False, soft_wrap=True
        )
        return 1


def _console() -> Console:
    """Return a console as wide as the terminal, or as a page where there is none."""
    console = Console(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PAGE_WIDTH
    return console


def _run(chosen: argparse.Namespace, console: Console) -> int:
    if chosen.command == "demo":
        from local.demo.performance import demo  # noqa: PLC0415 - the others need not wait for it

        demo(console)
    elif chosen.command == "down":
        _down(chosen.name, console)
    elif chosen.detach:
        _up_in_background(chosen.name, console)
    else:
        _up(console, chosen.background_name)
    return 0


def _up(console: Console, name: str | None) -> None:
    """Keep a stack up until a signal comes; with a name, as one of the background's."""
    with ExitStack() as held:
        with progress_on(console) as progress:
            stack = held.enter_context(local_stack(progress))
        if name is not None:
            held.enter_context(background.registered(name, stack.endpoint, stack.twilio.base_url))
        else:
            show_instructions(console, stack.endpoint, stack.twilio.base_url)
            console.print("\nCtrl-C stops everything.")
        signal.pause()


def _up_in_background(name: str | None, console: Console) -> None:
    running = background.start(name, lambda line: console.print(line, markup=False, soft_wrap=True))
    show_instructions(console, running.endpoint, running.twilio_url)
    console.print(f"\n{running.name} runs in the background (process {running.pid}).")
    console.print(f"Stop it:  python -m local down {running.name}", soft_wrap=True)


def _down(name: str | None, console: Console) -> None:
    stopped = background.stop(name)
    console.print(
        f"Stopped {', '.join(stopped)}." if stopped else "Nothing runs in the background."
    )


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    """End through all the contexts, so that each takes down what it started."""
    raise SystemExit(128 + number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local",
        description="Run everything on this machine: emulated Twilio and AWS, no account needed.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="up|demo|down")
    commands.add_parser("demo", help="deploy to the emulators, transfer, and exit")
    up = commands.add_parser("up", help="deploy to the emulators and keep them running")
    up.add_argument("-d", "--detach", action="store_true", help="in the background")
    up.add_argument("--name", help="what to call the one in the background")
    up.add_argument("--as", dest="background_name", help=argparse.SUPPRESS)
    down = commands.add_parser("down", help="stop what up -d started")
    down.add_argument("name", nargs="?", help="only the one of this name")
    return parser


if __name__ == "__main__":
    sys.exit(main())
