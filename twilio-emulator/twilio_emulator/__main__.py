"""``python -m twilio_emulator``: serve an emulated Twilio until Ctrl-C."""

import argparse
import threading
from contextlib import suppress

from twilio_emulator.seed import contact_centre
from twilio_emulator.server import serve


def main() -> None:
    """Serve, and print the address that takes the place of Twilio's hosts."""
    parser = argparse.ArgumentParser(
        prog="python -m twilio_emulator", description="Serve an emulated Twilio on this machine."
    )
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    with suppress(KeyboardInterrupt), serve(contact_centre(), parser.parse_args().port) as twilio:
        print(twilio.base_url, flush=True)  # noqa: T201
        threading.Event().wait()


if __name__ == "__main__":
    main()
