"""Twilio's REST API by path: one object, a list of them, and the changes to them."""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from twilio.base.domain import Domain
from twilio.base.exceptions import TwilioRestException
from twilio.base.page import Page
from twilio.base.version import Version

from pulumi_twilio.client import Client
from pulumi_twilio.errors import WrongAccountError

Answer = dict[str, Any]

_NOT_TOLD = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}


class _Records(Page):
    """A page whose records stay the dictionaries that they are in the answer."""

    def get_instance(self, payload: Answer) -> Answer:
        return payload


class Api:
    """One product's API; errors come as the SDK raises them.

    Every answer that names its account has to be about the client's, or it is a
    `WrongAccountError`. Before the first change Twilio is asked, if no answer has told it yet.

    Parameters
    ----------
    client
        The client of the account.
    product
        The first label of the API's host: "taskrouter".
    version
        The version of the API.
    """

    def __init__(self, client: Client, product: str, version: str = "v1") -> None:
        self._client = client
        self._product = product
        self._version = Version(Domain(client, f"https://{product}.twilio.com"), version)

    def fetch(self, path: str) -> Answer:
        """Fetch one object."""
        return self._ours(self._version.fetch("GET", path))

    def all(self, path: str, filters: Mapping[str, object] | None = None) -> Iterator[Answer]:
        """Go through the objects of a list, page by page."""
        response = self._version.page("GET", path, params=dict(filters or {}))
        while True:
            page = _Records(self._version, response)
            yield from map(self._ours, page)
            if not page.next_page_url:
                return
            response = self._client.request("GET", page.next_page_url)

    def create(self, path: str, parameters: Mapping[str, object]) -> Answer:
        """Create an object."""
        self._confirm(path)
        made: Answer = self._version.create("POST", path, data=dict(parameters))
        try:
            return self._ours(made)
        except WrongAccountError:
            self._version.delete("DELETE", f"{path}/{made['sid']}")
            raise

    def update(
        self, path: str, parameters: Mapping[str, object], *, in_json: bool = False
    ) -> Answer:
        """Change what the parameters name, nothing else; `in_json` as a document, not a form."""
        self._confirm(path)
        given = dict(parameters)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if in_json:
            given["account_sid"] = self._client.account_sid
            headers = {"Content-Type": "application/json"}
        return self._ours(self._version.update("POST", path, data=given, headers=headers))

    def delete(self, path: str) -> None:
        """Delete an object."""
        self._confirm(path)
        self._version.delete("DELETE", path)

    def _ours(self, answer: Answer) -> Answer:
        configured, found = self._client.account_sid, answer.get("account_sid")
        if found == configured:
            self._client.is_confirmed = True
        elif found:
            raise WrongAccountError(
                f"the API key {self._client.username} is of the account {found}, and "
                f"twilio:accountSid is {configured}: set it to the key's account, or use a key of "
                f"{configured}"
            )
        return answer

    def _confirm(self, path: str) -> None:
        """Ask Twilio whose the credentials are, unless they say it or an answer has told it."""
        client = self._client
        if client.is_confirmed or client.username == client.account_sid:
            return
        routing = Api(client, "taskrouter")
        workspace = re.match(r"/Workspaces/WS\w+", path)
        try:
            if workspace and self._product == "taskrouter":
                routing.fetch(workspace[0])
            else:
                next(routing.all("/Workspaces", {"PageSize": 1}), None)
        except TwilioRestException as error:
            # The key may have no permission for it: the answer to the change tells.
            if error.status not in _NOT_TOLD:
                raise
