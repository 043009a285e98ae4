"""``python -m twilio_emulator probe transfer``: play transfers through a deployed endpoint."""

import argparse
import os
from collections.abc import Sequence
from textwrap import wrap
from typing import Final

from twilio_emulator.probe.access import (
    FAILED,
    INTERRUPTED,
    add_options,
    cleaned,
    is_safe,
    runner,
    say,
    show,
)
from twilio_emulator.probe.account import Unsuitable
from twilio_emulator.probe.endpoint import HttpEndpoint
from twilio_emulator.probe.runner import Refused
from twilio_emulator.probe.tables import WIDTH
from twilio_emulator.probe.transfer import PRINCIPLES, Check, Play
from twilio_emulator.probe.transport import CallFailed

# The process's status if a principle broke, or the endpoint's contract.
BROKEN: Final = 1
TOKEN: Final = "FLEX_TOKEN"  # noqa: S105 - a variable's name

_PLAN: Final = f"""\
A run would do this. Nothing was sent; add --run to do it.

It makes a conversation with a customer to whom nothing is sent, two workers, a queue and a workflow
of its own. The first worker transfers the conversation to the second (now), who offers it to the
first, who accepts; the first request is sent again; the first offers it to the second, who
declines. Workers are available only while they are to accept or decline, and for tasks of one kind
only. At most 10 minutes and some 800 calls, most of them looks; then everything is removed.

The transfers go through --endpoint, so it changes what that changes: tasks in its transfer
workflow, which are ended in the end, and its own records. Use an account and a stack for tests.

The endpoint is asked with {TOKEN}: the Flex token of a supervisor or an administrator, who may
transfer any task.
"""


def main(arguments: Sequence[str]) -> int:
    """Run the command; return the process's status."""
    chosen = _parser().parse_args(arguments)
    if not chosen.run:
        show(_PLAN)
        return 0
    try:
        return _run(chosen)
    except KeyboardInterrupt:
        say("Interrupted; what is left, the next run removes")
        return INTERRUPTED
    except (Unsuitable, Refused, CallFailed, OSError, ValueError) as error:
        say(f"twilio-emulator probe transfer: {error}")
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m twilio_emulator probe transfer",
        description="Play transfers through a deployed endpoint of flex-chat-transfer, and tell "
        "which of its principles broke. Without --run it says what it would do. Credentials are "
        f"taken as for probe, and {TOKEN}, the Flex token of a supervisor or an administrator.",
    )
    add_options(parser)
    parser.add_argument("--endpoint", metavar="URL", help="the stack's output of that name")
    return parser


def _run(chosen: argparse.Namespace) -> int:
    token = os.environ.get(TOKEN)
    if not chosen.endpoint or not is_safe(chosen.endpoint):
        raise Unsuitable("expected --endpoint with https, or of this machine")
    if not token:
        raise Unsuitable(f"expected the environment variable {TOKEN}; see the README")
    one = runner(chosen)
    play = Play(one, HttpEndpoint(chosen.endpoint, token))
    try:
        play.run()
    finally:
        gone = cleaned(one)
    show(table(play.checks))
    broken = [check for check in play.checks if not check.kept]
    return FAILED if not gone else BROKEN if broken else 0


def table(checks: Sequence[Check]) -> str:
    """Return what was checked, and the principles that broke, in full."""
    lines = []
    for check in checks:
        rule = "contract" if check.principle is None else f"principle {check.principle}"
        start = f"{'kept  ' if check.kept else 'BROKEN'}  {rule:11}  {check.act}: "
        lines += wrap(start + check.seen, WIDTH, subsequent_indent=" " * 21)
    broken = sorted({one.principle for one in checks if one.principle and not one.kept})
    lines += [""] if broken else []
    for number in broken:
        lines += wrap(f"Principle {number} broke: {PRINCIPLES[number]}.", WIDTH)
    return "\n".join(lines)
