"""The emulated Twilio as an ASGI application: authentication, routes, errors, journal, faults."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.twilio import control, event_streams, flows
from local.twilio.account import Account
from local.twilio.calls import Answer, Call, Handler, Routes
from local.twilio.errors import (
    METHOD_NOT_ALLOWED,
    TwilioError,
    invalid,
    not_found,
    unauthenticated,
)
from local.twilio.event_delivery import EventDelivery
from local.twilio.faults import FaultMiddleware, Faults
from local.twilio.flex import (
    address_routes,
    chat_routes,
    configuration_routes,
    conversation_routes,
    interaction_routes,
    message_routes,
    settings_routes,
    token_routes,
)
from local.twilio.journal import Journal
from local.twilio.seed import ContactCentre
from local.twilio.taskrouter import (
    reservation_routes,
    routing_routes,
    setup_routes,
    task_routes,
    worker_life_routes,
    worker_routes,
    workspace_routes,
)
from local.twilio.taskrouter.routing_loop import settle

TICK_SECONDS = 0.2

PRODUCTS: Mapping[str, Routes] = {
    "taskrouter/v1": (
        *workspace_routes.ROUTES,
        *setup_routes.ROUTES,
        *worker_routes.ROUTES,
        *worker_life_routes.ROUTES,
        *routing_routes.ROUTES,
        *task_routes.ROUTES,
        *reservation_routes.ROUTES,
    ),
    "iam/v1": token_routes.ROUTES,
    "flex-api/v1": (
        *configuration_routes.ROUTES,
        *settings_routes.FLEX_ROUTES,
        *interaction_routes.ROUTES,
    ),
    "chat/v2": chat_routes.ROUTES,
    "conversations/v1": (
        *conversation_routes.ROUTES,
        *message_routes.ROUTES,
        *address_routes.ROUTES,
        *settings_routes.CONVERSATIONS_ROUTES,
    ),
    "events/v1": event_streams.ROUTES,
    "studio/v2": flows.ROUTES,
}


def application(centre: ContactCentre, faults: Faults, journal: Journal) -> Starlette:
    """Return the application for an account, with the control plane below ``/emulator``."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        delivery = EventDelivery(centre.account)
        ticking = asyncio.create_task(_tick(centre.account))
        yield
        await delivery.close()
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking

    mounts = [
        Mount(f"/{prefix}", routes=_routes(centre.account, prefix, routes))
        for prefix, routes in PRODUCTS.items()
    ]
    return Starlette(
        routes=[*mounts, *control.routes(centre, faults, journal)],
        middleware=[
            Middleware(JournalMiddleware, journal=journal),
            Middleware(FaultMiddleware, faults=faults),
        ],
        exception_handlers={TwilioError: _twilio_error, HTTPException: _http_error},
        lifespan=lifespan,
    )


async def _tick(account: Account) -> None:
    """Settle the workspaces regularly, so that reservations, targets and tasks time out."""
    while True:
        await asyncio.sleep(TICK_SECONDS)
        with account.lock:
            _settle(account)


def _settle(account: Account) -> None:
    for workspace in account.workspaces.values():
        settle(workspace)


def _routes(account: Account, prefix: str, routes: Routes) -> list[Route]:
    by_path: dict[str, dict[str, Handler]] = defaultdict(dict)
    for method, path, handler in routes:
        by_path[path][method] = handler
    return [
        Route(path, _endpoint(account, prefix, handlers), methods=["GET", "POST", "DELETE", "PUT"])
        for path, handlers in by_path.items()
    ]


def _endpoint(
    account: Account, prefix: str, handlers: Mapping[str, Handler]
) -> Callable[[Request], Awaitable[Response]]:
    product, version = prefix.split("/")

    async def endpoint(request: Request) -> Response:
        if not account.admits(request.headers.get("authorization", "")):
            raise unauthenticated()
        handler = handlers.get(request.method)
        if handler is None:
            raise TwilioError(405, METHOD_NOT_ALLOWED, "Method not allowed")
        below = request.url.path.split(f"/{prefix}", 1)[1]
        call = await _read(request, f"https://{product}.twilio.com/{version}{below}")
        with account.lock:
            _settle(account)
            answer = handler(account, call)
        return _response(answer)

    return endpoint


async def _read(request: Request, url: str) -> Call:
    body = (await request.body()).decode("utf-8", "replace")
    form, document = _body(body, request.headers.get("content-type", ""))
    return Call(
        method=request.method,
        url=url,
        path=request.path_params,
        query=_query(request),
        form=form,
        document=document,
        headers=dict(request.headers),
    )


def _query(request: Request) -> dict[str, str]:
    """Return the query; the values of a repeated parameter are joined by commas."""
    parameters = request.query_params
    return {name: ",".join(parameters.getlist(name)) for name in parameters}


def _body(body: str, content_type: str) -> tuple[dict[str, str], Any]:
    """Return the fields of a form, and a JSON document; one of them is empty."""
    if "json" not in content_type:
        fields = parse_qsl(body, keep_blank_values=True)
        names = dict.fromkeys(name for name, _ in fields)
        # Of a field that is there several times, all values with commas, as in a query.
        return {name: ",".join(text for key, text in fields if key == name) for name in names}, None
    try:
        return {}, json.loads(body)
    except ValueError:
        raise invalid("The body is not valid JSON") from None


def _response(answer: Answer) -> Response:
    if answer.body is None:
        return Response(status_code=answer.status, headers=dict(answer.headers))
    return JSONResponse(answer.body, answer.status, dict(answer.headers))


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
        if scope["type"] != "http" or scope["path"].startswith("/emulator"):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        body = await request.body()
        entry = self._journal.open(
            scope["method"], scope["path"], dict(request.query_params), _fields(request, body)
        )
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
        form, document = _body(
            body.decode("utf-8", "replace"), request.headers.get("content-type", "")
        )
    except TwilioError:
        return {}
    return document if isinstance(document, dict) else form


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a receive function that first repeats the body, which was read already."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again
