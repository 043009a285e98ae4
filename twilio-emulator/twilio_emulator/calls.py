"""One HTTP call as the products' routes receive it, and their answers."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from twilio_emulator.errors import invalid, stale
from twilio_emulator.workflows.expressions import Condition, ExpressionError, parse

if TYPE_CHECKING:
    from twilio_emulator.account import Account
    from twilio_emulator.taskrouter.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a JSON document, or none."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``url`` is its address on Twilio's own host, without the query."""

    method: str
    url: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]
    document: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def required(self, name: str) -> str:
        """Return a form field.

        Raises
        ------
        TwilioError
            400 when it is missing or empty.
        """
        text = self.form.get(name, "")
        if not text:
            raise invalid(f"Missing required parameter {name} in the post body")
        return text

    @property
    def path_below_host(self) -> str:
        """Return the path of the address, without the version of the API."""
        return "/" + self.url.split("/", 4)[4]

    def integer(self, name: str, default: int, minimum: int = 0, maximum: int = 2**31 - 1) -> int:
        """Return a form field that is a whole number; raises as `whole`."""
        return whole(name, self.form.get(name) or default, minimum, maximum)

    def boolean(self, name: str, *, default: bool) -> bool:
        """Return a form field that is a truth value."""
        text = self.form.get(name)
        return default if text is None else truth(text)

    def moment(self, name: str) -> datetime | None:
        """Return a form field that is a time; 400 when it is none."""
        text = self.form.get(name)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise invalid(f"Invalid {name}: {text!r} is not an ISO 8601 time") from None
        if moment.tzinfo is None:
            raise invalid(f"Invalid {name}: {text!r} has no time zone")
        return moment

    def json_object(self, name: str, default: str = "{}", limit: int | None = None) -> str:
        """Return a form field that holds a JSON object, as the text that was sent.

        Raises
        ------
        TwilioError
            400 when it is none, or longer than ``limit`` characters.
        """
        text = self.form.get(name, default)
        if limit is not None and len(text) > limit:
            raise invalid(f"{name} has {len(text)} characters; the limit is {limit}")
        try:
            document = read_json(text)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise invalid(f"{name} is not a valid JSON object")
        return text

    def check_version(self, version: int) -> None:
        """Compare ``If-Match`` with a version; without the header every version passes.

        The header may be quoted, as in ``ETag``, or bare, as Twilio's own samples send it.

        Raises
        ------
        TwilioError
            412 when it names another version.
        """
        wanted = self.headers.get("if-match")
        if wanted is not None and wanted.removeprefix("W/").strip('"') not in {str(version), "*"}:
            raise stale()


def whole(name: str, given: Any, minimum: int, maximum: int) -> int:
    """Return a parameter that has to be a whole number.

    Raises
    ------
    TwilioError
        400 when it is none, or out of range.
    """
    try:
        number = int(given)
    except (TypeError, ValueError):
        raise invalid(f"Invalid {name}: {given!r} is not a whole number") from None
    if not minimum <= number <= maximum:
        raise invalid(f"Invalid {name}: {number} is not between {minimum} and {maximum}")
    return number


def read_json(text: str) -> Any:
    """Read JSON as RFC 8259 has it, which knows neither ``NaN`` nor ``Infinity``.

    Raises
    ------
    ValueError
        For everything else.
    """

    def refuse(constant: str) -> Any:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def condition(name: str, text: str) -> Condition:
    """Parse the expression in a parameter.

    Raises
    ------
    TwilioError
        400 with code 20001 when it is not valid.
    """
    try:
        return parse(text)
    except ExpressionError as error:
        raise invalid(f"{name} is not valid: {error}") from error


def truth(text: str) -> bool:
    """Return whether a text is one of "``true``, ``1``, or ``yes``"; anything else is false.

    Source: ``Available`` and ``IgnoreCapacity`` on https://www.twilio.com/docs/taskrouter/api/worker
    and https://www.twilio.com/docs/taskrouter/api/task
    """
    return text.lower() in {"true", "1", "yes"}


def with_etag(answer: Answer) -> Answer:
    """Add the ``ETag`` of a list: the same one means the same content."""
    content = json.dumps(answer.body, sort_keys=True).encode()
    tag = {"ETag": f'"{hashlib.blake2b(content, digest_size=8).hexdigest()}"'}
    return replace(answer, headers={**answer.headers, **tag})


def etag(version: int) -> dict[str, str]:
    """Return the header that names a version: https://www.twilio.com/docs/taskrouter/api/task."""
    return {"ETag": f'"{version}"'}


Handler = Callable[["Account", Call], Answer]
Routes = tuple[tuple[str, str, Handler], ...]


def in_workspace(*routes: tuple[str, str, Callable[["Workspace", Call], Answer]]) -> Routes:
    """Turn handlers that need a workspace into routes: the path names it as ``{workspace}``."""

    def found(handler: Callable[["Workspace", Call], Answer]) -> Handler:
        return lambda account, call: handler(account.workspace(call.path["workspace"]), call)

    return tuple((method, path, found(handler)) for method, path, handler in routes)
