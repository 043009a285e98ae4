"""The DynamoDB table: one item a conversation, with its lock, and pointers to it from its tasks.

An item is never deleted by us, and every write after the lock was taken has the lock's token and
the number of the write as its condition. So who outlived the lock changes nothing, and neither does
a write that was not answered and lands late.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError
from tenacity import Retrying, retry_if_exception_type, stop_before_delay

from chat_transfer.transfer.lock import Lock, Locked, LockLost, TableUnavailable
from chat_transfer.transfer.offered import Listing, changed, listings
from chat_transfer.transfer.record import Record, milliseconds
from chat_transfer.twilio.retries import RANDOM

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

logger = Logger(child=True)
T = TypeVar("T")

INDEX = "unfinished"
POINTER = "task#"
# What was sent is remembered for two days, what was done for one.
KEPT_SECONDS = 3 * 24 * 60 * 60
PAUSE_SECONDS = (0.2, 0.5)
LONGEST_PAUSE_MS = 60 * 60 * 1000
# The clocks of two functions may differ.
CLOCKS_DIFFER_MS = 2000


class Table:
    """The table; every method may raise a `TableUnavailable`.

    An item that has expired is as good as deleted: DynamoDB deletes it within some days.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
    """

    def __init__(self, name: str, client: "DynamoDBClient", lock_ms: Callable[[], int]) -> None:
        self.name = name
        self.client = client
        self._lock_ms = lock_ms

    def conversation_of(self, task: str) -> str | None:
        """Find the key of the conversation that a task of a transfer belongs to."""
        item = self._item(POINTER + task)
        return item.get("conversation") if item else None

    def read(self, key: str) -> Record | None:
        """Read the record of a conversation, without its lock."""
        item = self._item(key)
        return record_in(item) if item else None

    def has_left(self, task: str) -> bool:
        """Whether a transfer of a task was made, or something of one is left, or may be."""
        try:
            key = self.conversation_of(task)
            record = (self.read(key) if key else None) or Record()
        except TableUnavailable:
            return True
        done = record.done_of(task)
        return record.under_way is not None or bool(record.creations or record.ends or done)

    def lock(
        self, key: str, *, seconds: float, begins: Record | None = None, is_due: bool = False
    ) -> Lock | None:
        """Take the lock of a conversation, and wait for it.

        Parameters
        ----------
        begins : Record or None
            With a transfer that begins, unless another is under way. With None, the lock is taken
            only if something is unfinished.
        is_due : bool
            Whether the lock is taken only if the next look is due.

        Returns
        -------
        Lock or None
            None if nothing is unfinished, or the next look is not due.

        Raises
        ------
        Locked
            Another function still has it after so many seconds.
        """
        waiting = Retrying(
            retry=retry_if_exception_type(Locked),
            wait=lambda _: RANDOM.uniform(*PAUSE_SECONDS),
            stop=stop_before_delay(seconds),
            reraise=True,
        )
        return waiting(self._lock, key, str(uuid4()), begins, is_due=is_due)

    def unfinished(self) -> Sequence[str]:
        """The keys of the conversations that have something under way or unanswered.

        What was written within the last second may be missing, as in any index.
        """
        pages = self.client.get_paginator("scan").paginate(TableName=self.name, IndexName=INDEX)
        found = answered(lambda: [item for page in pages for item in page["Items"]])
        return [str(item["id"]["S"]) for item in found]

    def write(self, lock: Lock, *, released: bool) -> None:
        """Write the record of a lock, see `Lock.save`."""
        lock.unanswered = True
        update = {**self._key(lock.key), **_written(lock, released=released)}
        pointers, record = set(lock.pointers), lock.record
        listed = listings(record)
        puts = [
            {"Put": _pointer(self.name, task, lock.key, listed.get(task))}
            for task in sorted(pointers | changed(lock.written, record))
        ]
        items: Any = [{"Update": update}, *puts]
        try:
            if puts:
                answered(lambda: self.client.transact_write_items(TransactItems=items))
            else:
                answered(lambda: self.client.update_item(**update))
        except TableUnavailable as error:
            if not _is_condition(error.__cause__):
                raise
            item = self._item(lock.key) or {}
            # An earlier try of the same write, which was not answered.
            if item.get("held_by") != lock.token or int(item["writes"]) != lock.writes:
                raise LockLost from error
        lock.pointers -= pointers
        lock.written = record
        lock.unanswered = False

    def _lock(self, key: str, token: str, begins: Record | None, *, is_due: bool) -> Lock | None:
        now = milliseconds()
        change = "SET held_by = :token, held_until = :until"
        change += ", writes = if_not_exists(writes, :none) + :one"
        values: dict[str, str | int] = {":token": token, ":now": now, ":none": 0, ":one": 1}
        values[":until"] = now + self._lock_ms()
        conditions = ["(attribute_not_exists(held_by) OR held_until < :now OR held_by = :token)"]
        if begins:
            change += ", wanted = if_not_exists(wanted, :wanted), unfinished = :key"
            values |= {":wanted": begins.as_json(), ":key": key}
        else:
            conditions.append("attribute_exists(unfinished)")
        if is_due:
            conditions.append("(attribute_not_exists(due) OR due <= :now)")
        update: Any = {
            **self._key(key),
            "UpdateExpression": change,
            "ConditionExpression": " AND ".join(conditions),
            "ExpressionAttributeValues": as_values(values),
            "ReturnValues": "ALL_NEW",
        }
        try:
            item = as_texts(answered(lambda: self.client.update_item(**update))["Attributes"])
        except TableUnavailable as error:
            if not _is_condition(error.__cause__):
                raise
            held = self._item(key, expired=True) or {}
            is_free = int(held.get("held_until", 0)) < now
            if begins is None and ("unfinished" not in held or is_free):
                return None
            raise Locked from error
        return Lock(self, key, token, int(item["writes"]), record_in(item))

    def _key(self, key: str) -> Any:
        return {"TableName": self.name, "Key": {"id": {"S": key}}}

    def _item(self, key: str, *, expired: bool = False) -> Mapping[str, str] | None:
        get = {**self._key(key), "ConsistentRead": True}
        item = answered(lambda: self.client.get_item(**get)).get("Item")
        texts = as_texts(item) if item else None
        return texts if texts and (expired or not _is_expired(texts)) else None


def answered(call: Callable[[], T]) -> T:
    """Make a call to DynamoDB.

    Raises
    ------
    TableUnavailable
        It failed.
    """
    try:
        return call()
    except (BotoCoreError, ClientError) as error:
        raise TableUnavailable from error


def record_in(item: Mapping[str, str]) -> Record:
    """The record of an item; what has expired is as good as deleted."""
    if _is_expired(item):
        return Record()
    begun = Record.from_json(item["wanted"]) if "wanted" in item else Record()
    rest = Record.from_json(item["memory"]) if "memory" in item else begun
    return replace(rest, wanted=begun.wanted)


def _written(lock: Lock, *, released: bool) -> dict[str, Any]:
    """The update that writes the record of a lock."""
    record = lock.record.forgetting(milliseconds())
    values: dict[str, str | int] = {
        "writes": lock.writes,
        "expiration": int(time.time()) + KEPT_SECONDS,
        "memory": replace(record, wanted=None).as_json(),
        "due": record.touched + _pause_ms(record),
    }
    if released:
        values["held_until"] = 0
    if record.wanted:
        values |= {"wanted": Record(wanted=record.wanted).as_json(), "unfinished": lock.key}
    removed = "" if record.wanted else " REMOVE wanted, unfinished"
    return {
        "UpdateExpression": "SET " + ", ".join(f"{name} = :{name}" for name in values) + removed,
        "ConditionExpression": "held_by = :token AND writes < :writes",
        "ExpressionAttributeValues": as_values(
            {":token": lock.token, **{f":{name}": value for name, value in values.items()}}
        ),
    }


def _pause_ms(record: Record) -> int:
    """How long the schedule leaves a conversation alone: not at all while an offer is open.

    What was not answered takes effect soon, or late, or never.
    """
    if record.wanted is None or record.waits:
        return 0
    began = record.wanted.became_at or record.wanted.since
    return min(LONGEST_PAUSE_MS, (record.touched - began) // 8)


def _pointer(name: str, task: str, key: str, listing: Listing | None) -> dict[str, Any]:
    expiration = int(time.time()) + KEPT_SECONDS
    item: dict[str, str | int] = {
        "id": POINTER + task,
        "expiration": expiration,
        "conversation": key,
    }
    if listing:
        item |= {"holder": listing.holder, "listed_until": listing.until}
    return {"TableName": name, "Item": as_values(item)}


def as_values(values: Mapping[str, str | int]) -> dict[str, dict[str, str]]:
    """Write values as DynamoDB takes them."""
    return {
        name: {"S": value} if isinstance(value, str) else {"N": str(value)}
        for name, value in values.items()
    }


def as_texts(item: Mapping[str, Any]) -> dict[str, str]:
    """Read the values of an item, each as a text."""
    return {name: str(next(iter(value.values()))) for name, value in item.items()}


def _is_expired(item: Mapping[str, str]) -> bool:
    return "expiration" in item and int(item["expiration"]) < time.time()


def _is_condition(error: BaseException | None) -> bool:
    """Whether a write was refused because of its condition."""
    if not isinstance(error, ClientError):
        return False
    reasons = error.response.get("CancellationReasons") or ()
    codes = {error.response["Error"]["Code"], *(one.get("Code") for one in reasons)}
    return "ConditionalCheckFailed" in codes or "ConditionalCheckFailedException" in codes
