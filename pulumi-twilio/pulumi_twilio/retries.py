"""Which calls are sent again, and when: Twilio may be rate limiting for longer than a moment."""

import random
import time
from http import HTTPStatus
from typing import Any, Final, Self

from urllib3.exceptions import MaxRetryError, ResponseError
from urllib3.util import Retry

# Seconds that a call may wait in all, and at the most between two tries.
PATIENCE: Final = 60.0
LONGEST: Final = 8.0
_FIRST: Final = 0.5
_FAILURES: Final = 4


def wait_before_retry(
    retries: int, retry_after: float | None, waited: float, chance: float
) -> float | None:
    """Say how long to wait before a call that was turned away is sent again.

    Parameters
    ----------
    retries
        How often it was sent again already.
    retry_after
        The seconds of Twilio's `Retry-After`, None without one:
        https://www.twilio.com/docs/usage/rest-api-best-practices.
    waited
        The seconds that it has waited already.
    chance
        A random number from 0 to 1: calls that were turned away together do not come back together.

    Returns
    -------
    float or None
        Seconds; None to give up.
    """
    backoff = min(_FIRST * 2.0**retries, LONGEST)
    left = PATIENCE - waited
    if retry_after is not None:
        wait = retry_after + chance * min(backoff, 1.0)
        return wait if wait <= left else None
    wait = min(backoff * (1 + chance) / 2, left)
    return wait if wait > 0 else None


class CarefulRetry(Retry):
    """Retries 429 of every method for up to a minute, and 5xx of all but POST a few times.

    A POST that was answered 5xx may have created what it should, so to send it again blindly
    could create a second one. A POST that was answered 429 did nothing.
    """

    wait = 0.0
    waited = 0.0

    def __init__(self, **known: Any) -> None:
        given = {
            "total": None,
            "connect": 1,
            "read": _FAILURES,
            "status_forcelist": (429, 500, 502, 503, 504),
            "raise_on_status": False,
        }
        super().__init__(**given | known)

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:  # noqa: FBT001, FBT002 - urllib3's signature
        """Tell whether an answer leads to another try."""
        if method.upper() == "POST":
            return status_code == HTTPStatus.TOO_MANY_REQUESTS
        return super().is_retry(method, status_code, has_retry_after)

    def increment(self, *args: Any, **known: Any) -> Self:
        """Return what is left after another try; raise if nothing is."""
        retry = super().increment(*args, **known)
        retry.waited = self.waited
        response = known.get("response")
        if response is None:
            return retry
        failures = [each for each in retry.history if each.status != HTTPStatus.TOO_MANY_REQUESTS]
        wait = wait_before_retry(
            len(self.history),
            self.get_retry_after(response),
            self.waited,
            random.random(),  # noqa: S311 - nothing to keep secret
        )
        if wait is None or len(failures) > _FAILURES:
            reason = ResponseError(ResponseError.GENERIC_ERROR)
            raise MaxRetryError(known["_pool"], args[1], reason) from reason
        retry.wait, retry.waited = wait, self.waited + wait
        return retry

    def sleep(self, response: Any = None) -> None:
        """Wait for what `increment` decided, or a moment after a broken connection."""
        if response is None:
            super().sleep()
        else:
            time.sleep(self.wait)
