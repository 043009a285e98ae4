"""How a call to Twilio can fail, told apart by what may be done about it.

Two questions decide: may the same call be sent again (`transient`), and can it have taken effect
although it failed (`may_have_happened`). A read or an idempotent write needs only the first; the
creation of a task needs both.
"""

from typing import ClassVar


class TwilioFailure(Exception):
    """A call to Twilio that failed."""

    transient: ClassVar[bool] = False
    may_have_happened: bool = False


class RateLimited(TwilioFailure):
    """429: refused before it did anything, https://www.twilio.com/docs/api/errors/20429.

    Parameters
    ----------
    retry_after : float or None
        Seconds from the ``Retry-After`` header, if there was one.
    """

    transient = True

    def __init__(self, retry_after: float | None) -> None:
        super().__init__("429")
        self.retry_after = retry_after


class ServerFailed(TwilioFailure):
    """5xx, or an answer that is not what it should be: it may have taken effect."""

    transient = True
    may_have_happened = True


class Unreachable(TwilioFailure):
    """The connection failed; the call may have taken effect, unless none was made."""

    transient = True

    def __init__(self, *, may_have_happened: bool) -> None:
        super().__init__("connection failed")
        self.may_have_happened = may_have_happened


class NoAnswer(TwilioFailure):
    """The call was sent, and no answer came in time."""

    transient = True
    may_have_happened = True


class OutOfTime(TwilioFailure):
    """There was no time left to send the call."""


class CredentialsRefused(TwilioFailure):
    """401 or 403: Twilio does not accept our own credentials."""


class Refused(TwilioFailure):
    """Another 4xx: the call will not be accepted as it is.

    Parameters
    ----------
    status : int
        The HTTP status.
    code : int or None
        Twilio's own code, https://www.twilio.com/docs/api/errors.
    """

    def __init__(self, status: int, code: int | None = None) -> None:
        super().__init__(f"{status}, code {code}")
        self.status = status
        self.code = code


class Missing(Refused):
    """404: there is no such thing, or not any more."""


class Stale(Refused):
    """412: the resource is not as the ``If-Match`` header says."""
