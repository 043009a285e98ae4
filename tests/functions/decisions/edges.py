"""What the functions call, with the answers that are known: Twilio, the table, threads and time."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from chat_transfer.settings import Settings
from chat_transfer.transfer.lock import Lock
from chat_transfer.transfer.record import Record
from chat_transfer.twilio.agents import Caller
from chat_transfer.twilio.tasks import Named, NewTask, Task
from tests.functions.decisions.calls import EDGES
from tests.functions.decisions.sids import (
    AGENTS,
    CHANNEL,
    CONVERSATION,
    INTERACTION,
    QUEUE,
    TRANSFER,
)

# As TaskRouter calls the status that a world tells by a letter.
STATUS = dict.fromkeys("PR", "pending") | dict.fromkeys("NAL", "assigned")
STATUS |= {"W": "wrapping", "C": "completed", "X": "canceled"}
# Of a conversation's task, and of a chat's with its channel and without it.
ATTRIBUTES = {
    "flex": {
        "conversationSid": CONVERSATION,
        "flexInteractionSid": INTERACTION,
        "flexInteractionChannelSid": CHANNEL,
    },
    "on": {"channelSid": CONVERSATION},
    "off": {},
}
CONFIGURATION = {
    "task_routing": {
        "filters": [
            {"targets": [{"queue": "WQ0", "known_worker_sid": "task.targetSid"}, {"queue": "WQ0"}]},
            {"targets": [{"queue": QUEUE}]},
        ],
        "default_filter": {"queue": "WQ0"},
    }
}


def task_of(known: tuple[Any, ...] | None) -> Task | None:
    """Make a task of what a world tells of it."""
    if known is None:
        return None
    sid, status, workflow, target, origin, when, made_at, channel, _version = known
    attributes: dict[str, Any] = dict(ATTRIBUTES[channel])
    if origin:
        attributes |= {
            "targetSid": target,
            "transferredFrom": origin,
            "transferHandOver": when,
        }
    return Task(
        sid=sid,
        attributes=attributes,
        etag=known,  # type: ignore[arg-type]
        assignment_status=STATUS[status],
        priority=0,
        timeout=86_400,
        task_channel="chat",
        workflow_sid=workflow,
        date_created=datetime.fromtimestamp(made_at / 1000, UTC),
        virtual_start_time=None,
    )


@dataclass(frozen=True)
class Later:
    """A call in a thread; what it does is done as late as it can."""

    call: Callable[..., Any]
    arguments: tuple[Any, ...] = ()

    def result(self) -> Any:
        """What the call gives."""
        return self.call(*self.arguments)


class _Threads:
    """Calls that are made at the same time are one call."""

    def map(self, _: Callable[[str], Any], sids: Iterable[str]) -> list[tuple[str, Any]]:
        known = tuple(sorted(sids))
        told = EDGES.ask("read", known) if known else ()
        return list(zip(known, map(task_of, told), strict=True))

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Later:
        if call.__name__ == "save":
            return Later(call, arguments)
        if call == ROUTER.task:
            EDGES.snapshot = EDGES.ask("request", *arguments)
            call = ROUTER.of_snapshot
        elif call.__name__ == "listed":
            CHANNELS.listed = EDGES.snapshot[2]
        value = call(*arguments)
        CHANNELS.listed = None
        return Later(lambda: value)


class _Attempt:
    """One try of a call."""

    def __init__(self, should_retry: Callable[[BaseException], bool], *, is_last: bool) -> None:
        self._should_retry, self._is_last = should_retry, is_last
        self.is_done = False

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> bool:
        self.is_done = error is None
        return error is not None and not self._is_last and self._should_retry(error)


def attempts(should_retry: Callable[[BaseException], bool]) -> Iterator[_Attempt]:
    """Try twice, without a pause."""
    for is_last in (False, True):
        attempt = _Attempt(should_retry, is_last=is_last)
        yield attempt
        if attempt.is_done:
            return


class _Router:
    """TaskRouter."""

    def task(self, sid: str) -> Task | None:
        return task_of(EDGES.ask("read", (sid,))[0])

    def of_snapshot(self, _sid: str) -> Task | None:
        return task_of(EDGES.snapshot[0])

    def holder(self, sid: str) -> str | None:
        task, holder, _ = EDGES.snapshot
        return holder if task and task[0] == sid else None

    def target(self, sid: str) -> Named:
        return Named(sid, sid)

    def declined(self, sid: str, _target: str) -> bool:
        return bool(EDGES.ask("declined", sid))

    def cancel(self, task: Task, _reason: str) -> None:
        EDGES.ask("cancel", task.sid, version_of(task))

    def complete(self, task: Task, _reason: str) -> None:
        EDGES.ask("complete", task.sid, version_of(task))

    def write_attributes(self, task: Task, attributes: Mapping[str, Any]) -> Task:
        channel = "on" if "channelSid" in attributes else "off"
        written = task_of(EDGES.ask("write", task.sid, version_of(task), channel))
        assert written
        return written

    def create(self, task: NewTask) -> str:
        return str(_create(task.workflow_sid, task.attributes))

    def search(self, sid: str) -> tuple[Task | None, ...]:
        return tuple(map(task_of, EDGES.ask("search", sid)))


class _Channels:
    """The channel of an interaction, as the SDK has it."""

    listed: tuple[Any, ...] | None = None

    def __call__(self, _sid: str) -> "_Channels":
        return self

    @property
    def participants(self) -> Any:
        def of(sid: str) -> Any:
            return SimpleNamespace(update=lambda **_: EDGES.ask("close", sid[2:]))

        of.list = self._agents  # type: ignore[attr-defined]
        return of

    @property
    def invites(self) -> Any:
        return SimpleNamespace(list=self._invites, create=self._invite)

    def fetch(self) -> Any:
        return SimpleNamespace(status="active" if EDGES.ask("open") else "closed")

    def _agents(self, **_: Any) -> list[Any]:
        agents, self._invited = self.listed or EDGES.ask("list")
        return [
            SimpleNamespace(
                sid="UT" + task,
                type="agent",
                routing_properties={"task_sid": task, "worker_sid": AGENTS[agent]},
            )
            for task, agent in agents
        ]

    def _invites(self, **_: Any) -> list[Any]:
        return [_invite_of(task) for task in self._invited]

    def _invite(self, routing: dict[str, Any]) -> Any:
        properties = routing["properties"]
        return _invite_of(_create(properties["workflow_sid"], properties["attributes"]))


def _create(workflow: str, attributes: Mapping[str, Any]) -> str | None:
    names = "targetSid", "transferHandOver", "transferredFrom"
    made: str | None = EDGES.ask("create", workflow, *(attributes[name] for name in names))
    return made


def version_of(task: Task) -> tuple[str, int]:
    """What a write that has the task's ETag depends on."""
    known: Any = task.etag
    return known[1], known[-1]


