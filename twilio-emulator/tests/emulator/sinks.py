"""A sink of Event Streams: a web server that keeps what it is sent."""

import json
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from twilio.rest import Client

WEBHOOK: Any = "webhook"
PREFIX = "com.twilio.taskrouter."


@dataclass(frozen=True)
class Delivered:
    """A request to a sink."""

    method: str
    path: str
    headers: dict[str, str]
    body: str
    at: float = field(default_factory=time.monotonic)

    @property
    def events(self) -> list[dict[str, Any]]:
        """Return the events in it."""
        events: list[dict[str, Any]] = json.loads(self.body)
        return events

    @property
    def names(self) -> list[str]:
        """Return what the events are called, without what all of TaskRouter's begin with."""
        return [event["type"].removeprefix(PREFIX) for event in self.events]


@dataclass
class Sink:
    """A sink at ``url``. It answers with the statuses in ``answers`` in turn, and then with 204."""

    url: str
    answers: list[int] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    requests: "queue.Queue[Delivered]" = field(default_factory=queue.Queue)

    def next(self, seconds: float = 5.0) -> Delivered:
        """Wait for the next request."""
        return self.requests.get(timeout=seconds)

    def gets_nothing(self, seconds: float = 0.5) -> bool:
        """Tell whether no request comes for a while."""
        time.sleep(seconds)
        return self.requests.empty()

    def subscribe(self, client: Client, *names: str, batch: bool = True, user: str = "") -> str:
        """Subscribe to events of TaskRouter; return the SID of the sink."""
        destination = self.url.replace("//", f"//{user}@") if user else self.url
        made = client.events.v1.sinks.create(
            description="a test",
            sink_configuration={
                "destination": destination,
                "method": "POST",
                "batch_events": batch,
            },
            sink_type=WEBHOOK,
        )
        if names:
            client.events.v1.subscriptions.create(
                description="a test",
                sink_sid=made.sid or "",
                types=[{"type": PREFIX + name, "schema_version": 1} for name in names],
            )
        return made.sid or ""


HANGS = 0


@contextmanager
def sink() -> Iterator[Sink]:
    """Run a sink; one that hangs is released in the end."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            running.requests.put(Delivered("POST", self.path, dict(self.headers), body))
            status = running.answers.pop(0) if running.answers else 204
            if status == HANGS:
                running.released.wait()
                status = 204
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    running = Sink(f"http://127.0.0.1:{server.server_port}/events")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield running
    finally:
        running.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
