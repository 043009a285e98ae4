"""How often a failed call is sent again, and how long it waits before that.

Jittered exponential backoff as AWS and Twilio advise
(https://www.twilio.com/docs/usage/rest-api-best-practices#retry-with-exponential-backoff), by
`tenacity`, never beyond the time that the request has, and never sooner than ``Retry-After``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from chat_transfer.budget import Budget
from chat_transfer.twilio_failures import RateLimited, Stale, TwilioFailure

T = TypeVar("T")


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
    attempts : int
        How often a call is sent at the most.
    first_wait, longest_wait : float
        Seconds; the wait before attempt ``n + 1`` is random up to ``first_wait * 2 ** (n - 1)``.
    """

    budget: Budget
    attempts: int = 4
    first_wait: float = 0.2
    longest_wait: float = 2.0

    def retrying(self, should_retry: Callable[[BaseException], bool] = is_transient) -> Retrying:
        """Make tenacity's controller for one call, or for a few that belong together."""
        return Retrying(
            stop=stop_after_attempt(self.attempts) | stop_before_delay(self.budget.remaining()),
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
        wait = wait_random_exponential(multiplier=self.first_wait, max=self.longest_wait)(state)
        failure = state.outcome.exception() if state.outcome else None
        if isinstance(failure, RateLimited) and failure.retry_after is not None:
            return max(wait, failure.retry_after)
        return wait
