"""What a config key is declared with, and the kinds of values that keys take.

`settings` declares each key once, next to the field that holds its value. `read_settings` reads the
config by these declarations, `config_reference` writes docs/configuration.md and `Pulumi.dev.yaml`.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Final, NamedTuple

PROJECT: Final = "flex-chat-transfer"
REQUIRED: Final = object()

_SHOWN_CHARACTERS: Final = 80


class Fault(NamedTuple):
    """What is wrong, what is expected, and how to write that to the config: `{}` is the key."""

    fault: str
    expected: str
    in_config: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of values.

    Parameters
    ----------
    expected
        What a value is, for errors and the page.
    faults
        Yields what is wrong with a value as it is in the config.
    value
        Converts a value that has no faults.
    is_secret
        Whether the value must be stored encrypted; no fault repeats it.
    """

    expected: str
    faults: Callable[[str], Iterator[Fault]]
    value: Callable[[str], Any] = str
    is_secret: bool = False


def text(expected: str, pattern: str) -> Kind:
    """Return the kind of strings that match a pattern as a whole."""
    return _valid(expected, lambda raw: re.fullmatch(pattern, raw) is not None)


def sid(prefix: str, what: str) -> Kind:
    """Return the kind of a Twilio SID."""
    expected = f"the SID of {what}: {prefix} and 32 hexadecimal digits in lower case"
    return text(expected, f"{prefix}[0-9a-f]{{32}}")


def whole(at_least: int, at_most: int, unit: str) -> Kind:
    """Return the kind of whole numbers between two bounds, both allowed."""

    def is_valid(raw: str) -> bool:
        return bool(re.fullmatch(r"[0-9]{1,9}", raw)) and at_least <= int(raw) <= at_most

    return _valid(f"a whole number of {unit} from {at_least} to {at_most}", is_valid, int)


def choice(options: Sequence[str], value: Callable[[str], Any] = str) -> Kind:
    """Return the kind of a few words."""
    return _valid(f"one of {', '.join(options)}", lambda raw: raw in options, value)


def strings(items: str, pattern: str) -> Kind:
    """Return the kind of lists of distinct strings, each of which matches a pattern as a whole."""
    expected = f"a list of {items}"

    def faults(raw: str) -> Iterator[Fault]:
        try:
            found = json.loads(raw)
        except ValueError:
            found = None
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            todo = "; write one by: pulumi config set --path '{}[0]' …"
            yield Fault(_wrong(raw), expected, todo)
            return
        for item in found:
            if not re.fullmatch(pattern, item):
                yield Fault(_wrong(item), items)
        for item in sorted({item for item in found if found.count(item) > 1}):
            yield Fault(f"{item!r} is there twice", "each entry once")

    return Kind(expected, faults, lambda raw: tuple(json.loads(raw)))


def _valid(
    expected: str, is_valid: Callable[[str], bool], value: Callable[[str], Any] = str
) -> Kind:
    def faults(raw: str) -> Iterator[Fault]:
        if not is_valid(raw):
            yield Fault(_wrong(raw), expected)

    return Kind(expected, faults, value)


def _wrong(value: str) -> str:
    cut = value if len(value) <= _SHOWN_CHARACTERS else value[:_SHOWN_CHARACTERS] + "…"
    return f"wrong value {cut!r}"


def _padded(raw: str) -> Iterator[Fault]:
    if raw != raw.strip():
        yield Fault("begins or ends with whitespace", "the bare secret")


FLAG: Final = choice(("true", "false"), lambda word: word == "true")
SECRET: Final = Kind("a secret", _padded, is_secret=True)


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
        The value if the key is not set; `REQUIRED` if it must be. `STACK` stands for the
        stack's name.
    meaning
        What it decides, in one sentence without a final stop.
    example
        What `Pulumi.dev.yaml` shows if there is no default.
    """

    name: str
    kind: Kind
    default: Any
    meaning: str
    example: str

    def full_name(self, project: str = PROJECT) -> str:
        """Return the key with its namespace."""
        return self.name if ":" in self.name else f"{project}:{self.name}"

    @property
    def argument(self) -> str:
        """The name of the component's argument that takes the same values."""
        return re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", self.name)

    def default_text(self) -> str:
        """Return the default as it would be written; empty if there is none."""
        if self.default in (REQUIRED, None, ""):
            return ""
        return self.default if isinstance(self.default, str) else json.dumps(self.default)


def key(name: str, kind: Kind, meaning: str, *, default: Any, example: str = "") -> Any:
    """Declare the config key of a dataclass's field; see `Key`."""
    return field(
        repr=not kind.is_secret,
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
