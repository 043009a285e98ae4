"""What TaskRouter has, as plain data: tasks, reservations, workers, queues and workflows."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

HELD = frozenset({"assigned", "wrapping"})
ENDED = frozenset({"completed", "canceled"})
ACCEPTED = frozenset({"assigned", "wrapping", "completed"})

SID = re.compile("[A-Z]{2}[0-9a-fA-F]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task, https://www.twilio.com/docs/taskrouter/api/task.

    Attributes
    ----------
    attributes : Mapping
        The task's JSON attributes, parsed.
    etag : str
        The version that `attributes` and `assignment_status` are of.
    assignment_status : str
        ``pending``, ``reserved``, ``assigned``, ``wrapping``, ``completed`` or ``canceled``.
    timeout : int
        Seconds that it may live.
    """

    sid: str
    attributes: Mapping[str, Any]
    etag: str
    assignment_status: str
    priority: int
    timeout: int
    task_channel: str
    workflow_sid: str | None
    date_created: datetime | None
    virtual_start_time: datetime | None

    @property
    def is_ended(self) -> bool:
        """Whether it is completed or cancelled."""
        return self.assignment_status in ENDED

    @property
    def is_assigned(self) -> bool:
        """Whether an agent has it now, and does not wrap up."""
        return self.assignment_status == "assigned"

    @property
    def is_held(self) -> bool:
        """Whether an agent has it now."""
        return self.assignment_status in HELD

    @property
    def is_accepted(self) -> bool:
        """Whether an agent has taken it, now or before."""
        return self.assignment_status in ACCEPTED


@dataclass(frozen=True, slots=True)
class Reservation:
    """An offer of a task to a worker, https://www.twilio.com/docs/taskrouter/api/reservations."""

    worker_sid: str
    status: str


@dataclass(frozen=True, slots=True)
class Named:
    """A workflow, a task queue or a worker by its SID and friendly name.

    Attributes
    ----------
    configuration : Mapping
        A workflow's JSON configuration, parsed.
    is_available : bool
        Whether a worker is in an activity that is available.
    """

    sid: str
    friendly_name: str
    configuration: Mapping[str, Any] = field(default_factory=dict, repr=False)
    is_available: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """A task to be created.

    Attributes
    ----------
    attributes : Mapping
        Its JSON attributes.
    virtual_start_time : datetime or None
        Since when the customer waits, as far as routing is concerned.
    """

    workflow_sid: str
    task_channel: str
    attributes: Mapping[str, Any]
    priority: int
    timeout: int
    virtual_start_time: datetime | None


def encode_attributes(attributes: Mapping[str, Any]) -> str:
    """Write attributes as TaskRouter takes them: white space would count against their limit.

    https://www.twilio.com/docs/taskrouter/limits
    """
    text = json.dumps(attributes, separators=(",", ":"), ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, such as a cut emoji: only ASCII can say it
        return json.dumps(attributes, separators=(",", ":"))
    return text


def sid_in(attributes: Mapping[str, Any], name: str) -> str | None:
    """Read a SID; None if there is none, or a value that cannot be one.

    An agent's browser can write attributes.
    """
    value = attributes.get(name)
    return value if isinstance(value, str) and SID.fullmatch(value) else None


def decode_attributes(text: str | None) -> Mapping[str, Any]:
    """Read attributes, or another JSON object, as TaskRouter has them; anything else is empty."""
    try:
        value = json.loads(text or "{}", parse_constant=lambda _: None, parse_float=_number)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _number(text: str) -> float | str:
    """A number of JSON, which has no limit: what is no finite float stays a text."""
    number = float(text)
    return number if math.isfinite(number) else text
