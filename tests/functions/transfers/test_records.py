"""The record of a conversation: what versions of this code read of each other, and its lock."""

import json
from dataclasses import replace

import pytest

from chat_transfer.transfer.lock import Locked, LockLost
from chat_transfer.transfer.record import (
    Became,
    Creation,
    Done,
    Place,
    Record,
    Wanted,
    When,
    milliseconds,
)
from chat_transfer.transfer.table import Table
from tests.functions.conftest import Aws, create_table

WANTED = Wanted(original="WT1", target="WK1", when=When.ACCEPTED, present=("WT9",))
FULL = Record(
    place=Place(conversation_sid="CH1", interaction_sid="KD1", channel_sid="UO1"),
    wanted=replace(WANTED, became=Became.DECLINED, became_at=7),
    creations=(Creation(workflow="WW1", target="WK1", when=When.ACCEPTED, at=3, task="WT2"),),
    ends=(("WT1", 4),),
    done=(Done(original="WT1", new_task="WT2", became=Became.ACCEPTED, since=5),),
    touched=6,
)


@pytest.fixture
def table(aws: Aws) -> Table:
    return Table(create_table(aws), aws.dynamodb, lambda: 30_000)


def test_a_record_is_read_as_it_was_written() -> None:
    assert Record.from_json(FULL.as_json()) == FULL


def test_names_of_a_newer_version_are_ignored() -> None:
    """A rollback reads what the newer version wrote."""
    values = json.loads(FULL.as_json()) | {"newer": 1}
    for part in (values["place"], values["wanted"], values["creations"][0], values["done"][0]):
        part["newer"] = {"of": "a newer version"}
    assert Record.from_json(json.dumps(values)) == FULL


def test_names_that_are_missing_have_a_default() -> None:
    assert Record.from_json("{}") == Record()
    assert Record.from_json('{"wanted": {"original": "WT1"}}').wanted == Wanted(original="WT1")


def test_a_lock_is_taken_once_and_tells_what_was_recorded(table: Table) -> None:
    lock = table.lock("UO1", seconds=0, begins=Record(wanted=WANTED))
    assert lock is not None
    assert lock.record.wanted == WANTED
    with pytest.raises(Locked):
        table.lock("UO1", seconds=0)

    lock.save(FULL)
    lock.release()

    again = table.lock("UO1", seconds=0)
    assert again is not None
    assert replace(again.record, touched=6) == replace(FULL, creations=(), ends=(), done=()), (
        "what was sent decades ago is forgotten"
    )


def test_a_transfer_that_is_under_way_is_not_begun_again(table: Table) -> None:
    first = table.lock("UO1", seconds=0, begins=Record(wanted=WANTED))
    assert first is not None
    first.release()
    other = replace(WANTED, target="WQ1")

    lock = table.lock("UO1", seconds=0, begins=Record(wanted=other))

    assert lock is not None
    assert lock.record.wanted == WANTED


def test_who_outlived_the_lock_changes_nothing(aws: Aws) -> None:
    table = Table(create_table(aws), aws.dynamodb, lambda: -1)
    late = table.lock("UO1", seconds=0, begins=Record(wanted=WANTED))
    lock = table.lock("UO1", seconds=0)
    assert late is not None
    assert lock is not None
    lock.save(replace(lock.record, wanted=None))

    with pytest.raises(LockLost):
        late.save(Record(wanted=WANTED))
    late.release()

    record = table.read("UO1")
    assert record is not None
    assert record.wanted is None


def test_a_write_that_lands_after_a_later_one_changes_nothing(table: Table) -> None:
    """It was not answered, and sent again; the first try lands now."""
    lock = table.lock("UO1", seconds=0, begins=Record(wanted=WANTED))
    assert lock is not None
    late = replace(lock, record=Record(), writes=lock.writes + 1)
    lock.save(FULL)
    lock.save(FULL)

    with pytest.raises(LockLost):
        table.write(late, released=True)

    record = table.read("UO1")
    assert record is not None
    assert record.wanted == FULL.wanted


def test_a_write_that_was_not_answered_can_be_sent_again(table: Table) -> None:
    lock = table.lock("UO1", seconds=0, begins=Record(wanted=WANTED))
    assert lock is not None
    lock.save(FULL)

    table.write(lock, released=False)


def test_only_what_is_unfinished_is_in_the_index(table: Table) -> None:
    for key in ("UO1", "UO2"):
        lock = table.lock(key, seconds=0, begins=Record(wanted=WANTED))
        assert lock is not None
        lock.record = replace(lock.record, wanted=WANTED if key == "UO1" else None)
        lock.release()

    assert table.unfinished() == ["UO1"]
    assert table.lock("UO2", seconds=0) is None


def test_a_task_leads_to_its_conversation(table: Table) -> None:
    lock = table.lock("UO1", seconds=0, begins=Record(wanted=WANTED))
    assert lock is not None
    lock.pointers |= {"WT1", "WT2"}
    lock.save(lock.record)

    assert table.conversation_of("WT1") == table.conversation_of("WT2") == "UO1"
    assert table.conversation_of("WT3") is None


def test_an_expired_record_is_as_good_as_deleted(aws: Aws, table: Table) -> None:
    lock = table.lock("UO1", seconds=0, begins=Record(wanted=WANTED))
    assert lock is not None
    lock.release()
    aws.dynamodb.update_item(
        TableName=table.name,
        Key={"id": {"S": "UO1"}},
        UpdateExpression="SET expiration = :past",
        ExpressionAttributeValues={":past": {"N": "1"}},
    )

    assert table.read("UO1") is None
    again = table.lock("UO1", seconds=0, begins=Record(wanted=WANTED))
    assert again is not None
    assert again.record == Record()


def test_what_has_ended_is_looked_at_less_often(table: Table) -> None:
    """An open offer is due at once, what may still take effect after an eighth of its age."""
    ended = replace(WANTED, became=Became.FAILED, since=milliseconds() - 8 * 60_000)
    for wanted, is_due in ((WANTED, True), (ended, False)):
        lock = table.lock("UO1", seconds=0, begins=Record(wanted=WANTED))
        assert lock is not None
        lock.record = replace(lock.record, wanted=wanted, waits=is_due)
        lock.release()
        taken = table.lock("UO1", seconds=0, is_due=True)
        assert (taken is not None) is is_due
        if taken:
            taken.release()
