"""Everything on one machine: emulated Twilio and AWS, and the program deployed to both."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent


class LocalError(Exception):
    """Ends a command of `python -m local`; the text says why."""
