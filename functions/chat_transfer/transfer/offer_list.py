"""Which offers an agent has, the open ones and those just ended; for supervisors those of all.

An index of the table leads from the agent to the originals, see `offered`. The records say what is
so. What the index shows for too long changes nothing in the list.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from chat_transfer.http.problems import Forbidden
from chat_transfer.transfer.answers import answer_to
from chat_transfer.transfer.lock import TableUnavailable
from chat_transfer.transfer.offered import Offer, offer_in, under_way
from chat_transfer.transfer.record import Record, milliseconds
from chat_transfer.transfer.table import POINTER, Table, answered, as_texts, as_values, record_in
from chat_transfer.twilio.agents import Caller
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import TwilioFailure

# Of the pointers from originals, by the agent who held them.
INDEX = "offers"
# More than an agent has chats, and as many as one call reads.
MOST_LISTED = 100
MOST_UNDER_WAY = 1000
READ_TRIES = 3


def list_offers(token: str, table: Table, connect: Callable[[], Twilio]) -> Sequence[Offer]:
    """The offers of the tasks that the caller held: those that are open, and those just ended.

    Nothing is read of Twilio but who asks, since an agent's browser asks every few seconds.

    Returns
    -------
    sequence of Offer
        The oldest state first. One that was made within the last second may be missing.

    Raises
    ------
    Problem
        With the status and the code of the contract.
    """
    holder = _caller(token, connect).worker_sid
    if holder is None:
        return ()
    now = milliseconds()
    found = _listed(table, holder, now)
    records = _records(table, {key for _, key in found})
    offers = [offer_in(records[key], task) for task, key in found if key in records]
    return _by_age(offer for offer in offers if offer and offer.is_listed(holder, now))


def list_under_way(token: str, table: Table, connect: Callable[[], Twilio]) -> Sequence[Offer]:
    """Every agent's offers and transfers that are under way, for supervisors and admins.

    Returns
    -------
    sequence of Offer
        The oldest state first, at most `MOST_UNDER_WAY`. One that was made within the last second
        may be missing.

    Raises
    ------
    Problem
        With the status and the code of the contract.
    """
    if not _caller(token, connect).may_act_for_all:
        raise Forbidden(
            "Only a supervisor or an admin may list the transfers of all agents.",
            code="supervisors_only",
        )
    keys = table.unfinished()[:MOST_UNDER_WAY]
    batches = [keys[at : at + MOST_LISTED] for at in range(0, len(keys), MOST_LISTED)]
    records = [record for keys in batches for record in _records(table, keys).values()]
    return _by_age(filter(None, map(under_way, records)))


def _caller(token: str, connect: Callable[[], Twilio]) -> Caller:
    try:
        return connect().caller(token).result()
    except TwilioFailure as failure:
        raise answer_to(failure, rolled_back=None) from failure


def _by_age(offers: Iterable[Offer]) -> Sequence[Offer]:
    return sorted(offers, key=lambda offer: (offer.since, offer.task_sid))


def _listed(table: Table, holder: str, now: int) -> Sequence[tuple[str, str]]:
    """The tasks that the index has for a worker, each with the key of its conversation."""
    query: Any = {
        "TableName": table.name,
        "IndexName": INDEX,
        "KeyConditionExpression": "holder = :holder AND listed_until > :now",
        "ExpressionAttributeValues": as_values({":holder": holder, ":now": now}),
        "ScanIndexForward": False,
        "Limit": MOST_LISTED,
    }
    items = [as_texts(item) for item in answered(lambda: table.client.query(**query))["Items"]]
    return [(item["id"].removeprefix(POINTER), item["conversation"]) for item in items]


def _records(table: Table, keys: Iterable[str]) -> Mapping[str, Record]:
    """Read the records of several conversations; those that are not there are left out.

    DynamoDB may answer with a part of them, and is asked for the rest again.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
    """
    found: dict[str, Record] = {}
    asked: Any = [{"id": {"S": key}} for key in sorted(keys)]
    for _ in range(READ_TRIES):
        if not asked:
            return found
        answer = answered(
            lambda keys=asked: table.client.batch_get_item(  # type: ignore[misc]
                RequestItems={table.name: {"Keys": keys, "ConsistentRead": True}}
            )
        )
        for item in map(as_texts, answer["Responses"].get(table.name, ())):
            found[item["id"]] = record_in(item)
        left: Any = answer.get("UnprocessedKeys", {})
        asked = left[table.name]["Keys"] if left else ()
    if asked:
        raise TableUnavailable
    return found
