"""The lock of a conversation, and its record as it is under the lock."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from aws_lambda_powertools import Logger

from chat_transfer.http.problems import BadGateway, Conflict
from chat_transfer.transfer.record import Record, milliseconds

if TYPE_CHECKING:
    from chat_transfer.transfer.table import Table

logger = Logger(child=True)
T = TypeVar("T")


class TableUnavailable(BadGateway):
    """DynamoDB does not answer. What was to be written may have been."""

    def __init__(self) -> None:
        super().__init__(
            "The idempotency table does not answer, so this request could not go on. Try again.",
            code="ledger_unavailable",
        )


class LockLost(TableUnavailable):
    """The lock has run out, and another function has taken it."""


class Locked(Conflict):
    """Another function has the lock."""

    def __init__(self) -> None:
        super().__init__(
            "This task is being transferred already. Wait for that transfer to end.",
            code="transfer_in_progress",
        )


class Busy(Locked):
    """A transfer of another task of the same conversation is under way, of another agent's."""


@dataclass(slots=True)
class Lock:
    """The lock of one conversation, and the record as it was when it was taken.

    Attributes
    ----------
    record : Record
        As it was read, then as it was written or is to be written.
    pointers : set of str
        The tasks from which the next write makes it found.
    unanswered : bool
        Whether the last write may have been made.
    written : Record
        As it is in the table, with what is listed of it there.
    """

    table: "Table"
    key: str
    token: str
    writes: int
    record: Record
    pointers: set[str] = field(default_factory=set)
    unanswered: bool = False
    written: Record = field(init=False)

    def __post_init__(self) -> None:
        # A transfer that has sent nothing yet has no pointers.
        self.written = self.record if self.record.creations else replace(self.record, wanted=None)

    def save(self, record: Record) -> None:
        """Write the record, and from which tasks it is found.

        Raises
        ------
        TableUnavailable
            It may have been written.
        """
        self.record = replace(record, touched=milliseconds())
        self.writes += 1
        self.table.write(self, released=False)

    def release(self) -> None:
        """Write the record as it is, and let another function take the lock.

        That this fails is no reason to fail: the next look comes to the same end.
        """
        self.record = replace(self.record, touched=milliseconds())
        self.writes += 1
        try:
            self.table.write(self, released=True)
        except TableUnavailable:
            logger.exception("record not written", conversation=self.key)


def released(lock: Lock, act: Callable[[], T]) -> T:
    """Do something under a lock, and release it; a function that is killed keeps it."""
    try:
        result = act()
    except Exception:
        lock.release()
        raise
    lock.release()
    return result
