"""What happens to a call on its way: it is answered, lost, late, refused, or its sender killed."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tests.simulation.coroutines import Scheduler
from tests.simulation.environments import Environment

T = TypeVar("T")


class NotConnectedError(Exception):
    """The call was not sent."""


class ConnectionLostError(Exception):
    """The call was sent, and the connection was closed before its answer came."""


class TimedOutError(Exception):
    """No answer came in time."""


class AnsweredError(Exception):
    """The other side answers with an error.

    Parameters
    ----------
    status : int
        The HTTP status.
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


# What can happen to a call. Seconds are those of the fault.
LOST = "its answer is lost"
LATE = "takes effect late"
SILENT = "is never answered, and takes no effect"
NOT_CONNECTED = "is not sent"
SLOW = "is answered slowly"
FAILED_AFTER = "takes effect, and is answered with 502"
KILLED_BEFORE = "is not sent, its function is killed"
KILLED_MEANWHILE = "takes effect after its function was killed"
KILLED_AFTER = "takes effect, and its function is killed"
STATUSES = {f"is answered with {status}": status for status in (400, 401, 404, 412, 429, 500, 503)}
# Which calls go to Twilio, and which to the table: both do not fail for long at the same time.
TO_TWILIO, TO_TABLE = "^(GET|POST|DELETE) ", "^(GetItem|UpdateItem|Transact|Scan)"
KILLS = (KILLED_BEFORE, KILLED_MEANWHILE, KILLED_AFTER)


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a call of an invocation.

    Attributes
    ----------
    of : str
        The invocation: the number of its step, or such as ``event 2`` and ``minute 3``.
    kind : str
        One of those above.
    nth : int
        Which call of the invocation, from 0, among those that match.
    times : int
        How many calls from that one on.
    seconds : float
        Until a late call takes effect, or a slow one is answered.
    match : str
        A regular expression for the call: such as ``POST .*/Invites$``.
    """

    of: str
    kind: str
    nth: int = 0
    times: int = 1
    seconds: float = 0.0
    match: str = ""

    def is_like(self, call: str) -> bool:
        """Whether this call is one that matches."""
        return not self.match or bool(re.search(self.match, call))

    def hits(self, call: str, seen: int) -> bool:
        """Whether it happens to this call, after so many that match."""
        return self.nth <= seen < self.nth + self.times and self.is_like(call)


class Wire:
    """Carries the calls of the functions to Twilio and to the table."""

    def __init__(self, scheduler: Scheduler, note: Callable[[str, str], None]) -> None:
        self._scheduler = scheduler
        self._note = note

    def send(self, call: str, carry_out: Callable[[], T], patience: float) -> T:
        """Send a call, and wait for its answer for so many seconds.

        Raises
        ------
        NotConnectedError, ConnectionLostError, TimedOutError, AnsweredError
            As the fault of this call says.
        """
        scheduler = self._scheduler
        assert scheduler.current is not None
        sender = scheduler.current.owner
        assert isinstance(sender, Environment)
        invocation = sender.invocation
        fault = invocation.fault_at(call)
        kind = fault.kind if fault else ""
        who = invocation.name
        self._note(who, f"{call}{f': {kind}' if kind else ''}")
        there, back = invocation.latency(), invocation.latency()
        answer: list[T] = []

        def arrive() -> None:
            invocation.causes(lambda: answer.append(carry_out()))

        if kind == KILLED_BEFORE:
            self._kill(sender)
        if kind == NOT_CONNECTED:
            scheduler.sleep(there)
            raise NotConnectedError
        if kind in STATUSES:
            scheduler.sleep(there + back)
            raise AnsweredError(STATUSES[kind])
        if kind == SILENT:
            scheduler.sleep(patience)
            raise TimedOutError
        if fault and kind == LATE:
            there = fault.seconds
        if fault and kind == SLOW:
            back = fault.seconds
        scheduler.at(scheduler.now + there, arrive)
        if kind == KILLED_MEANWHILE:
            self._kill(sender)
        if there + back > patience:
            scheduler.sleep(patience)
            raise TimedOutError
        scheduler.sleep(there)
        if kind == KILLED_AFTER:
            self._kill(sender)
        scheduler.sleep(back)
        if kind == LOST:
            raise ConnectionLostError
        if kind == FAILED_AFTER:
            raise AnsweredError(502)
        return answer[0]

    def _kill(self, sender: Environment) -> None:
        self._scheduler.at(self._scheduler.now, sender.kill)
        self._scheduler.pause()
