"""What a config key is declared with, and the kinds of values that keys take.

`settings` declares each key once, next to the field that holds its value. `read_settings` reads the
config by these declarations, `config_reference` writes the README's table and `Pulumi.dev.yaml`.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Final

PROJECT: Final = "flex-chat-transfer"
REQUIRED: Final = object()

_SHOWN_CHARACTERS: Final = 80

# What is wrong, and what is expected.
Fault = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Text:
    """A string that matches a pattern as a whole."""

    expected: str
    pattern: str = ".+"

    def faults(self, raw: str) -> Iterator[Fault]:
        """Yield what is wrong with a value as it is in the config."""
        if not re.fullmatch(self.pattern, raw):
            yield _wrong(raw), self.expected

    def value(self, raw: str) -> Any:
        """Convert a value that has no faults."""
        return raw


class Secret(Text):
    """A value that must be stored encrypted; no fault repeats it."""

    __slots__ = ()

    def faults(self, raw: str) -> Iterator[Fault]:
        """Yield a fault for a secret that was pasted with whitespace."""
        if raw != raw.strip():
            yield "begins or ends with whitespace", "the bare secret"


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two bounds, both allowed."""

    at_least: int
    at_most: int
    unit: str

    @property
    def expected(self) -> str:
        """What a value is."""
        return f"a whole number of {self.unit} from {self.at_least} to {self.at_most}"

    def faults(self, raw: str) -> Iterator[Fault]:
        """Yield what is wrong with a value as it is in the config."""
        if not re.fullmatch(r"[0-9]{1,9}", raw) or not self.at_least <= int(raw) <= self.at_most:
            yield _wrong(raw), self.expected

    def value(self, raw: str) -> int:
        """Convert a value that has no faults."""
        return int(raw)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    options: tuple[str, ...]
    value: Callable[[str], Any] = str

    @property
    def expected(self) -> str:
        """What a value is."""
        return f"one of {', '.join(self.options)}"

    def faults(self, raw: str) -> Iterator[Fault]:
        """Yield what is wrong with a value as it is in the config."""
        if raw not in self.options:
            yield _wrong(raw), self.expected


FLAG: Final = Choice(("true", "false"), lambda word: word == "true")


@dataclass(frozen=True, slots=True)
class Strings:
    """A list of distinct strings, each of which matches a pattern as a whole."""

    items: str
    pattern: str

    @property
    def expected(self) -> str:
        """What a value is."""
        return f"a list of {self.items}"

    def faults(self, raw: str) -> Iterator[Fault]:
        """Yield what is wrong with the list, or with each of its items."""
        try:
            items = json.loads(raw)
        except ValueError:
            items = None
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            yield (
                _wrong(raw),
                f"{self.expected}; write one by: pulumi config set --path '{{}}[0]' …",
            )
            return
        for item in items:
            if not re.fullmatch(self.pattern, item):
                yield _wrong(item), self.items
        for item in sorted({item for item in items if items.count(item) > 1}):
            yield f"{item!r} is there twice", "each entry once"

    def value(self, raw: str) -> tuple[str, ...]:
        """Convert a value that has no faults."""
        return tuple(json.loads(raw))


Kind = Text | Whole | Choice | Strings


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a stack's config.

    Parameters
    ----------
    name
        The key; without a namespace it is in the project's own.
    kind
        The values that it takes.
    default
        The value where the key is not set; `REQUIRED` where it must be. `STACK` stands for the
        stack's name.
    meaning
        What it decides, in one sentence without a final stop.
    example
        What `Pulumi.dev.yaml` shows where there is no default.
    """

    name: str
    kind: Kind
    default: Any
    meaning: str
    example: str

    def full_name(self, project: str = PROJECT) -> str:
        """Return the key with its namespace."""
        return self.name if ":" in self.name else f"{project}:{self.name}"

    def default_text(self) -> str:
        """Return the default as it would be written; empty where there is none."""
        if self.default in (REQUIRED, None, ""):
            return ""
        return self.default if isinstance(self.default, str) else json.dumps(self.default)


def key(name: str, kind: Kind, meaning: str, *, default: Any, example: str = "") -> Any:
    """Declare the config key of a dataclass's field; see `Key`."""
    return field(
        repr=not isinstance(kind, Secret),
        metadata={"key": Key(name, kind, default, meaning, example)},
    )


def declared_keys(settings: Any) -> list[Key]:
    """Return the keys of a settings class and of the classes of its fields, in order."""
    found: list[Key] = []
    for item in fields(settings):
        if "key" in item.metadata:
            found.append(item.metadata["key"])
        elif is_dataclass(item.type):
            found += declared_keys(item.type)
    return found


def sid(prefix: str, what: str) -> Text:
    """Return the kind of a Twilio SID."""
    expected = f"the SID of {what}: {prefix} and 32 hexadecimal digits in lower case"
    return Text(expected, f"{prefix}[0-9a-f]{{32}}")


def _wrong(value: str) -> str:
    cut = value if len(value) <= _SHOWN_CHARACTERS else value[:_SHOWN_CHARACTERS] + "…"
    return f"wrong value {cut!r}"
