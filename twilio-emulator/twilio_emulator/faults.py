"""Injected faults: errors, cut connections, silence and latency.

A fault is a rule: which calls it affects, and how. The middleware applies the rules before a call
reaches its product.
"""

import asyncio
import re
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twilio_emulator.errors import INTERNAL, PRECONDITION_FAILED, TOO_MANY_REQUESTS, TwilioError
from twilio_emulator.journal import OWN

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
        The first matching call that it affects, counted from 1.
    times
        How many calls it affects from there on; None for all.
    beyond
        It affects only the calls beyond so many in a second, as a limit of rate does.
    takes_effect
        Whether the call takes effect although the caller gets no answer, or an error.

    Raises
    ------
    ValueError
        The kind is unknown, or the path is no regular expression.
    """

    kind: Kind
    method: str | None = None
    path: str = ""
    nth: int = 1
    times: int | None = 1
    beyond: int | None = None
    status: int = 500
    code: int | None = None
    retry_after: int | None = None
    seconds: float = 0.0
    takes_effect: bool = False

    def __post_init__(self) -> None:
        """Check the kind and the path, which no call has used yet."""
        if self.kind not in get_args(Kind):
            raise ValueError(f"kind is {self.kind!r}; expected one of {', '.join(get_args(Kind))}")
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(f"path is no regular expression: {error}") from error

    @property
    def name(self) -> str:
        """Return its name in the journal."""
        what = str(self.status) if self.kind == "status" else self.kind
        return f"{what}, took effect" if self.takes_effect else what

    def matches(self, method: str, path: str) -> bool:
        """Tell whether it is about a call."""
        return (self.method is None or self.method.upper() == method) and (
            re.search(self.path, path) is not None
        )

    def error(self) -> TwilioError:
        """Return the answer of a ``status`` fault."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        code = self.code or _CODES.get(self.status, INTERNAL)
        return TwilioError(self.status, code, "An injected error", headers)


@dataclass(slots=True)
class _Rule:
    """A fault in force: how many calls it was about, and when it let the latest through."""

    fault: Fault
    seen: int = 0
    passed: deque[float] = field(default_factory=deque)

    def applies(self) -> bool:
        """Count one more call; tell whether it is affected."""
        fault, now = self.fault, time.monotonic()
        self.seen += 1
        after = self.seen - fault.nth
        if after < 0 or (fault.times is not None and after >= fault.times):
            return False
        if fault.beyond is None:
            return True
        while self.passed and self.passed[0] <= now - 1:
            self.passed.popleft()
        if len(self.passed) >= fault.beyond:
            return True
        self.passed.append(now)
        return False


class Faults:
    """The rules that are in force; safe to change from any thread."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()
        self._injected = threading.Condition()
        self._count = 0

    def add(self, fault: Fault) -> None:
        """Add a rule; of several rules that affect a call, the first one applies."""
        with self._lock:
            self._rules.append(_Rule(fault))

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
        """Answer so many seconds later; every matching call unless ``times`` limits them."""
        self.add(Fault("latency", seconds=seconds, **{"times": None, **rule}))

    def clear(self) -> None:
        """Remove all rules, and count from 0 again."""
        with self._lock:
            self._rules.clear()
        with self._injected:
            self._count = 0

    def rules(self) -> tuple[Fault, ...]:
        """Return the rules in force."""
        with self._lock:
            return tuple(rule.fault for rule in self._rules)

    @property
    def count(self) -> int:
        """Return how many calls were affected so far; any effect has been carried out."""
        return self._count

    def wait(self, count: int = 1, timeout: float = 10.0) -> bool:
        """Wait until so many calls were affected; false when the time (in seconds) is up.

        With a ``silence`` that takes effect, a test can stop the caller right after a call.
        """
        with self._injected:
            return self._injected.wait_for(lambda: self._count >= count, timeout)

    def note(self) -> None:
        """Count an affected call."""
        with self._injected:
            self._count += 1
            self._injected.notify_all()

    def applying_to(self, method: str, path: str) -> Fault | None:
        """Count a call in all rules and return the one that applies, if any."""
        chosen = None
        with self._lock:
            for rule in self._rules:
                # Each counts, though the first one applies.
                if rule.fault.matches(method, path) and rule.applies():
                    chosen = chosen or rule.fault
        return chosen


class FaultMiddleware:
    """Applies the faults to the calls of the products, not to the control plane."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry a call out, or apply a fault to it."""
        fault = None
        if scope["type"] == "http" and not scope["path"].startswith(OWN):
            fault = self._faults.applying_to(scope["method"], scope["path"])
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
    """Drop an answer."""


async def _wait(seconds: float, receive: Callable[[], Awaitable[Message]]) -> None:
    """Wait until the time is up or the caller has disconnected."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    await asyncio.wait({asyncio.create_task(gone())}, timeout=seconds)


async def _cut(scope: Scope, receive: Receive) -> None:
    """Abort the TCP connection, and let the server notice."""
    scope["state"]["transport"].abort()
    await _wait(1.0, receive)
