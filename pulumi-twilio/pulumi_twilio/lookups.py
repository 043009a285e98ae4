"""Look-ups: functions that find objects which the program does not manage."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pulumi.provider.experimental.provider import CheckFailure

from pulumi_twilio import comparison, shapes
from pulumi_twilio.client import Client
from pulumi_twilio.declaration import Declaration, Kind, Property, camel, pascal
from pulumi_twilio.errors import AmbiguousError, GoneError, NotFoundError
from pulumi_twilio.objects import Objects
from pulumi_twilio.property_values import Properties

_MOST_LISTED: Final = 10


@dataclass(frozen=True, slots=True)
class Lookup:
    """Finds one object of a kind by its name or its SID, or lists them.

    Attributes
    ----------
    kind
        The kind of object.
    is_list
        True to list them.
    """

    kind: type[Kind]
    is_list: bool

    @property
    def declaration(self) -> Declaration:
        """Return the declaration of the kind."""
        return self.kind.declaration

    @property
    def token(self) -> str:
        """Return the function's token: ``twilio:taskrouter:getTaskQueues``."""
        module = self.declaration.token.rpartition(":")[0]
        name = self.list_name or camel(self.declaration.kind.replace(" ", "_"))
        return f"{module}:get{pascal(name)}"

    @property
    def list_name(self) -> str | None:
        """Return the name of the result that is a list, such as ``taskQueues``; None for one."""
        return camel(self.declaration.kinds.replace(" ", "_")) if self.is_list else None

    def describe(self, argument: str) -> str:
        """Return what the schema says of an argument."""
        kind, kinds = self.declaration.kind, self.declaration.kinds
        if argument == self.declaration.key:
            return (
                f"Only {kinds} of that name."
                if self.is_list
                else f"The {kind}'s name at Twilio. Its SID is taken too."
            )
        return {
            "sid": f"The {kind}'s SID, instead of its name.",
            "workspaceSid": "The workspace, `WS` and 32 hexadecimal digits.",
            "taskQueueSid": f"Only {kinds} whom a task queue (`WQ…`) finds eligible.",
        }[argument]

    @property
    def arguments(self) -> tuple[Property, ...]:
        """Return what the function takes."""
        declared = self.declaration
        key = Property(declared.key, shapes.ANY_NAME)
        sid = Property("sid", shapes.sid(declared.sid_prefix))
        only = declared.filters if self.list_name else (sid,)
        return (*declared.place, key, *only)

    def check(self, arguments: Properties) -> list[CheckFailure]:
        """Find what is wrong with the arguments that the program gave."""
        key = self.declaration.key
        failures = comparison.check(self.arguments, arguments)
        if not self.list_name and not failures and (key in arguments) == ("sid" in arguments):
            failures.append(CheckFailure(key, f"give {key} or sid, one of the two"))
        return failures

    def run(self, client: Client, arguments: Properties) -> Properties:
        """Find the object, or list the objects.

        Parameters
        ----------
        client
            The client of the account.
        arguments
            What `check` found nothing wrong with. A name that is the SID of an object finds that
            object, so that settings may hold either.

        Returns
        -------
        Properties
            The object's outputs, or a list of those of each.

        Raises
        ------
        NotFoundError
            There is no such object; the message names those that exist.
        AmbiguousError
            More than one object has that name.
        TwilioFailedError
            Twilio refused, failed or could not be reached.
        """
        declared = self.declaration
        place = arguments.get("workspaceSid", "the account")
        try:
            everything = Objects(declared).all(client, arguments)
        except GoneError as error:
            raise NotFoundError(
                f"the account has no workspace {place}: check workspaceSid"
            ) from error
        wanted = arguments.get("sid") or arguments.get(declared.key)
        if self.list_name:
            named = [each for each in everything if wanted in {None, each[declared.key]}]
            return {self.list_name: named}
        found = [each for each in everything if each["sid"] == wanted]
        if not found and "sid" not in arguments:
            found = [each for each in everything if each[declared.key] == wanted]
        if not found:
            known = _has(everything, declared.key, str(wanted))
            raise NotFoundError(f"{place} has no {declared.kind} {wanted!r}. {known}")
        if len(found) > 1:
            raise AmbiguousError(
                f"{place} has {len(found)} {declared.kinds} named {wanted!r}: give the SID of one "
                f"instead. It has: {_listed(everything, declared.key)}"
            )
        if any(each.merged for each in declared.managed):
            # A list leaves out what others write as well, such as a worker's attributes.
            return Objects(declared).one(client, found[0]["sid"], arguments)
        return found[0]


def _has(objects: Sequence[Properties], key: str, wanted: str) -> str:
    """List all of a few objects, or those of many whose names are close."""
    if len(objects) <= _MOST_LISTED:
        return f"It has: {_listed(objects, key) or 'none'}"
    names = {each[key] for each in objects}
    close = difflib.get_close_matches(wanted, names, n=_MOST_LISTED)
    found = _listed([each for each in objects if each[key] in close], key)
    return f"It has {len(objects)}, such as {found}" if found else f"It has {len(objects)} others"


def _listed(objects: Sequence[Properties], key: str) -> str:
    ordered = sorted(objects, key=lambda each: (each[key].casefold(), each["sid"]))
    return ", ".join(f"{each[key]} ({each['sid']})" for each in ordered)
