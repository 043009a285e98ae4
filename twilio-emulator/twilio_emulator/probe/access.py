"""What every command of the probe does first: read its options, look at the account, clean up."""

import argparse
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from twilio_emulator.probe.account import Unsuitable, look
from twilio_emulator.probe.listener import Listener
from twilio_emulator.probe.made import Journal
from twilio_emulator.probe.runner import Runner
from twilio_emulator.probe.transport import Caller, Http

SID_LENGTH = 34
LOOPBACK = "127.0.0.1"
# Statuses of the process.
FAILED, INTERRUPTED = 2, 130


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that every command has."""
    parser.add_argument("--run", action="store_true", help="do it")
    parser.add_argument("--workspace", metavar="WS…", help="the SID of the workspace to use")
    parser.add_argument(
        "--agents-may-work",
        action="store_true",
        help="run although agents are available in the workspace",
    )
    parser.add_argument("--base-url", metavar="URL", help="of an emulated Twilio")
    parser.add_argument(
        "--journal",
        type=Path,
        default=Path("probe-journal.jsonl"),
        metavar="FILE",
        help="where it keeps what it made, until that is gone",
    )


def is_local(url: str | None) -> bool:
    """Tell whether an address is one of this machine."""
    return urlsplit(url or "").hostname in {LOOPBACK, "localhost", "::1"}


def is_safe(url: str) -> bool:
    """Tell whether a secret may be sent to an address."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or is_local(url))


def runner(chosen: argparse.Namespace, events: Listener | None = None) -> Runner:
    """Return a runner, after what an earlier run left was removed.

    Raises
    ------
    Unsuitable
        An option, the environment or the account does not fit.
    CallFailed
        Twilio does not answer.
    """
    workspace = chosen.workspace or ""
    if not (workspace.startswith("WS") and len(workspace) == SID_LENGTH):
        raise Unsuitable("expected --workspace with the SID of a workspace, WS and 32 digits")
    if chosen.base_url and not is_safe(chosen.base_url):
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
    made = Runner(caller, journal, workspace, activities, say, events)
    if journal.things:
        say(f"Removing what an earlier run left: {len(journal.things)} things")
        if made.clean_up():
            raise Unsuitable("what an earlier run left could not be removed; try again later")
    return made


def cleaned(one: Runner) -> bool:
    """Remove what is left of a run, and say what could not be removed; tell whether all is gone."""
    left = one.clean_up()
    for thing in left:
        say(f"Could not remove {thing.kind} {thing.name}; run the probe again, with its journal")
    return not left


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


def show(text: str) -> None:
    """Print a result."""
    print(text)  # noqa: T201


def say(line: str) -> None:
    """Print what happens, apart from results."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201
