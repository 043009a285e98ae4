"""The emulator's own endpoints below ``/emulator``, for clients in other processes.

They need no credentials: the server listens on the loopback interface alone, and all its data is
made up.
"""

import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from twilio_emulator.errors import invalid
from twilio_emulator.faults import Fault, Faults
from twilio_emulator.journal import Journal
from twilio_emulator.seed import ContactCentre


def routes(centre: ContactCentre, faults: Faults, journal: Journal) -> list[Route]:
    """Return the routes of the control plane."""
    control = _Control(centre, faults, journal)
    endpoints: dict[str, tuple[Callable[[Request], Awaitable[Response]], list[str]]] = {
        "seed": (control.seed, ["GET"]),
        "tokens": (control.tokens, ["POST"]),
        "tasks": (control.tasks, ["POST"]),
        "journal": (control.journal, ["GET", "DELETE"]),
        "settings": (control.settings, ["GET", "POST", "DELETE"]),
        "questions": (control.questions, ["GET"]),
        "faults": (control.faults, ["GET", "POST", "DELETE"]),
    }
    return [
        Route(f"/emulator/{name}", endpoint, methods=methods)
        for name, (endpoint, methods) in endpoints.items()
    ]


class _Control:
    def __init__(self, centre: ContactCentre, faults: Faults, journal: Journal) -> None:
        self._centre = centre
        self._faults = faults
        self._journal = journal

    async def seed(self, _request: Request) -> Response:
        return JSONResponse(self._centre.summary())

    async def tokens(self, request: Request) -> Response:
        worker = str((await _document(request)).get("worker"))
        if worker not in self._centre.workers:
            raise invalid(f"worker must be one of {', '.join(self._centre.workers)}")
        return JSONResponse({"worker": worker, "token": self._centre.token_of(worker)}, 201)

    async def tasks(self, request: Request) -> Response:
        document = await _document(request)
        makers = {
            "chat": self._centre.chat_task,
            "sms": self._centre.sms_task,
            "conversation": self._centre.conversation_task,
            "sms_conversation": self._centre.sms_conversation_task,
            "email_conversation": self._centre.email_conversation_task,
        }
        kind, holder = document.get("kind"), document.get("holder", "ana")
        if kind not in makers or holder not in self._centre.workers:
            raise invalid(f"kind must be one of {', '.join(makers)}, holder a worker's name")
        return JSONResponse({"taskSid": makers[kind](holder=holder)}, 201)

    async def journal(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._journal.clear()
            return Response(status_code=204)
        return JSONResponse({"entries": [dataclasses.asdict(entry) for entry in self._journal]})

    async def settings(self, request: Request) -> Response:
        document = await _document(request) if request.method == "POST" else {}
        with self._centre.account.lock:
            switches = self._centre.account.settings
            if request.method == "DELETE":
                switches.restore()
            try:
                switches.change(document)
            except ValueError as error:
                raise invalid(f"Not a setting: {error}") from error
            return JSONResponse(switches.as_document())

    async def questions(self, _request: Request) -> Response:
        asked = self._centre.account.settings.questions()
        return JSONResponse({name: dataclasses.asdict(each) for name, each in asked.items()})

    async def faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._faults.clear()
            return Response(status_code=204)
        if request.method == "POST":
            try:
                self._faults.add(Fault(**await _document(request)))
            except (TypeError, ValueError) as error:
                raise invalid(f"Not a fault: {error}") from error
        rules = [dataclasses.asdict(fault) for fault in self._faults.rules()]
        return JSONResponse({"faults": rules, "affected": self._faults.count})


async def _document(request: Request) -> dict[str, Any]:
    try:
        document = await request.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise invalid("The body must be a JSON object")
    return document
