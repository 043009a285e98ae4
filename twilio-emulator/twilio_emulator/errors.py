"""Twilio's error answers, in the form that every Twilio API has.

Source: https://www.twilio.com/docs/usage/twilios-response and the error dictionary,
https://www.twilio.com/docs/api/errors.
"""

from collections.abc import Mapping
from typing import Any

AUTHENTICATE = 20003
INVALID = 20001
METHOD_NOT_ALLOWED = 20004
NOT_FOUND = 20404
TOO_MANY_REQUESTS = 20429
INTERNAL = 20500

# The dictionary has no entry for a failed If-Match; this one follows the pattern of its
# neighbours (20404 for 404, 20429 for 429). Callers use the status.
PRECONDITION_FAILED = 20412


class TwilioError(Exception):
    """An error answer.

    Parameters
    ----------
    status
        The HTTP status.
    code
        Twilio's own code for the error.
    message
        The sentence that the answer holds.
    headers
        Headers that go with it, such as ``Retry-After``.
    """

    def __init__(
        self, status: int, code: int, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """Return the JSON that Twilio sends for it."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def invalid(message: str) -> TwilioError:
    """Return the 400 for an invalid request."""
    return TwilioError(400, INVALID, message)


def not_found(path: str) -> TwilioError:
    """Return the 404 for a resource that does not exist."""
    return TwilioError(404, NOT_FOUND, f"The requested resource {path} was not found")


def unauthenticated() -> TwilioError:
    """Return the 401 for credentials that are missing or wrong."""
    return TwilioError(
        401, AUTHENTICATE, "Authenticate", {"WWW-Authenticate": 'Basic realm="Twilio API"'}
    )


def stale() -> TwilioError:
    """Return the 412 for an ``If-Match`` that names another version than the current one."""
    return TwilioError(
        412, PRECONDITION_FAILED, "The version given by If-Match is not the resource's current one"
    )


def too_many_requests(retry_after: int = 1) -> TwilioError:
    """Return the 429 for a caller that is over a rate limit."""
    return TwilioError(
        429, TOO_MANY_REQUESTS, "Too Many Requests", {"Retry-After": str(retry_after)}
    )
