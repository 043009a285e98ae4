"""The Twilio calls of a healthy transfer. `test_twilio_calls` records one, and compares."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from twilio_emulator.centre import ContactCentre
from twilio_emulator.journal import Journal

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


WORKSPACE = f"/taskrouter/v1/Workspaces/{SID}"
TASKS = f"{WORKSPACE}/Tasks"
CHAT = f"/chat/v2/Services/{SID}/Channels/{SID}"
CHANNEL = f"/flex-api/v1/Interactions/{SID}/Channels/{SID}"
CREATE_TASK = Call("POST", TASKS, 1)
DETACH, COMPLETE = (Call("POST", f"{TASKS}/{SID}", nth) for nth in (1, 2))
INVITE = Call("POST", f"{CHANNEL}/Invites", 1)
CLOSE = Call("POST", f"{CHANNEL}/Participants/{SID}", 1)
# What the path of the call that makes the new task ends with.
CREATION = {"chat": "/Tasks$", "conversation": "/Invites$"}


def last_path(kind: str, task_sid: str) -> str:
    """Give the path of the call that completes the original or closes its participant."""
    return f"/Tasks/{task_sid}$" if kind == "chat" else CLOSE.path


def other_tasks(task_sid: str) -> str:
    """Give the path of any task but the original."""
    return rf"/Tasks/(?!{task_sid})WT[0-9a-f]{{32}}$"


# The caller's token, the task and who has it, the target and the workflow that leads to it.
READS = (
    Call("POST", f"/iam/v1/Accounts/{SID}/Tokens/validate", 1),
    Call("GET", f"{TASKS}/{SID}", 1),
    Call("GET", f"{TASKS}/{SID}/Reservations", 1),
    Call("GET", f"{WORKSPACE}/Workers/{SID}", 1),
    Call("GET", f"{WORKSPACE}/Workflows/{SID}", 1),
)
# Every call of a transfer that goes well in a function that has just started. A warm one knows the
# workflow, and where the chat is.
CALLS: Mapping[str, tuple[Call, ...]] = MappingProxyType(
    {
        "chat": (
            *READS,
            DETACH,
            CREATE_TASK,
            COMPLETE,
            Call("GET", "/flex-api/v1/Configuration", 1),
            Call(
                "DELETE", f"/chat/v2/Services/{SID}/Channels/{SID}/Members/ana_40example_2Ecom", 1
            ),
        ),
        "conversation": (
            *READS,
            Call("GET", f"{CHANNEL}/Participants", 1),
            Call("GET", f"{CHANNEL}/Invites", 1),
            INVITE,
            CLOSE,
            Call("GET", CHANNEL, 1),
        ),
    }
)
CASES = tuple((kind, call) for kind, calls in CALLS.items() for call in calls)


def recorded(journal: Journal) -> tuple[Call, ...]:
    """Give the calls that Twilio has got, sorted: those at the same time arrive in any order."""
    calls = []
    seen: Counter[tuple[str, str]] = Counter()
    for entry in journal.entries:
        like = (entry.method, re.sub(SID, lambda _: SID, entry.path))
        seen[like] += 1
        calls.append(Call(*like, seen[like]))
    return tuple(sorted(calls))
