"""What Twilio says of one conversation: its channel, its tasks, and who holds them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from twilio_emulator.probe.made import NOT_FOUND, tasks_of
from twilio_emulator.probe.transport import Caller

OPEN: Final = {"pending", "reserved", "assigned", "wrapping"}
HELD: Final = {"assigned", "wrapping"}


@dataclass(frozen=True, slots=True)
class TaskSeen:
    """A task; ``status`` is "gone" if it cannot be read, ``holder`` the SID of its worker."""

    sid: str
    status: str
    holder: str | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether it leads to the customer."""
        return self.status in OPEN


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a conversation. Its calls take a while, so it may mix two moments."""

    is_open: bool
    tasks: tuple[TaskSeen, ...]

    @property
    def open_tasks(self) -> list[TaskSeen]:
        """Return the tasks that lead to the customer."""
        return [task for task in self.tasks if task.is_open]

    def task(self, sid: str) -> TaskSeen:
        """Return a task."""
        return next((one for one in self.tasks if one.sid == sid), TaskSeen(sid, "gone"))

    def serves(self, worker: str, sid: str) -> bool:
        """Tell whether a worker holds that task."""
        return self.task(sid).holder == worker


@dataclass(frozen=True, slots=True)
class Conversation:
    """The interaction channel of a customer."""

    workspace: str
    interaction: str
    channel: str

    def look(self, caller: Caller, known: Iterable[str]) -> Look:
        """Read everything.

        Parameters
        ----------
        known
            SIDs of tasks that it surely has.

        Raises
        ------
        CallFailed
            Twilio does not answer.
        """
        sids = sorted({*known, *tasks_of(caller, self.interaction, self.channel)})
        tasks = tuple(self._task(caller, sid) for sid in sids)
        path = f"flex-api/v1/Interactions/{self.interaction}/Channels/{self.channel}"
        status = (caller.read(path).body or {}).get("status")
        return Look(status not in {"closed", "inactive", "failed"}, tasks)

    def _task(self, caller: Caller, sid: str) -> TaskSeen:
        path = f"taskrouter/v1/Workspaces/{self.workspace}/Tasks/{sid}"
        reply = caller.read(path)
        if reply.status == NOT_FOUND:
            return TaskSeen(sid, "gone")
        status = str((reply.body or {}).get("assignment_status"))
        if status not in HELD:
            return TaskSeen(sid, status)
        found = (caller.read(f"{path}/Reservations").body or {}).get("reservations") or []
        holders = [
            one["worker_sid"]
            for one in found
            if one["reservation_status"] in {"accepted", "wrapping"}
        ]
        return TaskSeen(sid, status, holders[0] if holders else None)
