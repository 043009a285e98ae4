"""The offers that an agent has, as the plugin asks for all of them at once."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from chat_transfer.transfer import offer_list, offered
from chat_transfer.transfer.offered import LISTED_MS, OPEN, Listing, changed, listings, offer_in
from chat_transfer.transfer.record import (
    Became,
    Creation,
    Done,
    Record,
    Wanted,
    When,
    milliseconds,
)
from tests.functions.conftest import Aws, Deployment
from tests.functions.failures.table_faults import TableFaults, table_faults
from tests.functions.lambda_events import http_event
from tests.functions.offers.conftest import PARTICIPANT, Offering
from tests.functions.recording import KINDS

ANA, BEN = f"WK{'a' * 32}", f"WK{'b' * 32}"
WANTED = Wanted(original="WT1", target="WQ1", when=When.ACCEPTED, held_by=ANA, since=1000)
SENT = Creation(task="WT2", at=2000)
OFFERED = Record(wanted=WANTED, creations=(SENT,))
DONE = Done(
    original="WT1",
    target="WQ1",
    when=When.ACCEPTED,
    new_task="WT2",
    held_by=ANA,
    became=Became.DECLINED,
    since=3000,
)


def offers_of(offering: Offering, by: str = "ana") -> Mapping[str, Mapping[str, Any]]:
    """The listed offers by their originals."""
    answer = offering.running.list_offers(by)
    assert answer.status == 200, answer.text
    assert answer.body.keys() == {"transfers"}
    return {one["taskSid"]: one for one in answer.body["transfers"]}


def test_an_open_offer_is_listed_as_it_is_read_by_itself(offering: Offering) -> None:
    made = offering.offer().body["taskSid"]

    listed = offers_of(offering)[offering.task_sid]

    assert listed == offering.ask().body
    assert (listed["state"], listed["newTaskSid"]) == ("offered", made)


def test_nobody_else_has_it_in_the_list(offering: Offering) -> None:
    """Not the agent to whom it is offered, not a supervisor, who may read it by its task."""
    offering.offer()

    for by in ("ben", "sam"):
        assert offering.task_sid not in offers_of(offering, by)


@pytest.mark.parametrize("ending", ["accepted", "declined", "cancelled"])
def test_an_offer_that_has_just_ended_is_listed_with_its_end(
    offering: Offering, ending: str
) -> None:
    made = offering.offer().body["taskSid"]
    centre = offering.running.twilio.centre
    if ending == "cancelled":
        offering.take_back()
    elif ending == "accepted":
        centre.accept(made)
    else:
        offering.running.tasks()(made).update(assignment_status="canceled")
    offering.event(made)

    listed = offers_of(offering)[offering.task_sid]
    assert listed["state"] == ending
    assert listed.get("acceptedBySid") == (offering.sid("ben") if ending == "accepted" else None)
    assert listed == offering.ask().body


@pytest.mark.parametrize("ending", ["taken back", "refused"])
def test_an_offer_that_has_left_the_list_is_not_even_read(
    still: Offering, table: TableFaults, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    still.running.transfer_chat.runtime.cache_clear()
    if ending == "refused":
        still.running.twilio.faults.status(400, method="POST", path="/Invites$", times=None)
        assert still.offer().status == 502
    else:
        still.offer()
        still.take_back()
    now = milliseconds() + LISTED_MS
    monkeypatch.setattr(offer_list, "milliseconds", lambda: now)
    table.pass_all()
    table.called.clear()

    assert still.task_sid not in offers_of(still)
    assert table.called == ["Query"]


@pytest.mark.parametrize("by", ["sam", "alex"])
def test_supervisors_and_admins_list_what_every_agent_has_under_way(
    offering: Offering, by: str
) -> None:
    running = offering.running
    other = running.twilio.centre.conversation_task("ben")
    offering.offer("Sales")
    warm = running.transfer(other, offering.sid("carla"), "ben", handOver="warm").body["taskSid"]
    running.twilio.centre.accept(warm)
    assert offering.event(warm)

    answer = running.list_offers(by, everybody=True)

    assert answer.status == 200
    found = {one["taskSid"]: one for one in answer.body["transfers"]}
    assert found[offering.task_sid] == offering.ask().body
    assert found[other]["state"] == "joined"
    assert found[other]["heldBySid"] == offering.sid("ben")
    assert found[other]["acceptedBySid"] == offering.sid("carla")
    running.offer_request("DELETE", other, "ben")


def test_a_transfer_at_once_that_is_not_finished_is_listed(
    offering: Offering,
) -> None:
    offering.running.twilio.faults.status(500, **PARTICIPANT, times=50)
    answer = offering.offer(hand_over="now")
    assert answer.status == 502
    offering.running.twilio.faults.clear()

    listed = offering.running.list_offers("sam", everybody=True).body["transfers"]

    [found] = [one for one in listed if one["taskSid"] == offering.task_sid]
    assert (found["state"], found["targetSid"]) == ("running", offering.sid("ben"))


def test_agents_do_not_list_those_of_others(offering: Offering) -> None:
    answer = offering.running.list_offers(everybody=True)

    assert (answer.status, answer.code) == (403, "supervisors_only")


def test_an_offer_that_is_made_again_is_listed_as_open(offering: Offering) -> None:
    offering.offer()
    offering.take_back()
    again = offering.offer("carla").body["taskSid"]

    listed = offers_of(offering)[offering.task_sid]

    assert (listed["state"], listed["newTaskSid"]) == ("offered", again)


def test_two_offers_are_listed_by_the_time_of_their_states(offering: Offering) -> None:
    running = offering.running
    other = KINDS["conversation"](running.twilio.centre)
    offering.offer()
    assert running.transfer(other, offering.sid("carla"), handOver="accepted").status == 202
    offering.take_back()

    listed = [one for one in offers_of(offering) if one in {other, offering.task_sid}]

    assert listed == [other, offering.task_sid]
    running.offer_request("DELETE", other)


def test_who_got_a_chat_by_an_offer_has_its_next_offer_listed(
    offering: Offering,
) -> None:
    made = offering.offer().body["taskSid"]
    offering.running.twilio.centre.accept(made)
    offering.event(made)

    answer = offering.running.transfer(made, offering.sid("carla"), "ben", handOver="accepted")

    assert answer.status == 202, answer.text
    assert offers_of(offering, "ben")[made]["state"] == "offered"
    assert offers_of(offering)[offering.task_sid]["state"] == "accepted"


def test_a_refused_offer_is_not_listed(offering: Offering) -> None:
    assert offering.offer("Billing").status == 422

    assert offering.task_sid not in offers_of(offering)


def test_a_transfer_that_hands_over_at_once_is_not_listed(offering: Offering) -> None:
    assert offering.offer(hand_over="now").status == 200

    assert offering.task_sid not in offers_of(offering)


def test_a_stack_without_offers_answers_with_an_empty_list(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EVENTS_QUEUE_URL")

    answer = deployment.list_offers()

    assert (answer.status, answer.body) == (200, {"transfers": []})


def test_twilio_is_asked_for_the_token_alone(offering: Offering) -> None:
    offering.offer()
    journal = offering.running.twilio.journal
    journal.clear()

    offers_of(offering)

    assert [entry.path.rpartition("/")[2] for entry in journal.entries] == ["validate"]


def test_the_table_is_asked_twice_and_once_by_who_has_none(
    still: Offering, table: TableFaults
) -> None:
    still.running.transfer_chat.runtime.cache_clear()
    still.offer()
    table.pass_all()
    table.called.clear()

    offers_of(still)
    offers_of(still, "eva")

    assert table.called == ["Query", "BatchGetItem", "Query"]


def test_who_sends_no_valid_token_reads_nothing(deployment: Deployment) -> None:
    without = deployment.invoke(http_event("GET", "/transfers"))
    expired = deployment.twilio.centre.expired_token()
    headers = {"Authorization": f"Bearer {expired}"}
    invalid = deployment.invoke(http_event("GET", "/transfers", headers=headers))

    assert (without.status, without.code) == (401, "token_missing")
    assert (invalid.status, invalid.code) == (403, "token_invalid")


def test_a_table_that_does_not_answer_is_502(offering: Offering, aws: Aws) -> None:  # noqa: ARG001
    offering.offer()
    for refused in ("^Query", "^BatchGetItem"):
        with table_faults() as faults:
            offering.running.transfer_chat.runtime.cache_clear()
            faults.refuse(refused)
            answer = offering.running.list_offers()
            assert (answer.status, answer.code) == (502, "ledger_unavailable")
    offering.running.transfer_chat.runtime.cache_clear()


def test_what_dynamodb_leaves_out_is_asked_for_again(
    offering: Offering, monkeypatch: pytest.MonkeyPatch
) -> None:
    offering.offer()
    runtime = offering.running.transfer_chat.runtime()
    client = runtime.table(type("C", (), {"get_remaining_time_in_millis": lambda: 1000})).client
    answers, asked = client.batch_get_item, []

    def half(**call: Any) -> Any:
        asked.append(call)
        if len(asked) > 1:
            return answers(**call)
        return {"Responses": {}, "UnprocessedKeys": call["RequestItems"]}

    monkeypatch.setattr(client, "batch_get_item", half)

    assert offering.task_sid in offers_of(offering)
    assert len(asked) == 2


def test_a_record_lists_its_offers_by_who_held_the_original() -> None:
    of_ben = replace(DONE, original="WT2", held_by=BEN)
    both = replace(OFFERED, done=(replace(DONE, original="WT0"), of_ben))

    assert listings(both) == {
        "WT0": Listing(ANA, 3000 + LISTED_MS),
        "WT2": Listing(BEN, 3000 + LISTED_MS),
        "WT1": Listing(ANA, OPEN),
    }


@pytest.mark.parametrize(
    ("before", "after", "tasks"),
    [
        (Record(), OFFERED, {"WT1"}),
        (OFFERED, replace(OFFERED, waits=True), set()),
        (OFFERED, Record(done=(DONE,)), {"WT1"}),
        (OFFERED, Record(), {"WT1"}),  # refused after all
        (Record(done=(DONE,)), Record(), set()),  # forgotten, and out of the list since long
        (Record(done=(DONE,)), replace(OFFERED, done=(DONE,)), {"WT1"}),
        (Record(), Record(wanted=replace(WANTED, when=When.NOW)), set()),
        (Record(), Record(wanted=replace(WANTED, held_by=None)), set()),
    ],
)
def test_a_listing_is_written_if_it_has_changed(
    before: Record, after: Record, tasks: set[str]
) -> None:
    assert changed(before, after) == tasks


def test_an_offer_without_a_known_task_is_none_yet() -> None:
    unknown = replace(OFFERED, creations=(replace(SENT, task=None),))

    assert offer_in(unknown, "WT1") is None
    found = offer_in(OFFERED, "WT1")
    assert found is not None
    assert found.state == offered.OFFERED
    assert found.is_listed(ANA, now=10**15)
    assert not found.is_listed(BEN, now=0)