def _invite_of(task: str | None) -> Any:
    return SimpleNamespace(routing={"properties": {"sid": task}})


class _Rows:
    """The table."""

    def conversation_of(self, _task: str) -> str | None:
        task: Any = EDGES.snapshot[0]
        return None if task and task[-2] == "flex" else CONVERSATION

    def read(self, _key: str) -> Record | None:
        known: Record | None = EDGES.ask("record")
        return known

    def has_left(self, task: str) -> bool:
        done = (known := self.read("") or Record()).done_of(task)
        return known.under_way is not None or bool(known.creations or known.ends or done)

    def lock(self, key: str, *, begins: Record | None = None, **_: Any) -> Any:
        known = EDGES.ask("lock", begins)
        return known and Lock(self, key, "token", 0, known)  # type: ignore[arg-type]

    def write(self, lock: Lock, *, released: bool) -> None:
        EDGES.ask("release" if released else "save", replace(lock.record, touched=0))


ROUTER, CHANNELS, ROWS = _Router(), _Channels(), _Rows()
# An agent who leaves a chat's channel is no reason to undo a transfer, so nothing depends on it.
_MEMBER = SimpleNamespace(delete=lambda: None)
_CHAT_SERVICE = SimpleNamespace(channels=lambda _: SimpleNamespace(members=lambda _: _MEMBER))
CALLER = Caller(identity="admin", worker_sid=None, roles=frozenset({"admin"}))
TWILIO: Any = SimpleNamespace(
    taskrouter=ROUTER,
    threads=_Threads(),
    budget=SimpleNamespace(use_all=lambda: None, remaining=lambda: 0.0),
    retries=SimpleNamespace(retrying=attempts, call=lambda operation: operation()),
    settings=Settings(
        account_sid="AC",
        workspace_sid="WS",
        transfer_workflow_sid=TRANSFER,
        secret_arn="",
        hand_over_choices=("now", "accepted", "warm"),
        events_queue_url="queue",
    ),
    client=SimpleNamespace(
        flex_api=SimpleNamespace(
            v1=SimpleNamespace(interaction=lambda _: SimpleNamespace(channels=CHANNELS))
        ),
        chat=SimpleNamespace(v2=SimpleNamespace(services=lambda _: _CHAT_SERVICE)),
    ),
    warm=SimpleNamespace(get=lambda *_: CONFIGURATION, forget=lambda _: None),
    caller=lambda _: Later(lambda: CALLER),
    holder=ROUTER.holder,
    identity=lambda worker, _: worker,
    join=lambda *_: None,
)
