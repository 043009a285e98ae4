"""The Twilio calls of a healthy transfer, found by recording one."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from tests.functions.conftest import deployed, moto
from twilio_emulator.centre import ContactCentre

SID = "[A-Z]{2}[0-9a-f]{32}"

# How each kind of task is made; Ana holds all.
KINDS: Mapping[str, Callable[[ContactCentre], str]] = MappingProxyType(
    {
        "chat": lambda centre: centre.chat_task(),
        "conversation": lambda centre: centre.conversation_task(),
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Call:
    """A call of a healthy transfer: the nth with its method and path."""

    method: str
    path: str
    nth: int

    @property
    def rule(self) -> dict[str, Any]:
        """The rule of a fault at this call."""
        return {"method": self.method, "path": f"^{self.path}$", "nth": self.nth}

    @property
    def creates(self) -> bool:
        """Whether it creates the new task."""
        return self.method == "POST" and self.path.endswith(("/Tasks", "/Invites"))

    def __str__(self) -> str:
        return f"{self.method} {self.path.replace(SID, '*')} {self.nth}"


TASKS = f"/taskrouter/v1/Workspaces/{SID}/Tasks"
CREATE_TASK = Call("POST", TASKS, 1)
DETACH, COMPLETE = (Call("POST", f"{TASKS}/{SID}", nth) for nth in (1, 2))
INVITE = Call("POST", f"/flex-api/v1/Interactions/{SID}/Channels/{SID}/Invites", 1)
CLOSE = Call("POST", f"/flex-api/v1/Interactions/{SID}/Channels/{SID}/Participants/{SID}", 1)
# What the path of the call that makes the new task ends with.
CREATION = {"chat": "/Tasks$", "conversation": "/Invites$"}


def last_path(kind: str, task_sid: str) -> str:
    """Give the path of the call that completes the original or closes its participant."""
    return f"/Tasks/{task_sid}$" if kind == "chat" else CLOSE.path


def other_tasks(task_sid: str) -> str:
    """Give the path of any task but the original."""
    return rf"/Tasks/(?!{task_sid})WT[0-9a-f]{{32}}$"


@cache
def cases() -> tuple[tuple[str, Call], ...]:
    """Every call of a transfer that goes well, for each kind, sorted.

    The first calls are made in parallel, so the order in which they arrive says nothing.
    """
    return tuple((kind, call) for kind in KINDS for call in sorted(_recorded(kind)))


@cache
def from_creation_on(kind: str) -> tuple[Call, ...]:
    """The calls of a transfer that change something or follow one that does, in their order."""
    calls = _recorded(kind)
    first = next(number for number, call in enumerate(calls) if call.creates)
    return calls[first:]


@cache
def _recorded(kind: str) -> tuple[Call, ...]:
    with moto() as aws, deployed(aws) as deployment:
        centre = deployment.twilio.centre
        answer = deployment.transfer(KINDS[kind](centre), centre.workers["dev"])
        assert answer.status == 200, answer.text
        calls = []
        seen: Counter[tuple[str, str]] = Counter()
        for entry in deployment.twilio.journal.entries:
            like = (entry.method, re.sub(SID, lambda _: SID, entry.path))
            seen[like] += 1
            calls.append(Call(*like, seen[like]))
        return tuple(calls)
