"""The emulated Twilio as an ASGI application: with a journal, faults, and a clock that runs."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twilio_emulator import control
from twilio_emulator.console import routes as console
from twilio_emulator.errors import METHOD_NOT_ALLOWED, TwilioError, not_found
from twilio_emulator.event_delivery import EventDelivery
from twilio_emulator.faults import FaultMiddleware, Faults
from twilio_emulator.journal import OWN, Journal
from twilio_emulator.seed import ContactCentre
from twilio_emulator.twilio import EmulatedTwilio, query_fields, read_body

TICK_SECONDS = 0.2


def application(centre: ContactCentre, faults: Faults, journal: Journal) -> Starlette:
    """Return the application for an account, with the control plane below ``/emulator``."""
    twilio = EmulatedTwilio(centre.account)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        delivery = EventDelivery(centre.account)
        ticking = asyncio.create_task(_tick(twilio))
        yield
        await delivery.close()
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking

    async def endpoint(request: Request) -> Response:
        path, query = request.scope["raw_path"].decode("ascii"), request.url.query
        reply = twilio.request(request.method, path, query, request.headers, await request.body())
        return Response(reply.body, reply.status, reply.headers)

    return Starlette(
        routes=[
            *control.routes(centre, faults, journal),
            *console.routes(centre, journal),
            Route("/{path:path}", endpoint, methods=["GET", "POST", "DELETE", "PUT"]),
        ],
        middleware=[
            Middleware(JournalMiddleware, journal=journal),
            Middleware(FaultMiddleware, faults=faults),
        ],
        exception_handlers={TwilioError: _twilio_error, HTTPException: _http_error},
        lifespan=lifespan,
    )


async def _tick(twilio: EmulatedTwilio) -> None:
    """Settle the workspaces regularly, so that reservations, targets and tasks time out."""
    while True:
        await asyncio.sleep(TICK_SECONDS)
        twilio.catch_up()


async def _twilio_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, TwilioError)
    return JSONResponse(error.body(), error.status, error.headers)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:  # noqa: PLR2004
        return await _twilio_error(request, not_found(request.url.path))
    return await _twilio_error(
        request, TwilioError(error.status_code, METHOD_NOT_ALLOWED, error.detail)
    )


class JournalMiddleware:
    """Writes every call of a product into the journal, with its outcome."""

    def __init__(self, app: ASGIApp, journal: Journal) -> None:
        self._app = app
        self._journal = journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Record a call, carry it out, and record its status."""
        if scope["type"] != "http" or scope["path"].startswith(OWN):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        body = await request.body()
        query = query_fields(request.url.query)
        entry = self._journal.open(scope["method"], scope["path"], query, _fields(request, body))
        status: list[int] = []

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                status.append(message["status"])
                self._journal.close(entry, status[0], scope.get("fault"))
            await send(message)

        await self._app(scope, _replay(body, receive), watched)
        if not status:
            self._journal.close(entry, None, scope.get("fault"))


def _fields(request: Request, body: bytes) -> Mapping[str, Any]:
    try:
        form, document = read_body(body, request.headers.get("content-type", ""))
    except TwilioError:
        return {}
    return document if isinstance(document, dict) else form


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a receive function that first repeats the body, which was read already."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again
