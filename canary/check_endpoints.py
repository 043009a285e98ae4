"""The canary: asks both endpoints, as a browser on Flex's page would, what they answer to everyone.

Without a token each answers 401, whatever Twilio does, and a preflight lets each allowed origin in.
So a success says that name, certificate, API Gateway, CORS and both functions are there. Whether
Twilio accepts the stack's credentials it cannot say: that would take an agent's token.

`python canary/check_endpoints.py ENDPOINT` asks the same from anywhere, the preflights aside.

The standard library alone, so that its bundle needs no package.
"""

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Final

ENDPOINTS: Final = (("POST", "/transfer-chat"), ("GET", "/get-workflows"))

# Access logs tell by it who asked.
_USER_AGENT: Final = "flex-chat-transfer-canary"
# As long as an HTTP API lets a request take.
_TIMEOUT_SECONDS: Final = 30


class EndpointError(Exception):
    """An endpoint does not answer as it should; the text says which, and what it answered."""


@dataclass(frozen=True, slots=True)
class Check:
    """One request, and what its answer should be.

    Parameters
    ----------
    method, url
        What to ask.
    status
        The expected status.
    origin
        The page that a preflight asks for; empty where it is none.
    """

    method: str
    url: str
    status: int
    origin: str = ""


def handler(_event: Any, _context: Any) -> None:
    """Check the stack that the function belongs to; see `check`."""
    check(os.environ["ENDPOINT"], json.loads(os.environ["ALLOWED_ORIGINS"]))


def check(endpoint: str, origins: Sequence[str]) -> None:
    """Ask everything at once.

    Parameters
    ----------
    endpoint
        The base of both endpoints.
    origins
        The origins that a browser may call from.

    Raises
    ------
    EndpointError
        When an answer is not as expected, with all that are not.
    """
    checks = list(_checks(endpoint, origins))
    with ThreadPoolExecutor(len(checks)) as threads:
        wrong = [found for found in threads.map(_failure, checks) if found]
    if wrong:
        raise EndpointError("; ".join(wrong))


def _checks(endpoint: str, origins: Sequence[str]) -> Iterator[Check]:
    for method, path in ENDPOINTS:
        yield Check(method, f"{endpoint}{path}", 401)
    for origin in origins:
        yield Check("OPTIONS", f"{endpoint}{ENDPOINTS[0][1]}", 204, origin)


def _failure(one: Check) -> str:
    """Return what is wrong with an endpoint, or nothing."""
    asked = f"{one.method} {one.url}" + (f" from {one.origin}" if one.origin else "")
    try:
        status, allowed = _ask(one)
    except (OSError, HTTPException) as error:
        return f"{asked}: {error}"
    if status != one.status:
        return f"{asked}: {status}, expected {one.status}"
    if one.origin and allowed != one.origin:
        return f"{asked}: lets {allowed or 'no origin'} in"
    return ""


def _ask(one: Check) -> tuple[int, str]:
    """Return an answer's status and the origin that it lets in."""
    headers = {"User-Agent": _USER_AGENT, "Content-Type": "application/json"}
    if one.origin:
        headers |= {"Origin": one.origin, "Access-Control-Request-Method": "POST"}
    body = b"{}" if one.method == "POST" else None
    # The address is the stack's own, as it was deployed.
    request = urllib.request.Request(  # noqa: S310
        one.url, body, headers, method=one.method
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            return answer.status, answer.headers.get("access-control-allow-origin", "")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ""


def main() -> None:
    """Check one endpoint, given as the only argument, after a deployment."""
    try:
        check(sys.argv[1], ())
    except EndpointError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
