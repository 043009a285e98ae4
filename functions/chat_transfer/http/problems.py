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
        when something remains or may remain, None if it does not apply.
    retry_after : int or None
        Seconds, for the ``Retry-After`` header.
    agent_rejoined : bool or None
        Whether the agent who holds the task was put into the chat again; None if it was not
        tried.
    """

    detail: str
    code: str
    rolled_back: bool | None = None
    retry_after: int | None = None
    agent_rejoined: bool | None = None

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
    """There is no token, or Twilio's events come without their password."""

    status = HTTPStatus.UNAUTHORIZED
    challenge: ClassVar[str] = "Bearer"


class EventsUnauthorized(Unauthorized):
    """Events that do not come with the password of the stack."""

    challenge = "Basic"

    def __init__(self) -> None:
        super().__init__(
            "Events are taken from the stack's own Event Streams sink only.",
            code="events_unauthorized",
        )


class Forbidden(Problem):
    """The token is not valid, or its agent may not transfer this task."""

    status = HTTPStatus.FORBIDDEN


class NotFound(Problem):
    """The task, worker, queue, workflow or route does not exist."""

    status = HTTPStatus.NOT_FOUND


class Conflict(Problem):
    """The task cannot be transferred, any more or to this target."""

    status = HTTPStatus.CONFLICT


class TaskEnded(Conflict):
    """The original task was completed, cancelled or deleted while it was being transferred."""

    def __init__(self) -> None:
        super().__init__("The task ended while it was being transferred.", code="task_ended")


class Declined(Conflict):
    """The new task's workflow has cancelled it."""

    def __init__(self) -> None:
        super().__init__(
            "The target's workflow cancelled the new task: no filter takes such a task, or its "
            "last target is past. Look at the workflow in the Console.",
            code="target_declined",
        )


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


class NotFinished(BadGateway):
    """The transfer cannot be undone any more, and is not finished yet."""

    def __init__(self, made: str | None) -> None:
        super().__init__(
            f"The transfer to task {made} cannot be undone any more, and is not finished yet. "
            "Send the same request again to finish it.",
            code="transfer_not_finished",
        )


class ServiceUnavailable(Problem):
    """Twilio limits the rate of requests."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class GatewayTimeout(Problem):
    """The time of the request ran out."""

    status = HTTPStatus.GATEWAY_TIMEOUT


class InternalError(Problem):
    """An unexpected error of this code; the log has the details."""


def internal_error(*, rolled_back: bool | None = None) -> InternalError:
    """The answer to a defect; the log has the details."""
    return InternalError(
        "Something went wrong here. The function's log says what, under this answer's requestId.",
        code="internal_error",
        rolled_back=rolled_back,
    )


def token_invalid() -> Forbidden:
    """The answer to a token that is malformed, invalid or expired."""
    return Forbidden(
        "The token is invalid or expired. Send the Flex token of the agent who is signed in: "
        "manager.store.getState().flex.session.ssoTokenPayload.token",
        code="token_invalid",
    )


def task_unknown(task_sid: str) -> NotFound:
    """The answer for a task that does not exist, or no longer exists."""
    return NotFound(f"There is no task {task_sid} in the workspace.", code="task_unknown")


def kind_unsupported(
    detail: str = (
        "The task is neither a Flex Conversations task nor a chat or SMS with a channelSid, so it "
        "cannot be transferred here. Voice calls have their own transfer in Flex."
    ),
) -> Conflict:
    """The answer for a task of a kind for which this is not possible."""
    return Conflict(detail, code="task_kind_unsupported")


def interaction_gone() -> Conflict:
    """The answer for a task whose interaction or channel is closed or deleted."""
    return Conflict(
        "The task's interaction or its channel is closed or deleted, so there is no conversation "
        "to transfer.",
        code="interaction_gone",
    )


def transferred_elsewhere() -> Conflict:
    """The answer to a second transfer of a task that goes, or went, to another target."""
    return Conflict(
        "This task is being transferred to another target, or was already.",
        code="transferred_elsewhere",
    )


def agent_joined() -> Conflict:
    """The answer to another transfer while an agent has joined the one who asks."""
    return Conflict(
        "Another agent has joined this conversation. Leave it to them, or send them away, before "
        "it is transferred to anyone else.",
        code="agent_joined",
    )


def cannot_take_back() -> Conflict:
    """The answer if a task that is offered stays offered, or an agent who has joined stays."""
    return Conflict(
        "The new task cannot be ended: Twilio refuses that, or it may soon be all that the "
        "customer has. It stays as it is, and so does this task.",
        code="cannot_take_back",
    )
