"""What a warm function remembers of Twilio between invocations, each thing for its own time."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class WarmCache:
    """Values by name, until their time is up.

    Parameters
    ----------
    clock : callable
        Seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, Any]] = {}

    def get(self, name: str, seconds: float, read: Callable[[], T]) -> T:
        """Give the value of that name, read anew unless it is younger than so many seconds."""
        now = self._clock()
        if name in self._kept and now < self._kept[name][0]:
            value: T = self._kept[name][1]
            return value
        value = read()
        self._kept[name] = (now + seconds, value)
        return value

    def forget(self, name: str) -> None:
        """Read it anew next time."""
        self._kept.pop(name, None)
