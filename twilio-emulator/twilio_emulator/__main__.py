"""``python -m twilio_emulator``: serve an emulated Twilio until Ctrl-C."""

import argparse
import json
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from twilio_emulator.centre import ContactCentre
from twilio_emulator.probe import answers, transfer_command
from twilio_emulator.probe import command as probe
from twilio_emulator.seed import contact_centre
from twilio_emulator.server import RunningTwilio, serve
from twilio_emulator.version import VERSION


def main() -> None:
    """Serve, and print the address that takes the place of Twilio's hosts; or probe an account."""
    if sys.argv[1:2] == ["probe"]:
        # What ends it politely lets it clean up first, as Ctrl-C does.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if sys.argv[2:3] == ["transfer"]:
            sys.exit(transfer_command.main(sys.argv[3:]))
        sys.exit(probe.main(sys.argv[2:]))
    chosen = _parser().parse_args()
    try:
        centre = contact_centre()
        _prepare(centre, chosen)
        with suppress(KeyboardInterrupt), serve(centre, chosen.port) as twilio:
            _say(twilio)
            _wait(twilio, chosen.journal)
    except (OSError, ValueError) as error:
        sys.exit(f"twilio-emulator: {error}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m twilio_emulator",
        description="Serve an emulated Twilio on this machine.",
        epilog="python -m twilio_emulator probe --help: ask a Twilio account what the switches "
        "stand for. python -m twilio_emulator probe transfer --help: play transfers through a "
        "deployed endpoint.",
    )
    parser.add_argument("--port", type=int, default=4010, help="4010; 0 chooses a free one")
    parser.add_argument(
        "--seed", type=Path, metavar="FILE", help="JSON with queues and workflows to add"
    )
    parser.add_argument(
        "--switch",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set a switch, its value as JSON; may be given again",
    )
    parser.add_argument(
        "--emulate", type=Path, metavar="FILE", help="set the switches to a probe's answers"
    )
    parser.add_argument("--journal", action="store_true", help="print each call")
    parser.add_argument("--version", action="version", version=VERSION)
    return parser


def _prepare(centre: ContactCentre, chosen: argparse.Namespace) -> None:
    """Add what the seed file has, and set the switches.

    Raises
    ------
    ValueError
        The file, a queue, a workflow or a switch is not valid.
    """
    if chosen.seed:
        centre.add(_read(chosen.seed))
    if chosen.emulate:
        centre.account.settings.change(answers.switches(answers.read(chosen.emulate)))
    for each in chosen.switch:
        name, equals, text = each.partition("=")
        if not equals:
            raise ValueError(f"--switch {each}: expected NAME=VALUE")
        try:
            value = json.loads(text)
        except ValueError:
            raise ValueError(f"--switch {each}: expected a value in JSON, such as true") from None
        centre.account.settings.change({name: value})


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}: expected a JSON object; {error}") from error


def _say(twilio: RunningTwilio) -> None:
    print(twilio.base_url)  # noqa: T201
    print(f"Console: {twilio.base_url}/console", flush=True)  # noqa: T201


def _wait(twilio: RunningTwilio, prints: bool) -> None:  # noqa: FBT001
    """Wait for ever; print the calls as they are answered, if that was asked for."""
    stopped = threading.Event()
    told: set[int] = set()
    while not stopped.wait(0.2 if prints else None):
        ended = [one for one in twilio.journal if one.status is not None or one.fault is not None]
        for entry in ended:
            if entry.number not in told:
                told.add(entry.number)
                how = entry.status or entry.fault
                print(how, entry.method, entry.path, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
