"""Reads a workspace through Twilio's API into what the library of workflows takes."""

import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from twilio.rest import Client
from twilio.rest.taskrouter.v1.workspace.worker import WorkerInstance

EVERYONE: Final = "Everyone"
# Stands for the queue if the workspace has none of that name: the stack would create it.
_NEW_EVERYONE: Final = "WQ" + "0" * 32
_PAGE_SIZE: Final = 1000
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
_QUEUES_AT_ONCE: Final = 8


class Queue(NamedTuple):
    """A task queue."""

    sid: str
    name: str
    target_workers: str


class Workflow(NamedTuple):
    """A workflow; its configuration is JSON."""

    sid: str
    name: str
    configuration: str


class WorkerScope(dict[str, Any]):
    """What expressions see of a worker; what no list shows is fetched when it is asked for.

    A list of workers shows no attributes, and the expressions of most targets name none.
    Source: https://www.twilio.com/docs/taskrouter/api/worker
    """

    def __init__(
        self,
        known: Mapping[str, Any],
        attributes: Callable[[], Mapping[str, Any]],
        channels: Callable[[], Mapping[str, Any]],
    ) -> None:
        super().__init__(known)
        self._attributes = attributes
        self._channels = channels
        self._is_read = False

    def get(self, key: str, default: Any = None) -> Any:
        """Return an attribute, or what TaskRouter adds to the attributes."""
        if key == "channel":
            self.setdefault(key, dict(self._channels()))
        elif key not in self and not self._is_read:
            self.update({**self._attributes(), **self})
            self._is_read = True
        return super().get(key, default)


@dataclass(frozen=True, slots=True)
class Member:
    """A worker of a queue, as if no task were assigned to them."""

    sid: str
    friendly_name: str
    activity_sid: str
    available: bool
    known: WorkerScope
    idle_since: datetime = _LONG_AGO

    @property
    def ready(self) -> bool:
        """Tell whether a task can reach them: without tasks, available workers have capacity."""
        return self.available

    def scope(self) -> WorkerScope:
        """Return the scope of expressions about the worker."""
        return self.known

    def is_called(self, sid_or_name: str) -> bool:
        """Tell whether that is the worker's SID or name."""
        return sid_or_name in {self.sid, self.friendly_name}


class Centre:
    """A workspace, read only: its queues and workflows by SID, and the members of queues."""

    def __init__(self, client: Client, workspace_sid: str) -> None:
        self._workspace: Any = client.taskrouter.v1.workspaces(workspace_sid)
        self._members: dict[str, list[Member]] = {}
        self._workers: dict[str, Member] = {}
        self.queues = {
            str(one.sid): Queue(str(one.sid), str(one.friendly_name), one.target_workers or "")
            for one in self._workspace.task_queues.list(page_size=_PAGE_SIZE)
        }
        self.workflows = {
            str(one.sid): Workflow(str(one.sid), str(one.friendly_name), str(one.configuration))
            for one in self._workspace.workflows.list(page_size=_PAGE_SIZE)
        }
        if not self.queues_named(EVERYONE):
            self.queues[_NEW_EVERYONE] = Queue(_NEW_EVERYONE, EVERYONE, "1==1")
        self.everyone_sid = self.queues_named(EVERYONE)[0]

    def queues_named(self, sid_or_name: str) -> list[str]:
        """Return the SIDs of the queues that have that SID or that name."""
        return [one.sid for one in self.queues.values() if sid_or_name in one[:2]]

    def everyone(self) -> list[Member]:
        """Return every worker, as `members` does."""
        return self.members(self.everyone_sid)

    def members(self, queue_sid: str) -> list[Member]:
        """Return who is in a queue by Twilio's own account, available ones first, then by name."""
        self.read_members([queue_sid])
        return self._members.get(queue_sid, [])

    def read_members(self, queue_sids: Iterable[str]) -> None:
        """Read who is in these queues, several at once; a queue is read only once."""
        missing = [one for one in self.queues.keys() & set(queue_sids) if one not in self._members]
        if missing:
            with ThreadPoolExecutor(_QUEUES_AT_ONCE) as threads:
                found = threads.map(self._read_members, missing)
                self._members.update(zip(missing, found, strict=True))

    def _read_members(self, queue_sid: str) -> list[Member]:
        query = {} if queue_sid == _NEW_EVERYONE else {"task_queue_sid": queue_sid}
        workers = self._workspace.workers.list(page_size=_PAGE_SIZE, **query)
        return sorted(
            map(self._member, workers), key=lambda one: (not one.ready, one.friendly_name)
        )

    def _member(self, shown: WorkerInstance) -> Member:
        sid, name, activity_sid = str(shown.sid), str(shown.friendly_name), str(shown.activity_sid)
        known = {
            "sid": sid,
            "friendly_name": name,
            "activity_sid": activity_sid,
            "activity_name": str(shown.activity_name),
        }
        scope = WorkerScope(known, lambda: self._attributes_of(sid), lambda: self._channels_of(sid))
        member = Member(sid, name, activity_sid, bool(shown.available), scope)
        return self._workers.setdefault(sid, member)

    def _attributes_of(self, worker_sid: str) -> Mapping[str, Any]:
        attributes: dict[str, Any] = json.loads(
            self._workspace.workers(worker_sid).fetch().attributes
        )
        return attributes

    def _channels_of(self, worker_sid: str) -> Mapping[str, Any]:
        """Return ``worker.channel``, https://www.twilio.com/docs/taskrouter/multitasking."""
        channels = self._workspace.workers(worker_sid).worker_channels.list(page_size=_PAGE_SIZE)
        return {
            str(one.task_channel_unique_name): {
                "assigned_tasks": 0,
                "available_capacity_percentage": 100 if one.available else 0,
                "configured_capacity": one.configured_capacity,
            }
            for one in channels
        }
