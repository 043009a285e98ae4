"""The answers that are not 200: each an exception that knows its HTTP status and its stable code.

They leave the function as ``application/problem+json`` (RFC 9457,
https://www.rfc-editor.org/rfc/rfc9457). A detail is written for the person who reads it: what was
expected, and what to do. It never holds a token, a credential or a stack trace.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar


@dataclass(eq=False)
class Problem(Exception):
    """An answer that is not 200.

    Attributes
    ----------
    detail : str
        One or two sentences for the person who reads the answer.
    code : str
        Stable, in snake case; what a plugin may switch on.
    rolled_back : bool or None
        For the failure of a transfer: True when nothing was changed or everything was undone, False
        when something remains or may remain, None where the question does not arise.
    retry_after : int or None
        Seconds, for the ``Retry-After`` header.
    customer_stays : bool
        Whether the chat still belongs to the agent who held it, who is then joined to it again.
    agent_rejoined : bool or None
        Whether that worked; None where it was not tried.
    in_doubt : bool
        Whether a call may still take effect, so that the next attempt has to look for what it left.
    """

    detail: str
    code: str
    rolled_back: bool | None = None
    retry_after: int | None = None
    customer_stays: bool = True
    agent_rejoined: bool | None = None
    in_doubt: bool = False

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR

    def __str__(self) -> str:
        return f"{int(self.status)} {self.code}: {self.detail}"

    def as_body(self) -> dict[str, Any]:
        """The members of the problem document; those that do not apply are left out."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.detail,
            "code": self.code,
        }
        if self.rolled_back is not None:
            body["rolledBack"] = self.rolled_back
        if self.agent_rejoined is not None:
            body["agentRejoined"] = self.agent_rejoined
        return body


class BadRequest(Problem):
    """The request does not have the form that the contract gives it."""

    status = HTTPStatus.BAD_REQUEST


class Unauthorized(Problem):
    """There is no token."""

    status = HTTPStatus.UNAUTHORIZED


class Forbidden(Problem):
    """The token is not valid, or its agent may not transfer this task."""

    status = HTTPStatus.FORBIDDEN


class NotFound(Problem):
    """The task, worker, queue, workflow or route does not exist."""

    status = HTTPStatus.NOT_FOUND


class Conflict(Problem):
    """The task cannot be transferred, any more or to this target."""

    status = HTTPStatus.CONFLICT


class ContentTooLarge(Problem):
    """The body is larger than any request of the contract."""

    # The name that Python 3.13 gives it, CONTENT_TOO_LARGE, is not in 3.11.
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class UnsupportedMediaType(Problem):
    """The body is neither JSON nor a form."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class NotRouted(Problem):
    """The target exists, but the transfer workflow has no way to it."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class BadGateway(Problem):
    """Twilio refused or failed, or something is left that the same request would finish."""

    status = HTTPStatus.BAD_GATEWAY


class ServiceUnavailable(Problem):
    """Twilio is limiting our rate."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class GatewayTimeout(Problem):
    """The time of the request ran out."""

    status = HTTPStatus.GATEWAY_TIMEOUT


class InternalError(Problem):
    """A defect of ours: the log has it."""


def internal_error(*, rolled_back: bool | None = None) -> InternalError:
    """The answer to a defect, which says nothing of it."""
    return InternalError(
        "Something went wrong here. The function's log says what, under the id in this answer's "
        "header apigw-requestid.",
        code="internal_error",
        rolled_back=rolled_back,
    )
