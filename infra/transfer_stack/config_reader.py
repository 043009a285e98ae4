"""Reads stack config key by key and remembers every problem, to show all of them at once.

`pulumi.Config.require` stops at the first missing key, with a traceback, and checks no values. A
new environment has twenty keys: one run must be enough to get them right.
"""

import difflib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi

_SHOWN_CHARACTERS: Final = 80
# twilo is close enough to twilio, and aws is not.
_SAME_NAMESPACE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one key.

    Parameters
    ----------
    key
        The full config key, namespace included.
    fault
        What is wrong; it names the value unless the key holds a secret.
    expected
        What would be right, and what to do when that is not obvious.
    """

    key: str
    fault: str
    expected: str

    def __str__(self) -> str:
        return f"{self.key}: {self.fault}; expected {self.expected}"


class SettingsError(pulumi.RunError):
    """The stack config is not usable: one readable line a key.

    Pulumi prints a `RunError` as it is, without a traceback, and ends the program.

    Parameters
    ----------
    stack
        The stack's name.
    problems
        Every problem found.
    """

    def __init__(self, stack: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        count = "1 error" if len(self.problems) == 1 else f"{len(self.problems)} errors"
        super().__init__(f"The config of stack {stack} has {count}, nothing was changed:\n{lines}")


class ConfigReader:
    """Typed access to a stack's config that collects problems in place of raising them.

    Every method that reads a key returns a value of its type also when the key is wrong, so that
    reading goes on; what it returns then is never used, because the caller ends with
    `SettingsError` when there are `problems`.

    Parameters
    ----------
    config
        All config values by full key, as Pulumi hands them over: strings, lists and objects as
        JSON.
    secrets
        The keys whose values are stored encrypted.
    """

    def __init__(self, config: Mapping[str, str], secrets: Collection[str]) -> None:
        self._config = config
        self._secrets = secrets
        self._known: set[str] = set()
        self.problems: list[Problem] = []

    def text(
        self, key: str, *, expected: str, pattern: str = ".+", default: str | None = ""
    ) -> str:
        """Read a string that matches `pattern` as a whole; a key without a default is required."""
        raw = self._raw(key)
        if raw is None:
            if default is None and not self.has(key):
                self.problems.append(Problem(key, "missing", expected))
            return default or ""
        if not re.fullmatch(pattern, raw):
            self._wrong(key, raw, expected)
        return raw

    def secret(self, key: str) -> str:
        """Read a secret, or an empty string; a value that is stored in plain text is a problem."""
        raw = self._raw(key, secret=True)
        if raw is None:
            return ""
        if key not in self._secrets:
            todo = f"a secret: pulumi config set --secret {key}; replace what was exposed"
            self.problems.append(Problem(key, "stored in plain text", todo))
        elif raw != raw.strip():
            self.problems.append(Problem(key, "begins or ends with whitespace", "the bare secret"))
        return raw

    def flag(self, key: str, *, default: bool) -> bool:
        """Read `true` or `false`."""
        word = self.choice(key, default=str(default).lower(), options=("true", "false"))
        return word == "true"

    def number(self, key: str, *, default: int = 0, at_least: int, at_most: int, unit: str) -> int:
        """Read a whole number between two bounds, both allowed."""
        raw = self._raw(key)
        if raw is None:
            return default
        expected = f"a whole number of {unit} from {at_least} to {at_most}"
        if not re.fullmatch(r"[0-9]{1,9}", raw) or not at_least <= int(raw) <= at_most:
            self._wrong(key, raw, expected)
            return default
        return int(raw)

    def choice(self, key: str, *, default: str, options: Sequence[str]) -> str:
        """Read one of a few words, as they are written."""
        raw = self._raw(key)
        if raw is None:
            return default
        if raw not in options:
            self._wrong(key, raw, f"one of {', '.join(options)}")
        return raw

    def strings(
        self, key: str, *, default: Sequence[str], pattern: str, expected: str
    ) -> tuple[str, ...]:
        """Read a list of distinct strings that match `pattern`, each as a whole."""
        raw = self._raw(key)
        if raw is None:
            return tuple(default)
        items = _string_list(raw)
        if items is None:
            example = f"pulumi config set --path '{key}[0]' …"
            self._wrong(key, raw, f"a list of {expected}; write one by: {example}")
            return tuple(default)
        for item in items:
            if not re.fullmatch(pattern, item):
                self._wrong(key, item, expected)
        for item in sorted({item for item in items if items.count(item) > 1}):
            self.problems.append(Problem(key, f"{item!r} is there twice", "each entry once"))
        return items

    def refuse(self, key: str, fault: str, expected: str) -> None:
        """Add a problem that only the caller can see, as of two keys that exclude each other."""
        self.problems.append(Problem(key, fault, expected))

    def refuse_unknown(self, namespaces: Collection[str]) -> None:
        """Add a problem for every key that was not read, as it does nothing.

        Of these namespaces, or one that looks like a slip of the pen for one of them; others are
        those of other providers.
        """
        for key in sorted(set(self._config) - self._known):
            namespace, _, name = key.partition(":")
            if not difflib.get_close_matches(namespace, namespaces, n=1, cutoff=_SAME_NAMESPACE):
                continue
            # By the name alone: the namespace, which all have, would make any two look alike.
            names = {known.partition(":")[2]: known for known in sorted(self._known)}
            close = difflib.get_close_matches(name, names, n=1)
            meant = f"{names[close[0]]}, perhaps" if close else "a key of Pulumi.dev.yaml"
            self.problems.append(Problem(key, "unknown key", meant))

    def has(self, key: str) -> bool:
        """Whether the key has a value; an empty one counts as none."""
        return bool(self._config.get(key))

    def _raw(self, key: str, *, secret: bool = False) -> str | None:
        self._known.add(key)
        value = self._config.get(key) or None
        if value and key in self._secrets and not secret:
            # Nor may it be shown with another problem, so it counts as none.
            todo = f"plain text, the program would show it: pulumi config set --plaintext {key}"
            self.problems.append(Problem(key, "stored as a secret", todo))
            return None
        return value

    def _wrong(self, key: str, value: str, expected: str) -> None:
        cut = value if len(value) <= _SHOWN_CHARACTERS else value[:_SHOWN_CHARACTERS] + "…"
        self.problems.append(Problem(key, f"wrong value {cut!r}", expected))


def _string_list(raw: str) -> tuple[str, ...] | None:
    try:
        items = json.loads(raw)
    except ValueError:
        return None
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        return None
    return tuple(items)
