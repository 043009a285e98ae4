"""Clocks: the machine's, and one that tests control."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """A source of the time that can be moved forward."""

    def now(self) -> datetime:
        """Return the time, in UTC."""

    def advance(self, seconds: float) -> None:
        """Move the clock forward by so many seconds."""


class SystemClock:
    """The machine's clock, and what was added to it."""

    def __init__(self) -> None:
        self._added = timedelta()

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return datetime.now(UTC) + self._added

    def advance(self, seconds: float) -> None:
        """Move the clock forward by so many seconds."""
        self._added += timedelta(seconds=seconds)


class ManualClock:
    """A clock that moves only when `advance` is called, from the machine's time or another one."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime.now(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the time, in UTC."""
        with self._lock:
            return self._now

    def advance(self, seconds: float) -> None:
        """Move the clock forward by so many seconds."""
        with self._lock:
            self._now += timedelta(seconds=seconds)


def iso8601(moment: datetime | None) -> str | None:
    """Write a time as TaskRouter and Conversations do: seconds, and a ``Z``."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
