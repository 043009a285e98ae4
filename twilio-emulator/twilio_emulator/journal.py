"""The journal of all calls of the emulated Twilio, for tests that count and inspect them.

Credentials are never in it: no header is kept, and the values of fields named token are left out.
"""

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

HIDDEN = "(left out)"
# What begins with one of these is the emulator's own and no API of Twilio's.
OWN = ("/emulator", "/console")
SID = re.compile("[A-Z]{2}[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One request. ``status`` is None without an answer; ``fault`` names the injected one.

    ``form`` holds the fields of a form or of a JSON object; ``path`` starts with the product, as in
    ``/taskrouter/v1/Workspaces``.
    """

    number: int
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, Any] = field(default_factory=dict)
    status: int | None = None
    fault: str | None = None

    @property
    def product(self) -> str:
        """Return which of Twilio's APIs was asked, such as ``taskrouter``."""
        return self.path.split("/")[1]

    @property
    def pattern(self) -> str:
        """Return a regular expression for the same call about other objects, for a fault's path."""
        return f"^{SID.sub(lambda sid: sid[0][:2] + '[0-9a-f]{32}', re.escape(self.path))}$"


class Journal:
    """All entries since the start, or since `clear`; safe to read from any thread."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._written = 0
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Entry]:
        """Iterate over the entries, oldest first."""
        return iter(self.entries)

    def __len__(self) -> int:
        """Return how many entries there are."""
        return len(self.entries)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the entries, oldest first."""
        with self._lock:
            return tuple(self._entries)

    def matching(self, method: str | None = None, path: str = "") -> list[Entry]:
        """Return the entries of that method whose path matches the regular expression."""
        return [
            entry
            for entry in self.entries
            if (method is None or entry.method == method.upper()) and re.search(path, entry.path)
        ]

    def clear(self) -> None:
        """Remove all entries."""
        with self._lock:
            self._entries.clear()

    def open(
        self, method: str, path: str, query: Mapping[str, str], form: Mapping[str, Any]
    ) -> Entry:
        """Add a request when it arrives."""
        with self._lock:
            self._written += 1
            entry = Entry(self._written, method, path, dict(query), _without_tokens(form))
            self._entries.append(entry)
            return entry

    def close(self, entry: Entry, status: int | None, fault: str | None) -> None:
        """Record its outcome."""
        with self._lock:
            # Numbers follow each other, from the first entry that was not removed.
            index = entry.number - self._entries[0].number if self._entries else -1
            if index >= 0:
                self._entries[index] = replace(self._entries[index], status=status, fault=fault)


def _without_tokens(form: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: HIDDEN if "token" in name.lower() and name != "PageToken" else content
        for name, content in form.items()
    }
