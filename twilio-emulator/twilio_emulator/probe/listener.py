"""The probe's own web server: it takes the events of a sink, and keeps what the probe asks about.

A subscription is of the whole account, so the events of others' tasks come, too. Nothing is kept of
them but SIDs. The path has a secret: no one else knows the address.
"""

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Protocol

import requests

LONGEST_BODY: Final = 5_000_000
TIMEOUT: Final = 20.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event that came.

    Attributes
    ----------
    at
        In seconds, by the clock of the probe's calls.
    request
        The number of the request that it came with.
    number
        What the task's attributes have as ``number``.
    """

    at: float
    request: int
    id: str | None
    account: str | None
    task: str | None
    number: int | None


class Events(Protocol):
    """Where events arrive. ``url`` is the address that a sink gets."""

    url: str

    def reached(self) -> bool:
        """Tell whether a request to the address arrives here."""

    def arrivals(self) -> list[Arrival]:
        """Return what has come so far, in its order."""


@dataclass(slots=True)
class Arrivals:
    """What has come so far; may be called from many threads."""

    now: Callable[[], float]
    _kept: list[Arrival] = field(default_factory=list)
    _requests: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, events: Any) -> None:
        """Keep the events of a request; what is no array of events has none."""
        with self._lock:
            self._requests += 1
            for event in events if isinstance(events, list) else [events]:
                self._kept.append(_arrival(self.now(), self._requests, event))

    def all(self) -> list[Arrival]:
        """Return what has come so far."""
        with self._lock:
            return list(self._kept)


def _arrival(at: float, request: int, event: Any) -> Arrival:
    """Read an event, https://www.twilio.com/docs/events/event-types/taskrouter/task."""
    payload = _at(event, "data", "payload")
    try:
        number = _at(json.loads(str(_at(payload, "task_attributes"))), "number")
    except ValueError:
        number = None
    texts = (_at(event, "id"), _at(payload, "account_sid"), _at(payload, "task_sid"))
    found, account, task = (text if isinstance(text, str) else None for text in texts)
    return Arrival(at, request, found, account, task, number if type(number) is int else None)


def _at(content: Any, *keys: str) -> Any:
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else None
    return content


@dataclass(slots=True)
class Listener:
    """Events that arrive by HTTP."""

    url: str
    _arrivals: Arrivals

    def reached(self) -> bool:
        """Send a request to the address, and tell whether it arrived."""
        sent = secrets.token_hex(8)
        try:
            requests.post(self.url, json=[{"id": sent}], timeout=TIMEOUT)
        except requests.RequestException:
            return False
        return any(one.id == sent for one in self._arrivals.all())

    def arrivals(self) -> list[Arrival]:
        """Return what has come so far."""
        return self._arrivals.all()


@contextmanager
def listening(
    host: str, port: int, public: str | None, now: Callable[[], float] = time.monotonic
) -> Iterator[Listener]:
    """Listen on this machine.

    Parameters
    ----------
    port
        0 chooses a free one.
    public
        The address that leads here, such as a tunnel's; None if it is this machine's own.
    now
        The clock of the probe's calls.

    Raises
    ------
    OSError
        The port is taken.
    """
    path = f"/{secrets.token_urlsafe(18)}"
    arrivals = Arrivals(now)
    server = ThreadingHTTPServer((host, port), _handler(path, arrivals))
    server.daemon_threads = True
    base = public.rstrip("/") if public else f"http://{host}:{server.server_port}"
    serving = {"poll_interval": 0.05}
    thread = threading.Thread(target=server.serve_forever, kwargs=serving, daemon=True)
    thread.start()
    try:
        yield Listener(base + path, arrivals)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(path: str, arrivals: Arrivals) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = TIMEOUT

        def do_POST(self) -> None:
            self.send_response(self._status())
            self.send_header("Content-Length", "0")
            self.send_header("Connection", "close")
            self.end_headers()

        def _status(self) -> int:
            # A tunnel may put a path of its own before it.
            if not secrets.compare_digest(self.path.partition("?")[0][-len(path) :], path):
                return 404
            length = self.headers.get("Content-Length", "")
            if not length.isdigit():
                return 411
            if int(length) > LONGEST_BODY:
                return 413
            try:
                events = json.loads(self.rfile.read(int(length)))
            except ValueError:
                return 400
            arrivals.note(events)
            return 204

        def log_message(self, *_args: object) -> None:
            """Say nothing: the path is a secret."""

    return Handler
