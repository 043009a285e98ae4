"""A customer among several, and the requests about their tasks."""

from dataclasses import dataclass, field

from tests.functions.failures.switches import leading
from tests.functions.served import HELD, Served
from twilio_emulator.taskrouter.model import Task, TaskStatus


@dataclass(frozen=True, slots=True)
class Request:
    """A request for a transfer that was sent."""

    task_sid: str
    target: str
    by: str
    hand_over: str


@dataclass(slots=True)
class Customer:
    """A customer in a conversation.

    Attributes
    ----------
    is_done : bool
        An agent has completed the conversation.
    remains : set of str
        The originals at whose transfers something may be left: the last answer said so, or there
        was none.
    offered : dict of str
        The agents who have offered the customer, by the original: until one task is left.
    requests : list of Request
        Those for transfers of its tasks so far.
    waits : bool
        Both tasks have ended, and no look at the offer has succeeded since.
    """

    case: Served
    is_done: bool = False
    remains: set[str] = field(default_factory=set)
    offered: dict[str, str] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    waits: bool = False

    def tasks(self) -> list[Task]:
        """The open tasks that lead to the customer."""
        return leading(self.case)

    def held(self) -> list[Task]:
        """Those that an agent has."""
        return [task for task in self.tasks() if task.status in HELD]

    def taken_offer(self) -> Task | None:
        """The offer that an agent has accepted, where the original's agent has not left yet."""
        held = self.held()
        if len(held) < 2 or held[-1].status is not TaskStatus.ASSIGNED:
            return None
        original, task = held[-2:]
        is_of_it = task.attribute("transferredFrom") == original.sid
        return task if is_of_it and is_offer(task) else None


def is_offer(task: Task) -> bool:
    """Whether a task is cancelled when the time of its target is up."""
    return bool(task.attribute("transferHandOver") == "accepted")
