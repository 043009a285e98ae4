"""The command line of `python -m local`."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from local import ROOT
from local.background import DEFAULT_NAME, NAME


def _command() -> str:
    """Return how to call this from the repository's folder, where the module is found."""
    python = Path(sys.executable)
    shown = python.relative_to(ROOT) if python.is_relative_to(ROOT) else python
    return f"{shlex.quote(str(shown))} -m local"


COMMAND: Final = _command()


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the arguments; exit with 2 and the command's usage when it is wrong."""
    chosen, unknown = _parser().parse_known_args(arguments)
    # argparse itself would show the top-level usage, which lacks the command's flags.
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
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="up|demo|status|down|check|route"
    )
    demo = commands.add_parser("demo", help="deploy to the emulators, transfer, and exit")
    demo.add_argument(
        "--package",
        type=_wheel,
        metavar="WHEEL",
        help="deploy the component of this wheel, such as `make packages` builds, in an empty "
        "environment; the wheel of pulumi-twilio is next to it",
    )
    up = commands.add_parser("up", help="deploy to the emulators and keep them running")
    up.add_argument("-d", "--detach", action="store_true", help="run in the background")
    up.add_argument(
        "--name", type=_name, help=f"its name in the background, {DEFAULT_NAME} by default"
    )
    up.add_argument(
        "--allow-origin",
        dest="origins",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="another origin of browsers that may call, such as http://localhost:8080; repeatable",
    )
    up.add_argument(
        "--config",
        type=_setting,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="another value of the stack's configuration, such as "
        "transferTargetsAttribute=transfer_targets; repeatable",
    )
    # How `up -d` starts the process in the background: its name, and the descriptor of its lock.
    up.add_argument("--as", dest="background_name", type=_name, help=argparse.SUPPRESS)
    up.add_argument("--lock", type=int, help=argparse.SUPPRESS)
    status = commands.add_parser("status", help="list the stacks that up -d started")
    status.add_argument(
        "name", nargs="?", type=_name, help="the stack whose commands are shown as up -d shows them"
    )
    down = commands.add_parser("down", help="stop the stacks that up -d started")
    down.add_argument(
        "name", nargs="?", type=_name, help="the stack to stop; all of them by default"
    )
    check = commands.add_parser("check", help="find transfers that reach no agent")
    route = commands.add_parser("route", help="explain where one transfer goes, step by step")
    route.add_argument(
        "--target",
        required=True,
        help="a queue, a worker or a workflow, by its SID or its name",
    )
    route.add_argument(
        "--from", dest="sender", metavar="WORKER", help="who transfers, by SID or name"
    )
    for command in (check, route):
        command.add_argument(
            "--stack",
            help="the Pulumi stack whose workspace is read, with its credentials; nothing is "
            "changed. Without it: the emulated Twilio's example centre",
        )
    for command in (demo, up, status, down, check, route):
        command.set_defaults(parser=command)
    return parser


def _wheel(text: str) -> Path:
    """Return the path of a wheel that is there."""
    path = Path(text)
    if path.suffix != ".whl" or not path.is_file():
        raise argparse.ArgumentTypeError(f"{text!r} is no wheel: build one with `make packages`")
    return path


def _setting(text: str) -> tuple[str, str]:
    """Return the key and the value that a text assigns to it."""
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    return key, value


def _name(text: str) -> str:
    """Return the name if files can be named after it."""
    if not NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a valid name: use letters, digits, '-', '_' and '.', "
            "a letter or digit first"
        )
    return text
