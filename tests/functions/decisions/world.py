"""A small Twilio and a small table as one value, and how they answer a call.

A world is a tuple, so a search can keep many of them. Each call can be answered as Twilio documents
it, and in either way if the documentation is silent. Or it is not answered: then it was carried
out, or is later, or never.
"""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from chat_transfer.transfer.record import MADE, Record
from tests.functions.decisions.calls import NOW, Call, Reply
from tests.functions.decisions.driven import Asked
from tests.functions.decisions.sids import WORKFLOW, number_of

# The status of a task.
PENDING = "P"
REJECTED = "R"  # pending, and rejected by its one agent
NEW = "N"  # assigned a moment ago: its agent does not leave yet
ASSIGNED = "A"
LEAVING = "L"  # assigned, but its agent has left: it is completed soon
WRAPPING = "W"
COMPLETED = "C"
CANCELLED = "X"
DELETED = "D"

WAITING = PENDING + REJECTED
SERVED = NEW + ASSIGNED
LED = WAITING + SERVED  # it leads to the customer
OPEN = LED + WRAPPING

MINUTE_MS = 60_000


class Task(NamedTuple):
    """A task; its SID is its place in the world."""

    status: str
    agent: str = ""
    workflow: str = ""
    target: str = ""
    when: str = ""
    origin: str = ""
    made_at: int = NOW
    channel: str = "flex"
    version: int = 0

    @property
    def leads(self) -> bool:
        """Whether it leads to the customer, if it is open: a chat's channel may be off it."""
        return self.channel != "off"

    @property
    def may_be_cancelled(self) -> bool:
        """Whether its workflow may cancel it."""
        return self.workflow == WORKFLOW or self.when == "accepted"


class World(NamedTuple):
    """Twilio, the table, the function that runs, and what may still happen.

    Attributes
    ----------
    run : tuple or None
        The invocation that has the lock, or is about to take it, and its answers.
    slow : Reply or Call or None
        The answer of a call that takes seconds, or the call.
    late : tuple of Call
        What was not answered, and is carried out later.
    faults, kills, acts : int
        How many more there may be; acts are those of agents and workflows.
    asks : tuple of Asked
        The requests that may still come.
    told : tuple of str
        The originals whose agents were told that the customer stays theirs.
    helpers : tuple of str
        The tasks of other agents who served when the last transfer was asked for.
    is_exempt : bool
        Whether the agents or the company have left the customer without a task themselves.
    is_kept : bool
        Whether Twilio has refused to cancel a task.
    has_closed : bool
        Whether the conversation was ended when no transfer was under way.
    """

    tasks: tuple[Task, ...]
    is_open: bool = True
    record: Record = Record()
    run: tuple[int, tuple[Reply, ...]] | None = None
    slow: Reply | Call | None = None
    late: tuple[Call, ...] = ()
    faults: int = 0
    kills: int = 0
    acts: int = 0
    asks: tuple[Asked, ...] = ()
    told: tuple[str, ...] = ()
    helpers: tuple[str, ...] = ()
    is_exempt: bool = False
    is_kept: bool = False
    has_closed: bool = False

    def task(self, sid: str) -> Task:
        """A task by its SID."""
        return self.tasks[number_of(sid)]

    @property
    def is_chat(self) -> bool:
        """Whether it is a Programmable Chat."""
        return self.tasks[0].channel != "flex"

    def version(self, sid: str) -> tuple[str, int]:
        """What a write that has the task's ETag depends on."""
        return self.task(sid).status, self.task(sid).version

    def with_task(self, sid: str, **changes: Any) -> "World":
        """Change a task."""
        tasks, task = list(self.tasks), self.task(sid)
        version = task.version + (task.channel != "flex")
        tasks[number_of(sid)] = task._replace(**changes, version=version)
        return self._replace(tasks=tuple(tasks))


@dataclass(frozen=True)
class Rules:
    """What may happen in a search, and what Twilio's documentation leaves open.

    Attributes
    ----------
    closed_are_listed : bool
        Whether a participant who has left is still listed.
    is_lagging : bool
        Whether the task of an agent who leaves, or is made to, may be completed later.
    acts, faults : frozenset of str
        What agents and workflows do, and which calls may fail.
    """

    closed_are_listed: bool = False
    is_lagging: bool = True
    acts: frozenset[str] = frozenset(
        {"accept", "leave", "wrap up", "end", "reject", "cancel", "join", "completes", "deletes"}
    )
    faults: frozenset[str] = frozenset(
        {"read", "create", "close", "cancel", "write", "complete", "table", "slow"}
    )


class Broken(Exception):
    """A principle does not hold."""


def carried_out(world: World, call: Call) -> World:
    """What a call changes."""
    match call:
        case ("create", workflow, target, when, origin):
            task = Task(PENDING, "", workflow, target, when, origin)
            if world.is_chat:
                task = task._replace(channel="on")
            return world._replace(tasks=(*world.tasks, task), is_exempt=False)
        case ("close", sid) if world.task(sid).status in SERVED:
            if sid in world.told:
                raise Broken("an agent who has the chat again is made to leave (8)")
            return world.with_task(sid, status=COMPLETED)
        case ("cancel", sid, version) if world.version(sid) == version:
            _check_janitor(world, sid)
            return world.with_task(sid, status=CANCELLED)
        case ("complete", sid, version) if world.version(sid) == version:
            _check_janitor(world, sid)
            if sid in world.told:
                raise Broken("an agent who has the chat again is made to leave (8)")
            return world.with_task(sid, status=COMPLETED)
        case ("write", sid, version, channel) if world.version(sid) == version:
            return world.with_task(sid, channel=channel)
        case ("save" | "release", record):
            return promised(world._replace(record=record))
    return world


def _check_janitor(world: World, sid: str) -> None:
    if world.task(sid).channel == "on":
        raise Broken("a task ends with its channel, which the Janitor closes (1)")


def rested(world: World) -> World:
    """Seconds later: who has accepted may leave."""
    if not any(task.status == NEW for task in world.tasks):
        return world
    tasks = (t._replace(status=ASSIGNED) if t.status == NEW else t for t in world.tasks)
    return world._replace(tasks=tuple(tasks))


def aged(world: World) -> World:
    """A minute or more later, as far as that makes a difference: what was first stays first."""
    record, wanted = world.record, world.record.wanted
    times = {one.at for one in record.creations} | {task.made_at for task in world.tasks}
    since = {
        at: NOW - minutes * MINUTE_MS
        for minutes, at in enumerate(sorted(times, reverse=True), start=1)
    }
    if wanted and wanted.became and wanted.became_at > NOW - 4 * MINUTE_MS:
        wanted = replace(wanted, became_at=wanted.became_at - MINUTE_MS)
    creations = tuple(replace(one, at=since[one.at]) for one in record.creations)
    return world._replace(
        tasks=tuple(task._replace(made_at=since[task.made_at]) for task in world.tasks),
        record=replace(record, creations=creations, wanted=wanted),
    )


def promised(world: World) -> World:
    """Who was told that the customer stays theirs, unless they have asked again."""
    wanted = world.record.wanted
    if wanted is None or wanted.became in MADE:
        return world
    others = {*world.told} - {wanted.original}
    told = others | ({wanted.original} if wanted.became else set())
    return world._replace(told=tuple(sorted(told)))
