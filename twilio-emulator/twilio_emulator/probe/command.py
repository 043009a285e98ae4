"""``python -m twilio_emulator probe``: ask an account, or say what asking it would do."""

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from twilio_emulator.probe import answers, tables
from twilio_emulator.probe.access import (
    FAILED,
    INTERRUPTED,
    LOOPBACK,
    add_options,
    cleaned,
    is_local,
    is_safe,
    runner,
    say,
    show,
)
from twilio_emulator.probe.account import Unsuitable
from twilio_emulator.probe.catalogue import EXPERIMENTS
from twilio_emulator.probe.experiment import Experiment
from twilio_emulator.probe.listener import Listener, listening
from twilio_emulator.probe.runner import Result
from twilio_emulator.probe.transport import CallFailed
from twilio_emulator.version import VERSION

NAMES = [each.name for each in EXPERIMENTS]
# The process's status if answers have changed.
CHANGED = 1


def main(arguments: Sequence[str]) -> int:
    """Run the command; return the process's status."""
    chosen = _parser().parse_args(arguments)
    experiments = [
        each
        for each in EXPERIMENTS
        if each.name in (chosen.only or []) or not (chosen.only or each.long)
    ]
    if not chosen.run:
        show(tables.plan(experiments))
        return 0
    try:
        return _run(chosen, experiments)
    except KeyboardInterrupt:
        say("Interrupted; what is left, the next run removes")
        return INTERRUPTED
    except (Unsuitable, CallFailed, OSError, ValueError) as error:
        say(f"twilio-emulator probe: {error}")
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m twilio_emulator probe",
        description="Ask a Twilio account what the switches of the emulated Twilio stand for. "
        "Without --run it says what it would do. Credentials are taken from TWILIO_ACCOUNT_SID and "
        "TWILIO_AUTH_TOKEN, or TWILIO_API_KEY and TWILIO_API_SECRET.",
    )
    add_options(parser)
    parser.add_argument(
        "--only", action="append", choices=NAMES, metavar="NAME", help=", ".join(NAMES)
    )
    parser.add_argument(
        "--events-url",
        metavar="URL",
        help="a public address that leads to --events-listen, such as a tunnel's: Twilio sends the "
        "events of the account to it",
    )
    parser.add_argument(
        "--events-listen",
        default=f"{LOOPBACK}:0",
        metavar="HOST:PORT",
        help="where the probe listens for events; a free port of this machine if it is not given",
    )
    parser.add_argument("--out", type=Path, default=Path("probe-answers.json"), metavar="FILE")
    parser.add_argument(
        "--compare", type=Path, metavar="FILE", help="of earlier answers: say what has changed"
    )
    return parser


def _run(chosen: argparse.Namespace, experiments: Sequence[Experiment]) -> int:
    before = answers.read(chosen.compare) if chosen.compare else None
    with _listening(chosen, experiments) as events:
        asking = runner(chosen, events)
        results: list[Result] = []
        for each in experiments:
            say(f"{each.name}: {each.does}")
            results += asking.results(each)
    about = {"emulated": chosen.base_url is not None, "version": VERSION}
    region = os.environ.get("TWILIO_REGION") or "us1"
    found = answers.document(results, datetime.now(UTC), region, about)
    chosen.out.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    show(tables.answers(found))
    say(f"{asking.caller.calls} calls; the answers are in {chosen.out}")
    gone = cleaned(asking)
    changed = answers.changes(before, found) if before else []
    if before:
        show(tables.drift(changed, before["date"]))
    return FAILED if not gone else CHANGED if changed else 0


@contextmanager
def _listening(
    chosen: argparse.Namespace, experiments: Sequence[Experiment]
) -> Iterator[Listener | None]:
    """Listen for events if an experiment asks for them and Twilio has a way here."""
    local, public = is_local(chosen.base_url), chosen.events_url
    if not any(each.hears for each in experiments) or not (public or local):
        yield None
        return
    if public and not local and (is_local(public) or not is_safe(public)):
        raise Unsuitable("expected --events-url with https, and a host that Twilio reaches")
    host, _, port = chosen.events_listen.rpartition(":")
    if not host or not port.isdigit():
        raise Unsuitable(f"expected --events-listen such as {LOOPBACK}:8765")
    with listening(host, int(port), public) as listener:
        yield listener
