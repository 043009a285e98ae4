"""Which answer a failed call to Twilio becomes."""

import math

from chat_transfer.problems import BadGateway, GatewayTimeout, Problem, ServiceUnavailable
from chat_transfer.twilio_failures import (
    CredentialsRefused,
    NoAnswer,
    OutOfTime,
    RateLimited,
    Refused,
    TwilioFailure,
)

DEFAULT_RETRY_AFTER_SECONDS = 5


def problem_of(failure: TwilioFailure, *, rolled_back: bool | None) -> Problem:
    """Choose status, code and words for the failure that ended a request.

    Parameters
    ----------
    failure : TwilioFailure
        The last one; retries did not help, or were not allowed.
    rolled_back : bool or None
        Whether nothing is left of the transfer; None where there was none.
    """
    left = _LEFT if rolled_back is False else ""
    match failure:
        case RateLimited(retry_after=seconds):
            return ServiceUnavailable(
                f"Twilio is limiting our rate. Try again after the time in Retry-After.{left}",
                code="twilio_rate_limited",
                rolled_back=rolled_back,
                retry_after=math.ceil(seconds or DEFAULT_RETRY_AFTER_SECONDS),
            )
        case OutOfTime() | NoAnswer():
            return GatewayTimeout(
                f"Twilio did not answer in time. Try again.{left}",
                code="out_of_time",
                rolled_back=rolled_back,
            )
        case CredentialsRefused():
            return BadGateway(
                "Twilio does not accept the credentials of this deployment. Put valid ones into "
                f"the stack's configuration and deploy again.{left}",
                code="twilio_credentials",
                rolled_back=rolled_back,
            )
        case Refused(status=status, code=code):
            return BadGateway(
                f"Twilio refused a call with status {status}, code {code}.{left}",
                code="twilio_refused",
                rolled_back=rolled_back,
            )
        case _:
            return BadGateway(
                f"Twilio failed. Try again.{left}", code="twilio_failed", rolled_back=rolled_back
            )


_LEFT = (
    " What the transfer had begun could not be undone, or may not have been: "
    "the same request again finishes it or undoes it."
)
