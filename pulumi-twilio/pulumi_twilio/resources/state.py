"""What is recorded of an object at Twilio, and the two ways in which its names are written."""

import re
from dataclasses import dataclass, fields
from datetime import datetime

from pulumi_twilio.property_values import Properties


@dataclass(frozen=True, slots=True)
class State:
    """What is recorded of every object, as Twilio answered it."""

    sid: str
    account_sid: str
    workspace_sid: str
    friendly_name: str
    date_created: str | None

    def outputs(self, *, adopted: bool) -> Properties:
        """Give the state as the resource's outputs.

        Parameters
        ----------
        adopted
            True when the object was there before and is not to be deleted.

        Returns
        -------
        Properties
            By camelCase names, without what is empty.
        """
        values = {camel(each.name): getattr(self, each.name) for each in fields(self)}
        return {key: value for key, value in values.items() if value is not None} | {
            "adopted": adopted
        }


def camel(name: str) -> str:
    """Turn Python's form of a name into Pulumi's: `friendly_name` into `friendlyName`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def snake(name: str) -> str:
    """Turn Pulumi's form of a name into Python's: `friendlyName` into `friendly_name`."""
    return re.sub(r"[A-Z]", lambda match: f"_{match[0].lower()}", name)


def timestamp(moment: datetime | None) -> str | None:
    """Write a moment as the API does, in ISO 8601; None stays None."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
