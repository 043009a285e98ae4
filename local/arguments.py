"""What can be said on the command line."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from local.registry import NAME, ROOT


def _command() -> str:
    """Return how to call this from the repository's folder, where the module is found."""
    python = Path(sys.executable)
    shown = python.relative_to(ROOT) if python.is_relative_to(ROOT) else python
    return f"{shlex.quote(str(shown))} -m local"


COMMAND: Final = _command()


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return what was asked for; exit with 2 and the command's usage when it makes no sense."""
    chosen, unknown = _parser().parse_known_args(arguments)
    # argparse itself would show the usage of everything, in which the command's flags are not.
    command: argparse.ArgumentParser = chosen.parser
    if unknown:
        command.error(f"unrecognized arguments: {' '.join(unknown)}")
    if chosen.command == "up" and chosen.name is not None and not chosen.detach:
        command.error("--name is for the background: add -d")
    return chosen


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=COMMAND,
        description="Run everything on this machine: emulated Twilio and AWS, no account needed.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="up|demo|down")
    demo = commands.add_parser("demo", help="deploy to the emulators, transfer, and exit")
    up = commands.add_parser("up", help="deploy to the emulators and keep them running")
    up.add_argument("-d", "--detach", action="store_true", help="in the background")
    up.add_argument("--name", type=_name, help="what to call the one in the background")
    up.add_argument(
        "--allow-origin",
        dest="origins",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="a page's origin that may call too, such as http://localhost:8080; repeat for more",
    )
    # How `up -d` calls the process in the background, and the file that keeps its name.
    up.add_argument("--as", dest="background_name", type=_name, help=argparse.SUPPRESS)
    up.add_argument("--lock", type=int, help=argparse.SUPPRESS)
    down = commands.add_parser("down", help="stop what up -d started")
    down.add_argument("name", nargs="?", type=_name, help="only the one of this name")
    for command in (demo, up, down):
        command.set_defaults(parser=command)
    return parser


def _name(text: str) -> str:
    """Return a name that can be a part of a file's."""
    if not NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no name: use letters, digits, '-', '_' and '.', a letter or digit first"
        )
    return text
