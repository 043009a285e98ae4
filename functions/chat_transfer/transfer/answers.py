"""Which answer a failure becomes, and whether the agent is put into the chat again after it."""

import math
from collections.abc import Callable
from http import HTTPStatus

from aws_lambda_powertools import Logger

from chat_transfer.http.problems import (
    BadGateway,
    Declined,
    Forbidden,
    GatewayTimeout,
    Problem,
    ServiceUnavailable,
    internal_error,
)
from chat_transfer.transfer.kind import TaskKind
from chat_transfer.transfer.lock import Busy
from chat_transfer.twilio.agents import Caller
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import (
    CredentialsRefused,
    NoAnswer,
    OutOfTime,
    RateLimited,
    Refused,
    TwilioFailure,
)
from chat_transfer.twilio.tasks import Task

logger = Logger(child=True)

DEFAULT_RETRY_AFTER_SECONDS = 5

# After these the agent who held the task does not have the chat any more, or may not.
NOT_REJOINED = frozenset(
    {
        "agent_not_in_conversation",
        "task_ended",
        "transfer_in_progress",
        "transfer_not_finished",
        "transferred_elsewhere",
    }
)


def answer_to(error: Exception, *, rolled_back: bool | None) -> Problem:
    """Make the answer to the error that ended a request.

    Parameters
    ----------
    error : Exception
        A `Problem` stays what it is; any other error than a `TwilioFailure` is a defect.
    rolled_back : bool or None
        Whether nothing is left of the transfer; None if there was none.
    """
    if isinstance(error, Problem):
        problem = error
    elif isinstance(error, TwilioFailure):
        problem = _problem_of(error)
        if rolled_back is False:
            problem.detail += (
                " What the transfer had begun could not be undone, or may not have been: "
                "the same request again finishes it or undoes it."
            )
    else:
        logger.error("defect", exc_info=error)
        problem = internal_error()
        rolled_back = None if rolled_back is None else False  # what is left is unknown
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR or isinstance(problem, Declined):
        problem.rolled_back = rolled_back
    return problem


def _problem_of(failure: TwilioFailure) -> Problem:
    """Choose status, code and text for a failure that remained after the retries."""
    match failure:
        case RateLimited(retry_after=seconds):
            return ServiceUnavailable(
                "Twilio is limiting our rate. Try again after the time in Retry-After.",
                code="twilio_rate_limited",
                retry_after=math.ceil(seconds or DEFAULT_RETRY_AFTER_SECONDS),
            )
        case OutOfTime() | NoAnswer():
            return GatewayTimeout("Twilio did not answer in time. Try again.", code="out_of_time")
        case CredentialsRefused():
            return BadGateway(
                "Twilio does not accept the credentials of this deployment. Put valid ones into "
                "the stack's configuration and deploy again.",
                code="twilio_credentials",
            )
        case Refused(status=status, code=code):
            return BadGateway(
                f"Twilio refused a call with status {status}, code {code}.", code="twilio_refused"
            )
        case _:
            return BadGateway("Twilio failed. Try again.", code="twilio_failed")


def rejoin(
    twilio: Twilio,
    caller: Caller,
    task_sid: str,
    kind_of: Callable[[Task], TaskKind | None],
    is_served: Callable[[], bool],
    problem: Problem,
) -> None:
    """Put the agent who holds the task now into the chat again, and say so in the problem.

    The plugin makes the agent leave before it calls. The agent does not rejoin after a 403, when
    they no longer have the chat, or when the caller may not transfer the task. A supervisor who
    asked does not join, unless they hold the task. A failure here does not replace the problem.

    Parameters
    ----------
    is_served : callable
        Whether another agent has taken the customer over.
    """
    has_gone = problem.code in NOT_REJOINED and not isinstance(problem, Busy)
    if isinstance(problem, Forbidden) or has_gone:
        return
    twilio.budget.use_all()
    try:
        original, holder_sid = twilio.taskrouter.task(task_sid), twilio.holder(task_sid)
        if original is None or original.is_ended or holder_sid is None:
            return
        identity = twilio.identity(holder_sid, caller) if caller.may_act_for(holder_sid) else None
        kind = None if is_served() else kind_of(original)
        if identity is not None and kind is not None:
            kind.join(identity)
            problem.agent_rejoined = True
    except (TwilioFailure, Problem) as failure:
        logger.warning("agent not rejoined", failure=repr(failure))
        problem.agent_rejoined = False
    except Exception:
        logger.exception("agent not rejoined")
        problem.agent_rejoined = False
