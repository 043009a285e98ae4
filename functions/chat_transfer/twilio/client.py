"""The twilio SDK's client, with a transport of ours below it.

The transport does five things that the SDK leaves open:

- It sends every call to an emulator if one stands in for Twilio's hosts.
- It gives each call the time that the request still has.
- It keeps bodies and headers out of every log.
- It measures and traces each call.
- It turns each failure into one of `failures`.
"""

import json
import logging
import math
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests

# The SDK imports a product when it is first used. Here that is while initialising, so that the
# snapshot which SnapStart restores holds them.
import twilio.rest.chat
import twilio.rest.conversations
import twilio.rest.flex_api
import twilio.rest.taskrouter  # noqa: F401
from twilio.http import HttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from chat_transfer.metrics import twilio_answered
from chat_transfer.settings import Settings
from chat_transfer.tracing import call_traced
from chat_transfer.twilio.failures import (
    CredentialsRefused,
    Missing,
    NoAnswer,
    OutOfTime,
    RateLimited,
    Refused,
    ServerFailed,
    Stale,
    Unreachable,
)
from chat_transfer.twilio.retries import Budget

CONNECT_SECONDS = 3.0
READ_SECONDS = 6.0
SHORTEST_CALL_SECONDS = 0.05

_MEMBER = re.compile("/Members/[^/]+")

_SILENT = logging.getLogger("chat_transfer.silent")
_SILENT.disabled = True  # the SDK logs headers and bodies at INFO


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a call to Twilio is signed with: the account's auth token, or an API key.

    Attributes
    ----------
    username : str
        ``AC…`` with an auth token, ``SK…`` with an API key.
    password : str
        The auth token or the API key's secret.
    """

    username: str
    password: str = field(repr=False)


def emulator_url(url: str, base_url: str) -> str:
    """Send a call of one of Twilio's hosts to `base_url`: the product's label leads the path.

    >>> emulator_url("https://taskrouter.ie1.twilio.com/v1/Workspaces", "http://127.0.0.1:4010")
    'http://127.0.0.1:4010/taskrouter/v1/Workspaces'
    """
    url_parts, base = urlsplit(url), urlsplit(base_url)
    if url_parts.netloc == base.netloc:
        return url  # the next page of a list, which the emulator gave with its own address
    product = (url_parts.hostname or "").split(".", 1)[0]
    path = f"{base.path.rstrip('/')}/{product}{url_parts.path}"
    return urlunsplit((base.scheme, base.netloc, path, url_parts.query, ""))


class Transport(HttpClient):
    """The SDK's HTTP client for one request to us; its threads may share it.

    Parameters
    ----------
    session : requests.Session
        Kept by the warm function, so that connections are too.
    budget : Budget
        Bounds the time-outs of every call.
    base_url : str or None
        An emulator, see `emulator_url`.
    """

    def __init__(self, session: requests.Session, budget: Budget, base_url: str | None) -> None:
        super().__init__(_SILENT, is_async=False)
        self._session = session
        self._budget = budget
        self._base_url = base_url

    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002  (the budget decides)
        allow_redirects: bool = False,  # noqa: FBT001, FBT002  (the SDK's signature)
    ) -> Response:
        """Send one call, once.

        Raises
        ------
        TwilioFailure
            For everything but a 2xx answer that is a JSON object, or has no body if none is due.
        """
        remaining = self._budget.remaining()
        if remaining < SHORTEST_CALL_SECONDS:
            raise OutOfTime
        if self._base_url:
            uri = emulator_url(uri, self._base_url)
        # One of its own for each call: the SDK's client hands an answer over through an attribute,
        # where a call of another thread would overwrite it.
        sender = TwilioHttpClient(pool_connections=False, logger=_SILENT)
        sender.session = self._session
        # A pair, as requests takes it: the SDK hands its own time-out on as it is.
        sender.timeout = _timeouts(remaining)  # type: ignore[assignment]
        with _observed(method, uri) as note_status:
            try:
                response = sender.request(
                    method, uri, params, data, headers, auth, allow_redirects=allow_redirects
                )
            except requests.ConnectTimeout as error:
                raise Unreachable(may_have_happened=False) from error
            except requests.Timeout as error:
                raise NoAnswer from error
            except requests.RequestException as error:
                raise Unreachable(may_have_happened=not _never_connected(error)) from error
            note_status(response.status_code)
        _raise_for_status(response)
        return response


def _timeouts(remaining: float) -> tuple[float, float]:
    """Time-outs in seconds to connect and to read, within what remains for both together.

    The second is for each read, so an answer that drips in can take longer.
    """
    connect = min(CONNECT_SECONDS, remaining / 3)
    return connect, min(READ_SECONDS, remaining - connect)


@contextmanager
def _observed(method: str, url: str) -> Iterator[Callable[[int], None]]:
    """Trace a call and measure how long it took, whatever comes of it."""
    began = time.perf_counter()
    try:
        with _traced(method, url) as note_status:
            yield note_status
    finally:
        twilio_answered((time.perf_counter() - began) * 1000)


def _traced(method: str, url: str) -> AbstractContextManager[Callable[[int], None]]:
    """Trace one call.

    A query string is left out, and neither headers nor bodies are looked at: they hold tokens. Nor
    is the identity in the path of a chat channel's member: it is an e-mail address, nearly.
    """
    parts = urlsplit(url)
    path = _MEMBER.sub("/Members/-", parts.path)
    return call_traced(method, parts.hostname or "twilio", f"{parts.scheme}://{parts.netloc}{path}")


def _never_connected(error: requests.RequestException) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


_FAILURES: dict[int, type[Refused]] = {
    HTTPStatus.NOT_FOUND: Missing,
    HTTPStatus.PRECONDITION_FAILED: Stale,
}


def _raise_for_status(response: Response) -> None:
    status = response.status_code
    body = _json_or_none(response.text)
    if status == HTTPStatus.NO_CONTENT:
        return
    if status < HTTPStatus.BAD_REQUEST:
        if status >= HTTPStatus.MULTIPLE_CHOICES or not isinstance(body, dict):
            raise ServerFailed(f"{status} without a JSON object")
        return
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise RateLimited(_seconds((response.headers or {}).get("Retry-After")))
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise CredentialsRefused(str(status))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ServerFailed(str(status))
    failure = _FAILURES.get(status, Refused)
    raise failure(status, body.get("code") if isinstance(body, dict) else None)


def _json_or_none(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _seconds(header: str | None) -> float | None:
    """``Retry-After`` in seconds; its other form, a date, is not what Twilio sends."""
    try:
        seconds = float(header) if header else None
    except ValueError:
        return None
    return seconds if seconds is not None and 0 <= seconds < math.inf else None


def twilio_client(
    settings: Settings, credentials: Credentials, session: requests.Session, budget: Budget
) -> Client:
    """Make the SDK's client for one request; what it keeps, it keeps in `session`."""
    return Client(  # type: ignore[no-untyped-call]
        credentials.username,
        credentials.password,
        settings.account_sid,
        region=settings.region,
        edge=settings.edge,
        http_client=Transport(session, budget, settings.base_url),
    )
