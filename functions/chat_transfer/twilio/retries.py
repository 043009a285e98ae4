"""How long a request may take, how often a failed call is sent again, and how long it waits first.

Two limits of time meet: Lambda kills the function at its own time-out, and API Gateway answers 503
itself after 30 seconds (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html).
Whichever comes first is the time there is. A transfer goes forward only in a part of it, so that
running out of time is an undo and a clean 504, not a killed function.

Calls are retried with jittered exponential backoff as AWS and Twilio advise
(https://www.twilio.com/docs/usage/rest-api-best-practices#retry-with-exponential-backoff), by
`tenacity`, never beyond that time, and never sooner than ``Retry-After``.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import SystemRandom
from typing import TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential,
)

from chat_transfer.twilio.failures import RateLimited, Stale, TwilioFailure

T = TypeVar("T")

ATTEMPTS = 4
FIRST_WAIT_SECONDS = 0.2  # at the most, and twice as much with every attempt
LONGEST_WAIT_SECONDS = 2.0

# Not `random`'s own: what SnapStart restores from one snapshot would all wait for the same time.
# https://docs.aws.amazon.com/lambda/latest/dg/snapstart-uniqueness.html
RANDOM = SystemRandom()

API_GATEWAY_SECONDS = 29.0
ANSWER_SECONDS = 1.0  # with room for what is written to the table after an undo
UNDO_SECONDS = 8.0
UNDO_SHARE = 0.4


@dataclass(slots=True)
class Budget:
    """The time of one request.

    Attributes
    ----------
    ends_at : float
        When the answer has to be under way, in seconds of `clock`.
    undo_seconds : float
        Kept for an undo at the end, until `use_all`.
    clock : callable
        Seconds that never go back.
    """

    ends_at: float
    undo_seconds: float
    clock: Callable[[], float] = field(default=time.monotonic)

    @classmethod
    def of_invocation(
        cls,
        remaining_ms: int,
        clock: Callable[[], float] = time.monotonic,
        *,
        may_undo: bool = True,
    ) -> "Budget":
        """Make the budget of a request from its remaining time in milliseconds.

        Parameters
        ----------
        may_undo : bool
            Whether time is kept for an undo.
        """
        seconds = max(0.0, min(remaining_ms / 1000, API_GATEWAY_SECONDS) - ANSWER_SECONDS)
        undo_seconds = min(UNDO_SECONDS, seconds * UNDO_SHARE) if may_undo else 0.0
        return cls(clock() + seconds, undo_seconds, clock)

    @classmethod
    def of_looks(cls, remaining_ms: int, clock: Callable[[], float] = time.monotonic) -> "Budget":
        """Make the budget of what no one waits for: all the time until Lambda ends it."""
        return cls(clock() + max(0.0, remaining_ms / 1000 - ANSWER_SECONDS), 0.0, clock)

    def remaining(self) -> float:
        """Seconds left for going forward, or for the undo once that has begun; never negative."""
        return max(0.0, self.ends_at - self.undo_seconds - self.clock())

    def use_all(self) -> None:
        """Keep no time for an undo: it begins now, or there is none."""
        self.undo_seconds = 0.0


def is_transient(error: BaseException) -> bool:
    """Whether the same call may succeed when it is sent again."""
    return isinstance(error, TwilioFailure) and error.transient


def is_stale(error: BaseException) -> bool:
    """Whether the resource has to be read again before it is written."""
    return isinstance(error, Stale)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How a transient failure is retried.

    Attributes
    ----------
    budget : Budget
        No wait begins that would not end within it.
    """

    budget: Budget

    def retrying(self, should_retry: Callable[[BaseException], bool] = is_transient) -> Retrying:
        """Make tenacity's controller for one call, or for a few that belong together."""
        return Retrying(
            stop=stop_after_attempt(ATTEMPTS) | stop_before_delay(self.budget.remaining()),
            wait=self._wait,
            retry=retry_if_exception(should_retry),
            reraise=True,
        )

    def call(self, operation: Callable[[], T]) -> T:
        """Send a read or an idempotent write until it succeeds or may not be sent again.

        Raises
        ------
        TwilioFailure
            The last one; it may have happened if any try may have.
        """
        unanswered = False
        for attempt in self.retrying():
            with attempt:
                try:
                    return operation()
                except TwilioFailure as failure:
                    unanswered = unanswered or failure.may_have_happened
                    failure.may_have_happened = unanswered
                    raise
        raise AssertionError("tenacity either returns or raises")

    def _wait(self, state: RetryCallState) -> float:
        longest = wait_exponential(FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS)(state)
        wait = RANDOM.uniform(0, longest)
        failure = state.outcome.exception() if state.outcome else None
        if isinstance(failure, RateLimited) and failure.retry_after is not None:
            return max(wait, failure.retry_after)
        return wait
