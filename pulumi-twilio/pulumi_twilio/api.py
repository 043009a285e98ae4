"""Twilio's REST API by path: one object, a list of them, and the changes to them."""

from collections.abc import Iterator, Mapping
from typing import Any

from twilio.base.domain import Domain
from twilio.base.page import Page
from twilio.base.version import Version
from twilio.rest import Client

Answer = dict[str, Any]


class _Records(Page):
    """A page whose records stay the dictionaries that they are in the answer."""

    def get_instance(self, payload: Answer) -> Answer:
        return payload


class Api:
    """Version 1 of one product's API; errors come as the SDK raises them.

    Parameters
    ----------
    client
        The client of the account.
    product
        The first label of the API's host: "taskrouter".
    """

    def __init__(self, client: Client, product: str) -> None:
        self._client = client
        self._version = Version(Domain(client, f"https://{product}.twilio.com"), "v1")

    def fetch(self, path: str) -> Answer:
        """Fetch one object."""
        found: Answer = self._version.fetch("GET", path)
        return found

    def all(self, path: str, filters: Mapping[str, object] | None = None) -> Iterator[Answer]:
        """Go through the objects of a list, page by page."""
        response = self._version.page("GET", path, params=dict(filters or {}))
        while True:
            page = _Records(self._version, response)
            yield from page
            if not page.next_page_url:
                return
            response = self._client.request("GET", page.next_page_url)

    def create(self, path: str, parameters: Mapping[str, object]) -> Answer:
        """Create an object."""
        made: Answer = self._version.create("POST", path, data=dict(parameters))
        return made

    def update(self, path: str, parameters: Mapping[str, object]) -> Answer:
        """Change what the parameters name, nothing else."""
        changed: Answer = self._version.update("POST", path, data=dict(parameters))
        return changed

    def delete(self, path: str) -> None:
        """Delete an object."""
        self._version.delete("DELETE", path)
