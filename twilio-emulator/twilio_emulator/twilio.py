"""The emulated Twilio without a server: a request in, an answer out, and the time only if told.

Nothing here opens a port or starts a thread. With a `ManualClock` and a
seeded source of random numbers, the same calls have the same answers.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from twilio_emulator import event_streams, flows
from twilio_emulator.account import Account
from twilio_emulator.calls import Answer, Call, Handler, Routes, read_json
from twilio_emulator.errors import (
    METHOD_NOT_ALLOWED,
    TwilioError,
    invalid,
    not_found,
    unauthenticated,
)
from twilio_emulator.flex import (
    address_routes,
    chat_routes,
    configuration_routes,
    conversation_routes,
    flex_flow_routes,
    interaction_creation,
    interaction_routes,
    message_routes,
    settings_routes,
    token_routes,
)
from twilio_emulator.taskrouter import (
    reservation_routes,
    routing_routes,
    setup_routes,
    task_routes,
    worker_life_routes,
    worker_routes,
    workspace_routes,
)
from twilio_emulator.taskrouter.due import is_due, next_due
from twilio_emulator.taskrouter.routing_loop import settle

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
        *flex_flow_routes.ROUTES,
        *interaction_creation.ROUTES,
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


class Reply(NamedTuple):
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class EmulatedTwilio:
    """The APIs of an account."""

    account: Account

    def request(
        self,
        method: str,
        path: str,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Reply:
        """Carry out one request, after all that is due by the account's clock.

        Parameters
        ----------
        path
            With the product's host label first, as in ``/taskrouter/v1/Workspaces``.
        query
            As in a URL, without the question mark.
        headers
            Names in any case. ``Authorization`` is needed, as everywhere in Twilio's APIs.

        Returns
        -------
        Reply
            Errors too are answers: nothing is raised for a request that Twilio would refuse.
        """
        low = {name.lower(): text for name, text in (headers or {}).items()}
        try:
            answer = self._answer(method, path, query_fields(query), low, body)
        except TwilioError as error:
            answer = Answer(error.status, error.body(), error.headers)
        if answer.body is None:
            return Reply(answer.status, answer.headers, b"")
        text = json.dumps(answer.body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        kind = {"content-type": "application/json"}
        return Reply(answer.status, {**kind, **answer.headers}, text.encode())

    def settle(self) -> None:
        """Do what is due by the account's clock: time out, route, offer."""
        with self.account.lock:
            for workspace in self.account.workspaces.values():
                settle(workspace)

    def catch_up(self) -> None:
        """Do what is due, if anything is: with many tasks that wait, to settle takes long."""
        with self.account.lock:
            if is_due(self.account):
                self.settle()

    def next_due(self) -> datetime | None:
        """Return when something happens next if no one calls; None if nothing does."""
        with self.account.lock:
            return next_due(self.account)

    def advance(self, seconds: float) -> None:
        """Let time pass: what is due on the way happens when it is due."""
        clock = self.account.clock
        end = clock.now() + timedelta(seconds=seconds)
        self.settle()
        while (due := self.next_due()) is not None and clock.now() < due <= end:
            clock.advance((due - clock.now()).total_seconds())
            self.settle()
        clock.advance(max((end - clock.now()).total_seconds(), 0))
        self.settle()

    def _answer(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
    ) -> Answer:
        product, version, below = [*path.removeprefix("/").split("/", 2), "", ""][:3]
        found = _find(f"{product}/{version}", below)
        if found is None:
            raise not_found(unquote(path))
        if not self.account.admits(headers.get("authorization", "")):
            raise unauthenticated()
        handlers, parameters = found
        handler = handlers.get(method)
        if handler is None:
            raise TwilioError(405, METHOD_NOT_ALLOWED, "Method not allowed")
        form, document = read_body(body, headers.get("content-type", ""))
        call = Call(
            method=method,
            url=f"https://{product}.twilio.com/{version}/{below}",
            path=parameters,
            query=query,
            form=form,
            document=document,
            headers=headers,
        )
        with self.account.lock:
            self.catch_up()
            return handler(self.account, call)


def query_fields(query: str) -> dict[str, str]:
    """Return the fields of a query or a form; all values of a repeated one, with commas."""
    fields: dict[str, list[str]] = defaultdict(list)
    for name, text in parse_qsl(query, keep_blank_values=True):
        fields[name].append(text)
    return {name: ",".join(texts) for name, texts in fields.items()}


def read_body(body: bytes, content_type: str) -> tuple[dict[str, str], Any]:
    """Return the fields of a form, and a JSON document; one of them is empty.

    Raises
    ------
    TwilioError
        400 for a body that claims to be JSON and is not.
    """
    text = body.decode("utf-8", "replace")
    if "json" not in content_type:
        return query_fields(text), None
    try:
        return {}, read_json(text)
    except ValueError:
        raise invalid("The body is not valid JSON") from None


# By product, then by the path's segments; a segment that varies is under "*", with its name.
_Tree = dict[str, Any]


def _tree(routes: Routes) -> _Tree:
    root: _Tree = {}
    for method, path, handler in routes:
        node, names = root, []
        for segment in path.strip("/").split("/"):
            varies = segment.startswith("{")
            names += [segment.strip("{}")] if varies else []
            node = node.setdefault("*" if varies else segment, {})
        node.setdefault("", {})[method] = (handler, names)
    return root


_TREES = {product: _tree(routes) for product, routes in PRODUCTS.items()}


def _find(product: str, path: str) -> tuple[dict[str, Handler], dict[str, str]] | None:
    """Return the handlers of a path by method, and what stands in its varying segments."""
    node: _Tree = _TREES.get(product, {})
    values = []
    for segment in path.split("/"):
        if segment and segment in node:
            node = node[segment]
        elif segment and "*" in node:
            values.append(unquote(segment))
            node = node["*"]
        else:
            return None
    if "" not in node:
        return None
    handlers = {method: handler for method, (handler, _) in node[""].items()}
    names = next(iter(node[""].values()))[1]
    return handlers, dict(zip(names, values, strict=True))
