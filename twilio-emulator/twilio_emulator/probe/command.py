"""``python -m twilio_emulator probe``: ask an account, or say what asking it would do."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from twilio_emulator.probe import answers, tables
from twilio_emulator.probe.account import Unsuitable, look
from twilio_emulator.probe.catalogue import EXPERIMENTS
from twilio_emulator.probe.experiment import Experiment
from twilio_emulator.probe.listener import Listener, listening
from twilio_emulator.probe.made import Journal
from twilio_emulator.probe.runner import Result, Runner
from twilio_emulator.probe.transport import Caller, CallFailed, Http
from twilio_emulator.version import VERSION

NAMES = [each.name for each in EXPERIMENTS]
SID_LENGTH = 34
LOOPBACK = "127.0.0.1"
# Statuses of the process.
CHANGED, FAILED, INTERRUPTED = 1, 2, 130


def main(arguments: Sequence[str]) -> int:
    """Run the command; return the process's status."""
    chosen = _parser().parse_args(arguments)
    experiments = [
        each
        for each in EXPERIMENTS
        if each.name in (chosen.only or []) or not (chosen.only or each.long)
    ]
    if not chosen.run:
        _print(tables.plan(experiments))
        return 0
    try:
        return _run(chosen, experiments)
    except KeyboardInterrupt:
        _say("Interrupted; what is left, the next run removes")
        return INTERRUPTED
    except (Unsuitable, CallFailed, OSError, ValueError) as error:
        _say(f"twilio-emulator probe: {error}")
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m twilio_emulator probe",
        description="Ask a Twilio account what the switches of the emulated Twilio stand for. "
        "Without --run it says what it would do. Credentials are taken from TWILIO_ACCOUNT_SID and "
        "TWILIO_AUTH_TOKEN, or TWILIO_API_KEY and TWILIO_API_SECRET.",
    )
    parser.add_argument("--run", action="store_true", help="do it")
    parser.add_argument("--workspace", metavar="WS…", help="the SID of the workspace to use")
    parser.add_argument(
        "--only", action="append", choices=NAMES, metavar="NAME", help=", ".join(NAMES)
    )
    parser.add_argument(
        "--agents-may-work",
        action="store_true",
        help="run although agents are available in the workspace",
    )
    parser.add_argument("--base-url", metavar="URL", help="of an emulated Twilio")
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
    parser.add_argument(
        "--journal",
        type=Path,
        default=Path("probe-journal.jsonl"),
        metavar="FILE",
        help="where it keeps what it made, until that is gone",
    )
    return parser


def _run(chosen: argparse.Namespace, experiments: Sequence[Experiment]) -> int:
    before = answers.read(chosen.compare) if chosen.compare else None
    with _listening(chosen, experiments) as events:
        runner = _runner(chosen, events)
        results: list[Result] = []
        for each in experiments:
            _say(f"{each.name}: {each.does}")
            results += runner.results(each)
    about = {"emulated": chosen.base_url is not None, "version": VERSION}
    region = os.environ.get("TWILIO_REGION") or "us1"
    found = answers.document(results, datetime.now(UTC), region, about)
    chosen.out.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    _print(tables.answers(found))
    _say(f"{runner.caller.calls} calls; the answers are in {chosen.out}")
    left = runner.clean_up()
    for thing in left:
        _say(f"Could not remove {thing.kind} {thing.name}; run the probe again, with its journal")
    changed = answers.changes(before, found) if before else []
    if before:
        _print(tables.drift(changed, before["date"]))
    return FAILED if left else CHANGED if changed else 0


@contextmanager
def _listening(
    chosen: argparse.Namespace, experiments: Sequence[Experiment]
) -> Iterator[Listener | None]:
    """Listen for events if an experiment asks for them and Twilio has a way here."""
    local = _is_local(chosen.base_url)
    if not any(each.hears for each in experiments) or not (chosen.events_url or local):
        yield None
        return
    if chosen.events_url and not local:
        public = urlsplit(chosen.events_url)
        if public.scheme != "https" or not public.hostname or _is_local(chosen.events_url):
            raise Unsuitable("expected --events-url with https, and a host that Twilio reaches")
    host, _, port = chosen.events_listen.rpartition(":")
    if not host or not port.isdigit():
        raise Unsuitable(f"expected --events-listen such as {LOOPBACK}:8765")
    with listening(host, int(port), chosen.events_url) as listener:
        yield listener


def _is_local(url: str | None) -> bool:
    return urlsplit(url or "").hostname in {LOOPBACK, "localhost", "::1"}


def _runner(chosen: argparse.Namespace, events: Listener | None) -> Runner:
    """Return a runner, after what an earlier run left was removed."""
    workspace = chosen.workspace or ""
    if not (workspace.startswith("WS") and len(workspace) == SID_LENGTH):
        raise Unsuitable("expected --workspace with the SID of a workspace, WS and 32 digits")
    base = urlsplit(chosen.base_url or "https://")
    if base.scheme != "https" and not _is_local(chosen.base_url):
        raise Unsuitable("expected --base-url with https, or of this machine")
    transport = Http(
        _credentials(),
        chosen.base_url,
        os.environ.get("TWILIO_REGION"),
        os.environ.get("TWILIO_EDGE"),
    )
    caller, journal = Caller(transport), Journal(chosen.journal)
    premises = look(caller, workspace, agents_allowed=chosen.agents_may_work)
    activities = premises.available, premises.offline
    runner = Runner(caller, journal, workspace, activities, _say, events)
    if journal.things:
        _say(f"Removing what an earlier run left: {len(journal.things)} things")
        if runner.clean_up():
            raise Unsuitable("what an earlier run left could not be removed; try again later")
    return runner


def _credentials() -> tuple[str, str]:
    for name, secret in (
        ("TWILIO_API_KEY", "TWILIO_API_SECRET"),
        ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"),
    ):
        pair = os.environ.get(name), os.environ.get(secret)
        if pair[0] and pair[1]:
            return pair[0], pair[1]
    raise Unsuitable(
        "expected the environment variables TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or "
        "TWILIO_API_KEY and TWILIO_API_SECRET"
    )


def _print(text: str) -> None:
    print(text)  # noqa: T201


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201
