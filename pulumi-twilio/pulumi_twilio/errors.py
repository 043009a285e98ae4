"""The provider's errors: each is one readable line that says what failed and what to do.

They are printed by `pulumi up`, and never contain any part of a credential.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from json import JSONDecodeError

from requests import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.base.version import Version
from twilio.http.response import Response


class ProviderError(Exception):
    """Something that the reader of a deployment can understand and act on."""


class NotConfiguredError(ProviderError):
    """The provider was asked for something without credentials."""


class InvalidIdError(ProviderError):
    """An import id, or the id of a resource to read, has not the expected form."""


class AlreadyExistsError(ProviderError):
    """The workspace already has an object of that friendly name."""


class WrongAccountError(ProviderError):
    """The credentials are of another account than the configured one."""


class NotFoundError(ProviderError):
    """What was asked for is not in the workspace."""


class AmbiguousError(ProviderError):
    """Several objects of the workspace have the friendly name that should tell one."""


class TwilioFailedError(ProviderError):
    """Twilio was asked and the call did not succeed.

    Attributes
    ----------
    outcome_unknown
        True when Twilio may have done it nevertheless: it answered 5xx, or not at all.
    """

    def __init__(self, message: str, *, outcome_unknown: bool) -> None:
        super().__init__(message)
        self.outcome_unknown = outcome_unknown


class GoneError(TwilioFailedError):
    """Twilio answered 404: the object, or its workspace, is not there."""


@contextmanager
def asking_twilio(action: str) -> Iterator[None]:
    """Turn what a call to Twilio raises into a `TwilioFailedError` that explains itself.

    Parameters
    ----------
    action
        What is being done, to follow "could not", such as "create the task queue 'Sales' in WS…".

    Raises
    ------
    GoneError
        Twilio answered 404.
    TwilioFailedError
        Twilio refused, failed or could not be reached.
    """
    try:
        yield
    except (RequestException, TwilioException, JSONDecodeError) as error:
        answer = _answer(error)
        if answer is not None:
            raise _answered(action, answer) from error
        raise TwilioFailedError(
            f"could not {action}: no answer that is Twilio's ({type(error).__name__}). Check the "
            "network and, if set, twilio:baseUrl, twilio:region and twilio:edge",
            outcome_unknown=True,
        ) from error


def _answer(error: Exception) -> TwilioRestException | TwilioServiceException | None:
    if isinstance(error, TwilioRestException | TwilioServiceException):
        return error
    # For a list the SDK raises a plain TwilioException that carries the response.
    response = next((each for each in error.args if isinstance(each, Response)), None)
    return Version.exception("GET", "", response, "") if response else None


def _answered(
    action: str, answer: TwilioRestException | TwilioServiceException
) -> TwilioFailedError:
    status = int(answer.status)
    code = int(answer.code or status)
    if isinstance(answer, TwilioRestException):
        # What Twilio said comes after the SDK's own "Unable to create record".
        said = answer.msg.partition(": ")[2] or "no message"
    else:
        said = answer.detail or answer.title
    said = " ".join(said.split())
    message = (
        f"could not {action}: Twilio answered {code} (HTTP {status}): "
        f"{said.rstrip('.')}. {_advice(status, code)}"
    )
    kind = GoneError if status == HTTPStatus.NOT_FOUND else TwilioFailedError
    return kind(message, outcome_unknown=status >= HTTPStatus.INTERNAL_SERVER_ERROR)


def _advice(status: int, code: int) -> str:
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return (
                "Check twilio:accountSid and twilio:authToken, or twilio:apiKeySid and "
                "twilio:apiKeySecret, and that twilio:region is theirs"
            )
        case HTTPStatus.FORBIDDEN:
            return "These credentials may not do this: use others, or give them the permission"
        case HTTPStatus.NOT_FOUND:
            return (
                "Check the SIDs and that they are of this account; after a deletion outside "
                "Pulumi run `pulumi refresh`"
            )
        case HTTPStatus.TOO_MANY_REQUESTS:
            return "It was sent again for up to a minute: run the same command again later"
        case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return "Twilio had a problem: see https://status.twilio.com, then run it again"
        case _:
            return f"https://www.twilio.com/docs/api/errors/{code} says what to correct"
