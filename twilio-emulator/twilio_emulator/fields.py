"""Turns objects into the fields of answers."""

from datetime import datetime
from typing import Any

from twilio_emulator.clock import iso8601


def fields(entry: object, names: str) -> dict[str, Any]:
    """Return attributes of an object under their own names, times as ISO 8601.

    Parameters
    ----------
    names
        Separated by white space.
    """
    values = {name: getattr(entry, name) for name in names.split()}
    return {
        name: iso8601(value) if isinstance(value, datetime) else value
        for name, value in values.items()
    }
