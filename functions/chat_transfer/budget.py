"""How long a request may still take, and what part of that is kept back for an undo.

Two limits meet: Lambda kills the function at its own time-out, and API Gateway answers 503 itself
after 30 seconds (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html).
Whichever comes first is the time there is. A transfer goes forward only in a part of it, so that
running out of time is an undo and a clean 504, not a killed function.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

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
        What is kept back at the end; `release_undo` gives it free.
    clock : callable
        Seconds that never go back.
    """

    ends_at: float
    undo_seconds: float
    clock: Callable[[], float] = field(default=time.monotonic)

    @classmethod
    def of_invocation(
        cls, remaining_ms: int, clock: Callable[[], float] = time.monotonic
    ) -> "Budget":
        """Make the budget of a Lambda invocation from its remaining time in milliseconds."""
        seconds = max(0.0, min(remaining_ms / 1000, API_GATEWAY_SECONDS) - ANSWER_SECONDS)
        return cls(clock() + seconds, min(UNDO_SECONDS, seconds * UNDO_SHARE), clock)

    def remaining(self) -> float:
        """Seconds left for going forward, or for the undo once that has begun; never negative."""
        return max(0.0, self.ends_at - self.undo_seconds - self.clock())

    def release_undo(self) -> None:
        """Begin the undo, or the last stretch forward: from now on all the time may be used."""
        self.undo_seconds = 0.0
