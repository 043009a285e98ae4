"""The canary: asks both endpoints, as a browser on Flex's page would, what they answer to everyone.

Without a token each answers 401, whatever Twilio does, and a preflight lets each allowed origin in.
So a success says that name, certificate, API Gateway, CORS and both functions are there. Whether
Twilio accepts the stack's credentials it cannot say: that would take an agent's token.

The standard library alone, so that its bundle needs no package.
"""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
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
    """Ask everything at once.

    Raises
    ------
    EndpointError
        When an answer is not as expected, with all that are not.
    """
    checks = list(_checks(os.environ["ENDPOINT"], json.loads(os.environ["ALLOWED_ORIGINS"])))
    with ThreadPoolExecutor(len(checks)) as threads:
        wrong = [found for found in threads.map(_failure, checks) if found]
    if wrong:
        raise EndpointError("; ".join(wrong))


def _checks(endpoint: str, origins: list[str]) -> Iterator[Check]:
    for method, path in ENDPOINTS:
        yield Check(method, f"{endpoint}{path}", 401)
    for origin in origins:
        yield Check("OPTIONS", f"{endpoint}{ENDPOINTS[0][1]}", 204, origin)


def _failure(check: Check) -> str:
    """Return what is wrong with an endpoint, or nothing."""
    asked = f"{check.method} {check.url}" + (f" from {check.origin}" if check.origin else "")
    try:
        status, allowed = _ask(check)
    except (OSError, HTTPException) as error:
        return f"{asked}: {error}"
    if status != check.status:
        return f"{asked}: {status}, expected {check.status}"
    if check.origin and allowed != check.origin:
        return f"{asked}: lets {allowed or 'no origin'} in"
    return ""


def _ask(check: Check) -> tuple[int, str]:
    """Return an answer's status and the origin that it lets in."""
    headers = {"User-Agent": _USER_AGENT, "Content-Type": "application/json"}
    if check.origin:
        headers |= {"Origin": check.origin, "Access-Control-Request-Method": "POST"}
    body = b"{}" if check.method == "POST" else None
    # The address is the stack's own, as it was deployed.
    request = urllib.request.Request(  # noqa: S310
        check.url, body, headers, method=check.method
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            return answer.status, answer.headers.get("access-control-allow-origin", "")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ""
