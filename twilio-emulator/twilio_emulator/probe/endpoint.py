"""A deployed endpoint for transfers, as a Flex plugin calls it.

What it takes and answers is in the OpenAPI document of the project that deploys it.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import requests

TIMEOUT: Final = 60.0


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer; status 0 stands for none. ``body`` is empty if it is no JSON object."""

    status: int
    body: dict[str, Any]

    def __str__(self) -> str:
        """Return what a person needs to know of it."""
        if not self.status:
            return "nothing"
        said = self.body.get("code") or self.body.get("state") or ""
        return f"{self.status} {said}".strip()


class Pending(Protocol):
    """A request that was sent."""

    def answer(self) -> Answered | None:
        """Return the answer; None if there is none yet."""


class Endpoint(Protocol):
    """The endpoint, with the token of someone who may transfer any task."""

    def transfer(self, task: str, target: str, hand_over: str) -> Pending:
        """Send a request for a transfer, ``now`` or when it is ``accepted``."""

    def offer(self, task: str) -> Answered:
        """Ask what became of the offer of a task."""


@dataclass(frozen=True, slots=True)
class _Sent:
    future: Future[Answered]

    def answer(self) -> Answered | None:
        """Return the answer; None if there is none yet."""
        return self.future.result() if self.future.done() else None


@dataclass(slots=True)
class HttpEndpoint:
    """An endpoint by HTTP. ``url`` is what the stack gives as ``endpoint``."""

    url: str
    token: str = field(repr=False)
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))

    def transfer(self, task: str, target: str, hand_over: str) -> Pending:
        """Send a request for a transfer."""
        fields = {"taskSid": task, "targetSid": target, "handOver": hand_over}
        return _Sent(self._threads.submit(self._send, "POST", "transfer-chat", fields))

    def offer(self, task: str) -> Answered:
        """Ask what became of the offer of a task."""
        return self._send("GET", f"transfers/{task}", None)

    def _send(self, method: str, path: str, fields: dict[str, str] | None) -> Answered:
        try:
            answer = requests.request(
                method,
                f"{self.url.rstrip('/')}/{path}",
                json=fields,
                headers={"Authorization": f"Bearer {self.token}"},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException:
            return Answered(0, {})
        try:
            body = answer.json()
        except ValueError:
            body = None
        return Answered(answer.status_code, body if isinstance(body, dict) else {})
