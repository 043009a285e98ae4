"""DynamoDB in the process: the calls of the table's client, over a wire that may fail."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from tests.simulation.coroutines import Scheduler
from tests.simulation.environments import Environment
from tests.simulation.expressions import Item, condition_of, updated
from tests.simulation.wire import (
    AnsweredError,
    ConnectionLostError,
    NotConnectedError,
    TimedOutError,
    Wire,
)

URL = "https://dynamodb.us-east-1.amazonaws.com"
# As the functions configure their client.
ATTEMPTS = 3
PATIENCE_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 20.0
RETRIED = {429: "ThrottlingException", 500: "InternalServerError", 502: "InternalServerError",
           503: "InternalServerError"}  # fmt: skip


class Items:
    """The items of one table, and its index ``unfinished``.

    Parameters
    ----------
    lag : float
        Seconds until the index shows a write.
    """

    def __init__(self, scheduler: Scheduler, lag: float) -> None:
        self.items: dict[str, Item] = {}
        self._scheduler = scheduler
        self._lag = lag
        self._unfinished: dict[str, list[tuple[float, bool]]] = {}
        self._transactions: set[str] = set()
        self._tokens = itertools.count()

    def token(self) -> str:
        """A token for one transaction, however often it is tried."""
        return str(next(self._tokens))

    def unfinished(self, lag: float = 0.0) -> list[str]:
        """The keys of the items that the index shows, or showed so many seconds ago."""
        seen = self._scheduler.now - lag
        shown = []
        for key, changes in self._unfinished.items():
            known = [is_in for at, is_in in changes if at <= seen]
            if known and known[-1]:
                shown.append(key)
        return shown

    def get(self, key: str) -> Item | None:
        """Read an item."""
        return self.items.get(key)

    def scan(self) -> list[Item]:
        """Read the index."""
        return [{"id": {"S": key}, "unfinished": {"S": key}} for key in self.unfinished(self._lag)]

    def update(self, call: Mapping[str, Any]) -> Item:
        """Update an item, if its condition holds."""
        self._check(call)
        key = call["Key"]["id"]["S"]
        item = self.items.get(key, dict(call["Key"]))
        names = call.get("ExpressionAttributeNames", {})
        self._put(updated(call["UpdateExpression"], item, names, call["ExpressionAttributeValues"]))
        return self.items[key]

    def transact(self, token: str, calls: Sequence[Mapping[str, Any]]) -> None:
        """Write all or none; a second time with the same token nothing happens."""
        if token in self._transactions:
            return
        for one in calls:
            if "Update" in one:
                try:
                    self._check(one["Update"])
                except ClientError as error:
                    reasons = [
                        {"Code": "ConditionalCheckFailed" if other is one else "None"}
                        for other in calls
                    ]
                    answer: Any = {
                        "Error": {"Code": "TransactionCanceledException"},
                        "CancellationReasons": reasons,
                    }
                    raise ClientError(answer, "TransactWriteItems") from error
        for one in calls:
            if "Update" in one:
                self.update(one["Update"])
            else:
                self._put(one["Put"]["Item"])
        self._transactions.add(token)

    def _check(self, call: Mapping[str, Any]) -> None:
        item = self.items.get(call["Key"]["id"]["S"], {})
        names = call.get("ExpressionAttributeNames", {})
        if not condition_of(call["ConditionExpression"])(
            item, names, call["ExpressionAttributeValues"]
        ):
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "UpdateItem")

    def _put(self, item: Item) -> None:
        key = item["id"]["S"]
        self.items[key] = item
        changes = self._unfinished.setdefault(key, [])
        if not changes or changes[-1][1] != ("unfinished" in item):
            changes.append((self._scheduler.now, "unfinished" in item))


class Client:
    """What `boto3.client("dynamodb")` gives, as far as the table uses it."""

    def __init__(self, scheduler: Scheduler, wire: Wire, items: Items) -> None:
        self._scheduler = scheduler
        self._wire = wire
        self._items = items

    def get_item(self, **call: Any) -> dict[str, Any]:
        """Read an item."""
        key = call["Key"]["id"]["S"]
        item = self._call(f"GetItem {key}", lambda: self._items.get(key))
        return {} if item is None else {"Item": item}

    def update_item(self, **call: Any) -> dict[str, Any]:
        """Update an item."""
        key = call["Key"]["id"]["S"]
        return {"Attributes": self._call(f"UpdateItem {key}", lambda: self._items.update(call))}

    def transact_write_items(self, **call: Any) -> None:
        """Write several items; botocore adds a token, so that a second try does nothing."""
        token, items = self._items.token(), call["TransactItems"]
        self._call("TransactWriteItems", lambda: self._items.transact(token, items))

    def get_paginator(self, name: str) -> "Client":
        """Give what reads the pages of a scan."""
        assert name == "scan"
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        """Read the pages, of which there is one."""
        yield {"Items": self._call("Scan", self._items.scan)}

    def _call(self, name: str, carry_out: Any) -> Any:
        """Try it as often as botocore's standard mode does."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = self._wire.send(name, lambda: _caught(carry_out), PATIENCE_SECONDS)
                if isinstance(answer, ClientError):
                    raise answer
                return answer
            except NotConnectedError:
                error: Exception = EndpointConnectionError(endpoint_url=URL)
            except (ConnectionLostError, TimedOutError):
                error = ReadTimeoutError(endpoint_url=URL)
            except AnsweredError as answered:
                code = RETRIED.get(answered.status, "AccessDeniedException")
                error = ClientError({"Error": {"Code": code}}, name)
                if answered.status not in RETRIED:
                    raise error from None
            if attempt == ATTEMPTS:
                raise error
            assert self._scheduler.current is not None
            sender = self._scheduler.current.owner
            assert isinstance(sender, Environment)
            longest = min(2.0 ** (attempt - 1), LONGEST_WAIT_SECONDS)
            self._scheduler.sleep(sender.invocation.uniform(0, longest))
        raise AssertionError


def _caught(carry_out: Any) -> Any:
    """What is refused is an answer too."""
    try:
        return carry_out()
    except ClientError as error:
        return error
