"""The emulator's own endpoints below ``/emulator``: for those who cannot reach into the process.

They need no credentials: the server listens on the loopback interface alone, and everything it
holds is made up.
"""

import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.twilio.errors import TwilioError, invalid
from local.twilio.faults import Fault, Faults
from local.twilio.journal import Journal
from local.twilio.seed import ContactCentre

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(centre: ContactCentre, faults: Faults, journal: Journal) -> list[Route]:
    """Return the routes of the control plane."""
    return [
        Route("/emulator/seed", _seed(centre), methods=["GET"]),
        Route("/emulator/tokens", _tokens(centre), methods=["POST"]),
        Route("/emulator/tasks", _tasks(centre), methods=["POST"]),
        Route("/emulator/journal", _journal(journal), methods=["GET", "DELETE"]),
        Route("/emulator/settings", _settings(centre), methods=["GET", "POST", "DELETE"]),
        Route("/emulator/faults", _faults(faults), methods=["GET", "POST", "DELETE"]),
    ]


def _seed(centre: ContactCentre) -> Endpoint:
    async def endpoint(_request: Request) -> Response:
        return JSONResponse(centre.summary())

    return endpoint


def _tokens(centre: ContactCentre) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        worker = str((await _document(request)).get("worker"))
        if worker not in centre.workers:
            raise invalid(f"worker must be one of {', '.join(centre.workers)}")
        return JSONResponse({"worker": worker, "token": centre.token_of(worker)}, 201)

    return endpoint


def _tasks(centre: ContactCentre) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        document = await _document(request)
        makers = {
            "chat": centre.chat_task,
            "sms": centre.sms_task,
            "conversation": centre.conversation_task,
            "sms_conversation": centre.sms_conversation_task,
        }
        kind, holder = document.get("kind"), document.get("holder", "ana")
        if kind not in makers or holder not in centre.workers:
            raise invalid(f"kind must be one of {', '.join(makers)}, holder a worker's name")
        return JSONResponse({"taskSid": makers[kind](holder=holder)}, 201)

    return endpoint


def _journal(journal: Journal) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        if request.method == "DELETE":
            journal.clear()
            return Response(status_code=204)
        return JSONResponse({"entries": [dataclasses.asdict(entry) for entry in journal]})

    return endpoint


def _settings(centre: ContactCentre) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        document = await _document(request) if request.method == "POST" else {}
        with centre.account.lock:
            switches = centre.account.settings
            if request.method == "DELETE":
                switches.restore()
            try:
                switches.change(document)
            except ValueError as error:
                raise invalid(f"Not a setting: {error}") from error
            return JSONResponse(switches.as_document())

    return endpoint


def _faults(faults: Faults) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        if request.method == "DELETE":
            faults.clear()
            return Response(status_code=204)
        if request.method == "POST":
            try:
                faults.add(Fault(**await _document(request)))
            except (TypeError, ValueError) as error:
                raise invalid(f"Not a fault: {error}") from error
        rules = [dataclasses.asdict(fault) for fault in faults.rules()]
        return JSONResponse({"faults": rules, "spoiled": faults.count})

    return endpoint


async def _document(request: Request) -> dict[str, Any]:
    try:
        document = await request.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise TwilioError(400, 20001, "The body must be a JSON object")
    return document
