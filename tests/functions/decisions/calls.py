"""Calls as values: each is answered with what is known, or suspends the function."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from chat_transfer.transfer import moves
from chat_transfer.transfer.lock import TableUnavailable
from chat_transfer.twilio.failures import Missing, NoAnswer, OutOfTime, Refused, Stale

NOW = 1_000_000_000
Call = tuple[Any, ...]
Reply = tuple[Any, ...]

# Each makes the error again: a run writes into it.
FAILURES: dict[str, Callable[[], Exception]] = {
    "refused": lambda: Refused(400, 1),
    "closed": lambda: Refused(400, 20001),
    "missing": lambda: Missing(404, 20404),
    "stale": lambda: Stale(412),
    "not sent": OutOfTime,
    "unanswered": NoAnswer,
    "table": TableUnavailable,
}


class Suspended(BaseException):
    """A call has no answer yet."""

    def __init__(self, call: Call) -> None:
        self.call = call


class _Edges:
    """All that the functions call, with the answers that are known."""

    def __init__(self) -> None:
        self.replies: Iterator[Reply] = iter(())
        self.now = NOW
        # What a request has read at once: its task, the worker who has that, and what is listed.
        self.snapshot: tuple[Any, Any, Any] = (None, None, None)

    def replay(self, replies: Sequence[Reply]) -> None:
        """Answer with these, one after the other."""
        self.replies = iter(replies)
        self.now = NOW
        self.snapshot = (None, None, None)

    def next(self) -> Reply | None:
        """The next answer."""
        return next(self.replies, None)

    def ask(self, *call: Any) -> Any:
        """Make a call."""
        reply = self.next()
        if reply is None:
            raise Suspended(call)
        what, value = reply
        if what in FAILURES:
            failure = FAILURES[what]()
            raise failure
        if what == "slow":
            self.now = NOW + moves.FRESH_MS
        return value


EDGES = _Edges()
