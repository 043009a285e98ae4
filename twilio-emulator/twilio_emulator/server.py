"""The emulated Twilio on a port of this machine, served from a thread."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from twilio_emulator.application import application
from twilio_emulator.faults import Faults
from twilio_emulator.journal import Journal
from twilio_emulator.seed import ContactCentre

LOOPBACK = "127.0.0.1"
START_SECONDS = 10.0


class Protocol(H11Protocol):
    """Uvicorn's HTTP protocol; gives the application its connection, which faults cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put the connection into the application's scope."""
        super().connection_made(transport)
        self.app_state: dict[str, Any] = {**self.app_state, "transport": transport}


class ThreadServer(uvicorn.Server):
    """Uvicorn in a thread: `stop` takes effect at once, not at the next tenth of a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        """Serve until `stop`."""
        self._loop = asyncio.get_running_loop()
        await self.on_tick(0)
        await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Abort all connections: no client waits for an answer at the end of a test."""
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        for task in list(self.server_state.tasks):
            task.cancel()
        await self.lifespan.shutdown()

    def stop(self) -> None:
        """Tell the server, from another thread, to stop."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._told.set)


@dataclass(frozen=True, slots=True)
class RunningTwilio:
    """An emulated Twilio that answers. ``base_url`` takes the place of Twilio's hosts."""

    base_url: str
    centre: ContactCentre
    faults: Faults
    journal: Journal


@contextmanager
def serve(centre: ContactCentre, port: int = 0) -> Iterator[RunningTwilio]:
    """Serve a contact centre from a thread, on a free port unless one is given.

    Raises
    ------
    OSError
        When the port is taken.
    """
    with _listen(port) as listener:
        base_url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        running = RunningTwilio(base_url, centre, Faults(), Journal())
        server = ThreadServer(_config(running))
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name="emulated-twilio", daemon=True
        )
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield running
        finally:
            server.stop()
            thread.join(START_SECONDS)


def _listen(port: int) -> socket.socket:
    # The protocol has to be named: asyncio sets TCP_NODELAY only if it is, and without that an
    # answer waits 40 ms for the acknowledgement of its own headers.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError:
        listener.close()
        raise
    return listener


def _config(running: RunningTwilio) -> uvicorn.Config:
    return uvicorn.Config(
        application(running.centre, running.faults, running.journal),
        http=Protocol,
        ws="none",
        loop="asyncio",
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=1,
    )


def _wait_until_started(server: ThreadServer, thread: threading.Thread) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("The emulated Twilio did not start")
        time.sleep(0.002)
