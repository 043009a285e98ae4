"""Lists in pages, with the ``meta`` object that Twilio's SDK follows, and their common filter.

``next_page_url`` names Twilio's own host, as the real API does: a client that sends the calls for
``https://taskrouter.twilio.com`` to this server sends that one here too.
Source: https://www.twilio.com/docs/usage/twilios-response#response-formats-list-paging-information
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from twilio_emulator.calls import Answer, Call
from twilio_emulator.errors import invalid

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 1000
# The documented maximum of Programmable Chat and of Conversations.
MAX_CHAT_PAGE_SIZE = 100


class Named(Protocol):
    """An object with a name."""

    @property
    def friendly_name(self) -> str:
        """Return the name."""


Entry = TypeVar("Entry")
NamedEntry = TypeVar("NamedEntry", bound=Named)

_PAGING = {"Page", "PageSize", "PageToken"}


def page(
    call: Call,
    key: str,
    entries: Sequence[Entry],
    form: Callable[[Entry], dict[str, Any]],
    maximum: int = MAX_PAGE_SIZE,
) -> Answer:
    """Answer with the page of a list that the call asks for.

    ``PageToken`` says where the page starts; ``Page`` is the client's own count and moves nothing.

    Raises
    ------
    TwilioError
        400 when the size is out of 1 to ``maximum``, or the token was not given out here.
    """
    size = _number(call, "PageSize", DEFAULT_PAGE_SIZE)
    if not 1 <= size <= maximum:
        raise invalid(f"Page size must be between 1 and {maximum}, not {size}")
    number = _number(call, "Page", 0)
    start = _start(call, key)
    shown = entries[start : start + size]
    more = start + size < len(entries)

    def address(at: int, index: int) -> str:
        query = {name: text for name, text in call.query.items() if name not in _PAGING}
        query |= {"PageSize": str(size), "Page": str(index), "PageToken": f"PA{key}-{at}"}
        return f"{call.url}?{urlencode(query)}"

    meta = {
        "key": key,
        "page": number,
        "page_size": size,
        "url": address(start, number),
        "first_page_url": address(0, 0),
        "previous_page_url": address(max(start - size, 0), number - 1) if start else None,
        "next_page_url": address(start + size, number + 1) if more else None,
    }
    return Answer(200, {key: [form(entry) for entry in shown], "meta": meta})


def named(call: Call, table: Mapping[str, NamedEntry]) -> list[NamedEntry]:
    """Return the entries with the ``FriendlyName`` of the query, and all if it has none."""
    name = call.query.get("FriendlyName")
    return [entry for entry in table.values() if not name or entry.friendly_name == name]


def _number(call: Call, name: str, default: int) -> int:
    try:
        return int(call.query.get(name) or default)
    except ValueError:
        raise invalid(f"{name} is not a number") from None


def _start(call: Call, key: str) -> int:
    token = call.query.get("PageToken")
    if not token:
        return 0
    prefix = f"PA{key}-"
    if not token.startswith(prefix) or not token.removeprefix(prefix).isdecimal():
        raise invalid("PageToken is not one that this API gave out")
    return int(token.removeprefix(prefix))
