"""Sends requests to Twilio's hosts, or to an emulated Twilio; and what is tried again."""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import requests

TIMEOUT: Final = 20.0
TOO_MANY_REQUESTS: Final = 429
SERVER_ERROR: Final = 500
TRIES: Final = 6


@dataclass(frozen=True, slots=True)
class Request:
    """A call; ``path`` begins with the product, such as ``taskrouter/v1/Workspaces``.

    ``fields`` are the query of a GET, the form of a POST.
    """

    method: str
    path: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. Names of headers are in lower case; ``sent`` and ``at`` are times in seconds."""

    sent: float
    at: float
    status: int
    body: Any
    headers: Mapping[str, str]


class CallFailed(Exception):
    """No answer came, or one that says nothing: whether the call took effect is not known."""


class Transport(Protocol):
    """The way to Twilio, and a clock."""

    def send(self, request: Request) -> Reply:
        """Send a request; raises `CallFailed` if there is no answer."""

    def send_all(self, sent: Sequence[Request]) -> list[Reply | None]:
        """Send requests at once; None stands for no answer."""

    def now(self) -> float:
        """Return the time in seconds."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Http:
    """A transport by HTTP.

    Parameters
    ----------
    credentials
        The account's SID and token, or the SID and the secret of an API key.
    base_url
        Of an emulated Twilio; Twilio's own hosts if it is None.
    region, edge
        As in ``taskrouter.dublin.ie1.twilio.com``:
        https://www.twilio.com/docs/global-infrastructure/understanding-twilio-regions
    """

    def __init__(
        self,
        credentials: tuple[str, str],
        base_url: str | None = None,
        region: str | None = None,
        edge: str | None = None,
    ) -> None:
        self._session = requests.Session()
        self._session.auth = credentials
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, requests.adapters.HTTPAdapter(pool_maxsize=32))
        self._base_url = base_url
        # Twilio's hosts name both or neither; ashburn is the edge of us1.
        place = [edge or "ashburn", region or "us1"] if region or edge else []
        self._domain = ".".join([*place, "twilio.com"])

    def send(self, request: Request) -> Reply:
        """Send a request."""
        product, _, below = request.path.partition("/")
        base = self._base_url or f"https://{product}.{self._domain}"
        path = request.path if self._base_url else below
        reads = request.method == "GET"
        sent = self.now()
        try:
            answer = self._session.request(
                request.method,
                f"{base}/{path}",
                params=request.fields if reads else None,
                data=None if reads else request.fields,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
            body = answer.json() if answer.content else None
        except requests.RequestException as error:
            # The message may have the URL; nothing of the credentials is in it.
            raise CallFailed(f"{request.method} {request.path}: {type(error).__name__}") from error
        headers = {name.lower(): text for name, text in answer.headers.items()}
        return Reply(sent, self.now(), answer.status_code, body, headers)

    def send_all(self, sent: Sequence[Request]) -> list[Reply | None]:
        """Send requests from as many threads."""

        def one(request: Request) -> Reply | None:
            try:
                return self.send(request)
            except CallFailed:
                return None

        with ThreadPoolExecutor(len(sent)) as threads:
            return list(threads.map(one, sent))

    def now(self) -> float:
        """Return the machine's time since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


@dataclass(slots=True)
class Caller:
    """Sends again what can be sent again; ``calls`` counts them."""

    transport: Transport
    calls: int = 0

    def read(self, path: str, fields: Mapping[str, str] | None = None) -> Reply:
        """Send a GET, again if it fails."""
        return self.repeat(Request("GET", path, fields or {}))

    def repeat(self, request: Request) -> Reply:
        """Send what changes nothing if it is sent twice; raises `CallFailed` after some tries."""
        for turn in range(TRIES):
            try:
                return self.once(request)
            except CallFailed:
                if turn == TRIES - 1:
                    raise
                self.transport.sleep(0.5 * 2**turn)
        raise AssertionError

    def once(self, request: Request) -> Reply:
        """Send a request, again only if Twilio says that it did nothing, with 429.

        Raises
        ------
        CallFailed
            Without an answer, or with an error of the server.
        """
        for turn in range(TRIES):
            self.calls += 1
            reply = self.transport.send(request)
            if reply.status >= SERVER_ERROR:
                raise CallFailed(f"{request.method} {request.path}: {reply.status}")
            if reply.status != TOO_MANY_REQUESTS or turn == TRIES - 1:
                return reply
            self.transport.sleep(_patience(reply, turn))
        raise AssertionError

    def burst(self, sent: Sequence[Request]) -> list[Reply | None]:
        """Send requests at once, none of them again."""
        self.calls += len(sent)
        return self.transport.send_all(sent)


def _patience(reply: Reply, turn: int) -> float:
    asked = reply.headers.get("retry-after", "")
    return min(float(asked) if asked.isdigit() else 1.1 * 2**turn, 30.0)
