"""Which answer a failure becomes, and whether the agent is put into the chat again after it."""

import math
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
from chat_transfer.http.request import TransferRequest
from chat_transfer.transfer.checks import hand_over, handover_of
from chat_transfer.transfer.record import Record
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
        Whether nothing is left of the transfer; None where there was none.
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
    twilio: Twilio, record: Record, caller: Caller, request: TransferRequest, problem: Problem
) -> None:
    """Put the agent who holds the task now into the chat again, and say so in the problem.

    The plugin makes the agent leave before it calls. The agent does not rejoin after a 403, when
    they no longer have the chat, or when the caller may not transfer the task. A supervisor who
    asked does not join, unless they hold the task. An agent who offers the task has not left. A
    failure here does not replace the problem.
    """
    task_sid = request.task_sid
    if isinstance(problem, Forbidden) or problem.code in NOT_REJOINED:
        return
    twilio.budget.use_all()
    try:
        original, holder_sid = twilio.taskrouter.task(task_sid), twilio.holder(task_sid)
        if original is None or original.is_ended or holder_sid is None:
            return
        attempt = record.attempt(task_sid)
        made = attempt and attempt.new_task_sid and twilio.taskrouter.task(attempt.new_task_sid)
        if not caller.may_act_for(holder_sid) or (made and made.is_accepted):
            return
        handover = handover_of(twilio, task_sid, original, attempt)
        identity = twilio.identity(holder_sid, caller)
        if handover is None or identity is None:
            return
        if hand_over(twilio, request, handover) == "accepted":
            return
        handover.join(identity)
        problem.agent_rejoined = True
    except (TwilioFailure, Problem) as failure:
        logger.warning("agent not rejoined", failure=repr(failure))
        problem.agent_rejoined = False
    except Exception:
        logger.exception("agent not rejoined")
        problem.agent_rejoined = False
