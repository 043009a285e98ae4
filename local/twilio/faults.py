"""Things that go wrong on purpose: errors, lost connections, silence and slowness.

A fault is a rule about which calls it befalls and what happens then. The middleware asks the rules
before a call reaches its product.
"""

import asyncio
import re
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.twilio.errors import INTERNAL, PRECONDITION_FAILED, TOO_MANY_REQUESTS, TwilioError

Kind = Literal["status", "close", "silence", "latency"]

_CODES = {412: PRECONDITION_FAILED, 429: TOO_MANY_REQUESTS}


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule.

    Attributes
    ----------
    kind
        ``status`` answers with an error, ``close`` cuts the connection, ``silence`` does not answer
        for ``seconds`` and then cuts it, ``latency`` waits ``seconds`` and goes on as usual.
    method, path
        Which calls: the method, and a regular expression that is found in the path.
    nth
        The first matching call that it befalls, counted from 1.
    times
        How many calls it befalls from there on; None for all.
    takes_effect
        Whether the call is carried out although the caller does not hear of it.

    Raises
    ------
    ValueError
        There is no such kind, or the path is no regular expression.
    """

    kind: Kind
    method: str | None = None
    path: str = ""
    nth: int = 1
    times: int | None = 1
    status: int = 500
    code: int | None = None
    retry_after: int | None = None
    seconds: float = 0.0
    takes_effect: bool = False

    def __post_init__(self) -> None:
        """Refuse what would only fail once a call comes."""
        if self.kind not in get_args(Kind):
            raise ValueError(f"kind is {self.kind!r}; expected one of {', '.join(get_args(Kind))}")
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(f"path is no regular expression: {error}") from error

    @property
    def name(self) -> str:
        """Return what the journal calls it."""
        what = str(self.status) if self.kind == "status" else self.kind
        return f"{what}, took effect" if self.takes_effect else what

    def matches(self, method: str, path: str) -> bool:
        """Tell whether a call is one that it is about."""
        return (self.method is None or self.method.upper() == method) and (
            re.search(self.path, path) is not None
        )

    def error(self) -> TwilioError:
        """Return the answer of a ``status`` fault."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        code = self.code or _CODES.get(self.status, INTERNAL)
        return TwilioError(self.status, code, "An error that was asked for", headers)


class Faults:
    """The rules that are in force; safe to change from any thread."""

    def __init__(self) -> None:
        self._rules: list[tuple[Fault, list[int]]] = []
        self._lock = threading.Lock()
        self._spoiled = threading.Condition()
        self._count = 0

    def add(self, fault: Fault) -> None:
        """Put a rule into force; of several that befall a call the first one wins."""
        with self._lock:
            self._rules.append((fault, [0]))

    def status(self, status: int, **rule: Any) -> None:
        """Answer with an error: ``code`` and ``retry_after`` go with it."""
        self.add(Fault("status", status=status, **rule))

    def close(self, **rule: Any) -> None:
        """Cut the connection, before the call takes effect or, with ``takes_effect``, after."""
        self.add(Fault("close", **rule))

    def silence(self, seconds: float, **rule: Any) -> None:
        """Give no answer for so many seconds, then cut the connection."""
        self.add(Fault("silence", seconds=seconds, **rule))

    def latency(self, seconds: float, **rule: Any) -> None:
        """Answer as usual, so many seconds later; all matching calls unless ``times`` says else."""
        self.add(Fault("latency", seconds=seconds, **{"times": None, **rule}))

    def clear(self) -> None:
        """Put all rules out of force, and count from 0 again."""
        with self._lock:
            self._rules.clear()
        with self._spoiled:
            self._count = 0

    def rules(self) -> tuple[Fault, ...]:
        """Return the rules in force."""
        with self._lock:
            return tuple(fault for fault, _ in self._rules)

    @property
    def count(self) -> int:
        """Return how many calls were spoiled so far; those that took effect already had it."""
        return self._count

    def wait(self, count: int = 1, timeout: float = 10.0) -> bool:
        """Wait until so many calls were spoiled; false when the time (in seconds) is up.

        With a ``silence`` that takes effect, a test can so stop the caller right after a call.
        """
        with self._spoiled:
            return self._spoiled.wait_for(lambda: self._count >= count, timeout)

    def note(self) -> None:
        """Count a spoiled call."""
        with self._spoiled:
            self._count += 1
            self._spoiled.notify_all()

    def befalling(self, method: str, path: str) -> Fault | None:
        """Count a call with all rules and return the one that befalls it, if any."""
        chosen = None
        with self._lock:
            for fault, seen in self._rules:
                if not fault.matches(method, path):
                    continue
                seen[0] += 1
                beyond = seen[0] - fault.nth
                in_force = beyond >= 0 and (fault.times is None or beyond < fault.times)
                if in_force and chosen is None:
                    chosen = fault
        return chosen


class FaultMiddleware:
    """Lets the faults befall the calls of the products; the control plane is left alone."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry a call out, or spoil it."""
        fault = None
        if scope["type"] == "http" and not scope["path"].startswith("/emulator"):
            fault = self._faults.befalling(scope["method"], scope["path"])
        if fault is None:
            await self._app(scope, receive, send)
            return
        scope["fault"] = fault.name
        if fault.kind == "latency":
            self._faults.note()
            await asyncio.sleep(fault.seconds)
            await self._app(scope, receive, send)
            return
        if fault.takes_effect:
            await self._app(scope, receive, _swallow)
        self._faults.note()
        if fault.kind == "status":
            error = fault.error()
            response = JSONResponse(error.body(), error.status, error.headers)
            await response(scope, receive, send)
            return
        if fault.kind == "silence":
            await _wait(fault.seconds, receive)
        await _cut(scope, receive)


async def _swallow(_message: Message) -> None:
    """Take an answer that nobody will hear."""


async def _wait(seconds: float, receive: Callable[[], Awaitable[Message]]) -> None:
    """Wait until the time is up or the caller has gone."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    await asyncio.wait({asyncio.create_task(gone())}, timeout=seconds)


async def _cut(scope: Scope, receive: Receive) -> None:
    """Break the TCP connection off, and let the server notice."""
    scope["state"]["transport"].abort()
    await _wait(1.0, receive)
