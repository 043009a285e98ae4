"""The console over HTTP: a page, a stream of its parts, and what people do as calls of the API."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from twilio_emulator.console import view
from twilio_emulator.journal import SID, Entry, Journal
from twilio_emulator.seed import ContactCentre
from twilio_emulator.twilio import EmulatedTwilio, query_fields

PATH = "/console"
REFRESH_SECONDS = 0.25
CALLS_SHOWN = 40
FOLDER = Path(__file__).parent
# No page of another site may frame it or run code in it, and no script comes from elsewhere.
POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'"
TWO_WEEKS = 14 * 86_400
WORKSPACE = "/taskrouter/v1/Workspaces/{workspace}"
CHANNEL = "/flex-api/v1/Interactions/{interaction}/Channels/{channel}"
# What people do is a call of an API: its path and its fields.
CALLS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "answer": (WORKSPACE + "/Tasks/{task}/Reservations/{reservation}", ("ReservationStatus",)),
    "status": (WORKSPACE + "/Tasks/{task}", ("AssignmentStatus",)),
    "activity": (WORKSPACE + "/Workers/{worker}", ("ActivitySid",)),
    "leave": (CHANNEL + "/Participants/{participant}", ("Status",)),
    "write": ("/conversations/v1/Conversations/{conversation}/Messages", ("Author", "Body")),
}
LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}


def routes(centre: ContactCentre, journal: Journal) -> list[BaseRoute]:
    """Return the routes of the console."""
    console = Console(centre, journal)
    return [
        Route(PATH, console.page),
        Route(f"{PATH}/stream", console.stream),
        Route(f"{PATH}/do/{{action}}", console.act, methods=["POST"]),
        Mount(f"{PATH}/static", StaticFiles(directory=FOLDER / "static")),
    ]


class Console:
    """The console of one contact centre."""

    def __init__(self, centre: ContactCentre, journal: Journal) -> None:
        self._centre = centre
        self._journal = journal
        self._twilio = EmulatedTwilio(centre.account)
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, trim_blocks=True
        )

    async def page(self, request: Request) -> Response:
        """Show everything as it is now."""
        if not _is_local(request):
            return PlainTextResponse("The console is for this machine alone.", 403)
        text = self._templates.get_template("console.html").render(parts=self.parts())
        return HTMLResponse(text, headers={"Content-Security-Policy": POLICY})

    async def stream(self, request: Request) -> Response:
        """Send each part of the page again when it has changed."""
        if not _is_local(request):
            return PlainTextResponse("The console is for this machine alone.", 403)
        return StreamingResponse(
            self._changes(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    async def _changes(self) -> AsyncIterator[str]:
        sent: dict[str, str] = {}
        while True:
            for name, text in self.parts().items():
                if sent.get(name) != text:
                    sent[name] = text
                    lines = "".join(f"data: {line}\n" for line in text.splitlines())
                    yield f"event: {name}\n{lines}\n"
            await asyncio.sleep(REFRESH_SECONDS)

    def parts(self) -> dict[str, str]:
        """Return the parts of the page by name, as HTML."""
        account, workspace = self._centre.account, self._centre.workspace
        with account.lock:
            shown: dict[str, Any] = {
                "workers": view.workers(workspace),
                "queues": view.queues(workspace),
                "tasks": view.tasks(account, workspace),
                "conversations": view.conversations(account, workspace),
                "calls": [_call(entry) for entry in self._journal.entries[: -CALLS_SHOWN - 1 : -1]],
                "switches": _switches(account.settings),
            }
            activities = [
                (each.sid, each.friendly_name) for each in workspace.tables.activities.values()
            ]
        return {
            name: self._templates.get_template(f"{name}.html").render(
                **{name: content}, activities=activities
            )
            for name, content in shown.items()
        }

    async def act(self, request: Request) -> Response:
        """Do what someone in the contact centre does; answer with a sentence."""
        # A form of another site cannot send this header.
        if not _is_local(request) or request.headers.get("hx-request") != "true":
            return PlainTextResponse("The console is for this machine alone.", 403)
        action = request.path_params["action"]
        body = (await request.body()).decode()
        form = query_fields(body)
        doing: Callable[[Mapping[str, str]], str] | None = {
            "time": self._pass_time,
            "switch": self._turn,
            "new": self._begin,
        }.get(action)
        try:
            said = doing(form) if doing else self._call(action, form)
        except (KeyError, ValueError) as error:
            return PlainTextResponse(f"Not done: {error}")
        return PlainTextResponse(said)

    def _call(self, action: str, form: Mapping[str, str]) -> str:
        path, fields = CALLS[action]
        reply = self._twilio.request(
            "POST",
            path.format_map({"workspace": self._centre.workspace_sid, **form}),
            headers={"Authorization": self._centre.account.authorization},
            body=urlencode({name: form[name] for name in fields}).encode(),
        )
        if reply.status < HTTPStatus.BAD_REQUEST:
            return f"Done: {form.get('said', action)}."
        return f"Twilio refuses it: {json.loads(reply.body)['message']}"

    def _pass_time(self, form: Mapping[str, str]) -> str:
        seconds = float(form["seconds"])
        if not 0 < seconds <= 14 * 86_400:
            raise ValueError("a number of seconds up to two weeks is expected")
        self._twilio.advance(seconds)
        return f"{form['seconds']} s have passed."

    def _turn(self, form: Mapping[str, str]) -> str:
        with self._centre.account.lock:
            self._centre.account.settings.change({form["name"]: json.loads(form["value"])})
        return f"{form['name']} is {form['value']}."

    def _begin(self, form: Mapping[str, str]) -> str:
        makers = {"conversation": self._centre.conversation_task, "chat": self._centre.chat_task}
        if form["worker"] not in self._centre.workers:
            raise ValueError(f"one of {', '.join(self._centre.workers)} is expected")
        makers[form["kind"]](holder=form["worker"])
        return f"{form['worker'].title()} has a new {form['kind']}."


def _is_local(request: Request) -> bool:
    """Tell whether a request names this machine: no name of another site may lead here."""
    return request.headers.get("host", "").rpartition(":")[0] in LOOPBACK


def _call(entry: Entry) -> Entry:
    """Return a call with short SIDs."""
    return replace(entry, path=SID.sub(lambda sid: f"{sid[0][:2]}..{sid[0][-4:]}", entry.path))


def _switches(settings: Any) -> list[dict[str, Any]]:
    values = settings.as_document()
    return [
        {"name": name, "value": json.dumps(values[name]), "question": question}
        for name, question in settings.questions().items()
    ]
