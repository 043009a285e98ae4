"""How a resource is declared: its path, its properties and their defaults.

A declaration is data. `lifecycle` turns it into calls to Twilio, `schema` into Pulumi's schema and
`sdk` into the class that programs use.
"""

import json
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from pulumi_twilio import shapes


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Property:
    """An input property of a resource.

    Attributes
    ----------
    name
        Pulumi's name, in camelCase.
    shape
        What its values look like.
    required
        True when it must be declared.
    replaces
        True when another value needs another object.
    default
        The value that Twilio documents for when it is not given; None when there is none.
    managed
        False for a property that controls the provider and does not exist at Twilio.
    same
        Tells whether two values mean the same to Twilio.
    to_output, to_input
        Turn an input into the output that is recorded, and an output into the input that an
        import writes.
    output_schema
        The output's type in Pulumi's schema if it is not the input's.
    secret
        True when it may hold a credential.
    as_declared
        True for an object that Twilio may show in another way than it was declared, such as
        without a password. Then the declared value is recorded, unless Twilio shows a change that
        cannot be that value.
    below
        The object of Twilio's answer that holds it, whose name its own begins with.
    merged
        True for an object of which only the declared keys are managed.
    always
        True when every change has to name it, changed or not.
    """

    name: str
    shape: shapes.Shape
    required: bool = False
    replaces: bool = False
    default: Any = None
    managed: bool = True
    same: Callable[[Any, Any], bool] = operator.eq
    to_output: Callable[[Any], Any] = _same
    to_input: Callable[[Any], Any] = _same
    output_schema: Mapping[str, Any] | None = None
    secret: bool = False
    as_declared: bool = False
    below: str = ""
    merged: bool = False
    always: bool = False

    @property
    def parameter(self) -> str:
        """Return the request parameter: ``FriendlyName``, or ``AutoCreation.Type`` below one."""
        if not self.below:
            return pascal(self.name)
        return f"{pascal(self.below)}.{self.name.removeprefix(self.below)}"

    def read(self, answer: Mapping[str, Any]) -> Any:
        """Return the value in Twilio's answer; None if there is none.

        Some of Twilio's APIs show an empty string as null. If the default is another one, the
        empty string is a value like any other, and null stands for it.
        """
        name = snake(self.name)
        if self.below:
            answer = answer.get(snake(self.below)) or {}
            name = name.removeprefix(f"{snake(self.below)}_")
        value = answer.get(name)
        if value is None and self.default and not list(self.shape.wrong("")):
            value = ""
        elif value is not None:
            value = self.to_output(value)
        return None if value == self.default == "" else value


@dataclass(frozen=True, slots=True)
class Collection:
    """A property, from names to numbers, whose entries are objects of their own at Twilio.

    Attributes
    ----------
    name
        The property's name.
    path
        Their path below the object's.
    key, value
        The names of an entry's two properties at Twilio.
    """

    name: str
    path: str
    key: str
    value: str


class Api(Protocol):
    """What `is_kept` may ask Twilio."""

    def fetch(self, path: str) -> dict[str, Any]:
        """Fetch one object."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A kind of object at Twilio.

    Attributes
    ----------
    token
        The resource's type token.
    kind
        What people call it: "task queue".
    product
        The first label of the API's host: "taskrouter".
    path
        The path of its list, with the names of properties in braces.
    sid_prefix
        The first two letters of its SIDs.
    properties
        Its input properties.
    computed
        Outputs that are not inputs, with their descriptions.
    key
        The property that tells one object of a list from the others.
    page_size
        How many objects one page of the list may have.
    filtered
        True when the list takes the key as a filter.
    filters
        What else the list can be filtered by.
    only_adopted
        True when Pulumi neither creates nor deletes it.
    is_kept
        Tells of an object whose deletion Twilio refused whether it is one that Twilio does not
        let go, such as a workspace's default activity.
    collection
        A property whose entries Twilio keeps as objects below this one.
    version
        The version of the API.
    is_single
        True for settings of which an account has one: their path is the object's, without a SID,
        and the account's SID is their id. They are only adopted.
    in_json
        True when a change is a JSON document with the account's SID, not a form.
    flags
        The computed outputs that are true or false.
    """

    token: str
    kind: str
    product: str
    path: str
    sid_prefix: str
    properties: tuple[Property, ...]
    computed: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType(
            {"accountSid": "The account's SID.", "dateCreated": "When it was created, ISO 8601."}
        )
    )
    key: str = "friendlyName"
    filtered: bool = True
    filters: tuple[Property, ...] = ()
    page_size: int = 1000
    only_adopted: bool = False
    is_kept: Callable[[Api, Mapping[str, Any]], bool] | None = None
    collection: Collection | None = None
    version: str = "v1"
    is_single: bool = False
    in_json: bool = False
    flags: frozenset[str] = frozenset()

    @property
    def kinds(self) -> str:
        """Return what people call several of them: "activities"."""
        return f"{self.kind[:-1]}ies" if self.kind.endswith("y") else f"{self.kind}s"

    @property
    def managed(self) -> tuple[Property, ...]:
        """Return the properties that exist at Twilio."""
        return tuple(each for each in self.properties if each.managed)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Return the names of all outputs."""
        return ("sid", *self.computed, *(each.name for each in self.managed), "adopted")

    @property
    def optional(self) -> frozenset[str]:
        """Return the outputs that an object may be without: those that Twilio has no value for."""
        return frozenset(
            each.name for each in self.managed if not each.required and not each.default
        )

    @property
    def place(self) -> tuple[Property, ...]:
        """Return the properties that the path names."""
        return tuple(each for each in self.properties if f"{{{each.name}}}" in self.path)


class Kind:
    """A kind of object at Twilio; the docstring of each describes it and its properties."""

    declaration: ClassVar[Declaration]


def pascal(name: str) -> str:
    """Turn Pulumi's form of a name into a request parameter: `FriendlyName`."""
    return name[0].upper() + name[1:]


def camel(name: str) -> str:
    """Turn Python's form of a name into Pulumi's: `friendly_name` into `friendlyName`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def snake(name: str) -> str:
    """Turn Pulumi's form of a name into Python's: `friendlyName` into `friendly_name`."""
    return re.sub(r"[A-Z]", lambda match: f"_{match[0].lower()}", name)


def encoded(value: Any) -> Any:
    """Write a value as a request parameter: booleans in lower case, objects as JSON."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return [encoded(item) for item in value]
    # Objects come from the engine in no order of their own.
    return json.dumps(value, sort_keys=True) if isinstance(value, Mapping) else value


# Properties that several resources have.
IN_WORKSPACE = Property("workspaceSid", shapes.sid("WS"), required=True, replaces=True)
FRIENDLY_NAME = Property("friendlyName", shapes.NAME, required=True)
ADOPT_EXISTING = Property("adoptExisting", shapes.FLAG, managed=False)
