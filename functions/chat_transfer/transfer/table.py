"""The calls to the DynamoDB table: items of texts that expire, and one error for all failures."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from chat_transfer.http.problems import BadGateway

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")


class TableUnavailable(BadGateway):
    """DynamoDB does not answer. What was to be written may have been."""

    def __init__(self) -> None:
        super().__init__(
            "The idempotency table does not answer, so this request could not go on. Try again.",
            code="ledger_unavailable",
        )


class Table:
    """A table with the key ``id``; every method may raise a `TableUnavailable`.

    An item that has expired is as good as deleted: DynamoDB deletes it within some days.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
    """

    def __init__(self, name: str, client: "DynamoDBClient") -> None:
        self.name = name
        self.client = client

    def get(self, key: str) -> Mapping[str, str] | None:
        """Read the texts of an item as they were last written."""
        item = answered(
            lambda: self.client.get_item(
                TableName=self.name, Key={"id": {"S": key}}, ConsistentRead=True
            )
        ).get("Item")
        if item is None or int(item["expiration"]["N"]) < time.time():
            return None
        return {name: str(value["S"]) for name, value in item.items() if "S" in value}

    def put(self, key: str, seconds: int, texts: Mapping[str, str]) -> None:
        """Write an item that expires after some seconds."""
        item = _item(key, seconds, texts)
        answered(lambda: self.client.put_item(TableName=self.name, Item=item))

    def add(self, key: str, seconds: int, texts: Mapping[str, str]) -> bool:
        """Write an item unless there is one of that key; whether it was written."""
        item = _item(key, seconds, texts)
        now = {"N": str(int(time.time()))}
        try:
            answered(
                lambda: self.client.put_item(
                    TableName=self.name,
                    Item=item,
                    ConditionExpression="attribute_not_exists(id) OR expiration < :now",
                    ExpressionAttributeValues={":now": now},
                )
            )
        except TableUnavailable as error:
            if isinstance(error.__cause__, self.client.exceptions.ConditionalCheckFailedException):
                return False
            raise
        return True

    def delete(self, key: str) -> None:
        """Delete an item, if there is one."""
        answered(lambda: self.client.delete_item(TableName=self.name, Key={"id": {"S": key}}))

    def keys(self, index: str) -> list[str]:
        """The keys of all items that an index has."""
        pages = self.client.get_paginator("scan").paginate(TableName=self.name, IndexName=index)
        return [_key(item) for page in answered(lambda: list(pages)) for item in page["Items"]]

    def keys_of(self, index: str, name: str, text: str) -> list[str]:
        """The keys of the items of an index with this text.

        An item that was written within the last second may be missing, as in any index.
        """
        found = answered(
            lambda: self.client.query(
                TableName=self.name,
                IndexName=index,
                KeyConditionExpression=f"{name} = :text",
                ExpressionAttributeValues={":text": {"S": text}},
            )
        )
        return [_key(item) for item in found["Items"]]


def _item(key: str, seconds: int, texts: Mapping[str, str]) -> dict[str, Any]:
    expiration = {"N": str(int(time.time()) + seconds)}
    return {
        "id": {"S": key},
        "expiration": expiration,
        **{name: {"S": text} for name, text in texts.items()},
    }


def _key(item: Mapping[str, Any]) -> str:
    return str(item["id"]["S"])


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
