"""The canary: requests two endpoints without a token, and sends a preflight for each origin.

An endpoint must answer 401, whatever the state of Twilio, and a preflight must allow the origin. A
success proves that DNS, certificate, API Gateway, CORS and both functions work. Whether Twilio
accepts the stack's credentials is not tested: that takes an agent's token.

`python canary/check_endpoints.py ENDPOINT` does the same from any machine, without the preflights.

It uses only the standard library, so its bundle needs no packages.
"""

import json
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Final

ENDPOINTS: Final = (("POST", "/transfer-chat"), ("GET", "/get-workflows"))

# Identifies the canary in access logs.
_USER_AGENT: Final = "flex-chat-transfer-canary"
# The integration timeout of an HTTP API.
_TIMEOUT_SECONDS: Final = 30


class EndpointError(Exception):
    """An endpoint gave a wrong answer; the message names the endpoint and the answer."""


@dataclass(frozen=True, slots=True)
class Check:
    """One request and its expected status; with an origin it is a preflight."""

    method: str
    url: str
    status: int
    origin: str = ""


def handler(_event: Any, _context: Any) -> None:
    """Check the stack that the function belongs to; see `check`."""
    check(os.environ["ENDPOINT"], json.loads(os.environ["ALLOWED_ORIGINS"]))


def check(endpoint: str, origins: Sequence[str]) -> None:
    """Send all requests in parallel.

    Parameters
    ----------
    endpoint
        The base URL of the endpoints.
    origins
        The allowed origins.

    Raises
    ------
    EndpointError
        When answers are wrong, with all of them.
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
    """Return what is wrong with an answer, or an empty string."""
    asked = f"{one.method} {one.url}" + (f" from {one.origin}" if one.origin else "")
    try:
        status, allowed = _ask(one)
    # ValueError: a port that is no number, a host name with an empty label.
    except (OSError, HTTPException, ValueError) as error:
        return f"{asked}: {error}"
    if status != one.status:
        return f"{asked}: {status}, expected {one.status}"
    if one.origin and allowed != one.origin:
        return f"{asked}: allows {allowed or 'no origin'}"
    return ""


def _ask(one: Check) -> tuple[int, str]:
    """Return an answer's status and the origin that it allows."""
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
    endpoint = sys.argv[1] if len(sys.argv) == 2 else ""  # noqa: PLR2004 - the script and its argument
    # urllib takes other schemes too, and no host at all.
    if not re.fullmatch(r"https?://[^/?#\s]+[^?#\s]*", endpoint):
        sys.exit(
            f"{endpoint!r} is no endpoint; expected one such as https://transfers.example.com: "
            'python canary/check_endpoints.py "$(pulumi stack output endpoint)"'
        )
    try:
        check(endpoint.rstrip("/"), ())
    except EndpointError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
