"""How often a failed call is sent again, and how long it waits before that.

Jittered exponential backoff as AWS and Twilio advise
(https://www.twilio.com/docs/usage/rest-api-best-practices#retry-with-exponential-backoff), by
`tenacity`, never beyond the time that the request has, and never sooner than ``Retry-After``.
"""

from collections.abc import Callable
from dataclasses import dataclass
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

from chat_transfer.budget import Budget
from chat_transfer.twilio_failures import RateLimited, Stale, TwilioFailure

T = TypeVar("T")

ATTEMPTS = 4
FIRST_WAIT_SECONDS = 0.2  # at the most, and twice as much with every attempt
LONGEST_WAIT_SECONDS = 2.0

# Not `random`'s own: what SnapStart restores from one snapshot would all wait for the same time.
# https://docs.aws.amazon.com/lambda/latest/dg/snapstart-uniqueness.html
RANDOM = SystemRandom()


def is_transient(error: BaseException) -> bool:
    """Whether the same call may bring more when it is sent again."""
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
            The last one.
        """
        return self.retrying()(operation)

    def _wait(self, state: RetryCallState) -> float:
        longest = wait_exponential(FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS)(state)
        wait = RANDOM.uniform(0, longest)
        failure = state.outcome.exception() if state.outcome else None
        if isinstance(failure, RateLimited) and failure.retry_after is not None:
            return max(wait, failure.retry_after)
        return wait
