"""How many calls to Twilio and to the table each act takes: what an agent waits for, and pays."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.client import BaseClient

from tests.functions.offers.conftest import Offering

Act = Callable[[Offering], object]


@contextmanager
def counting(offering: Offering) -> Iterator[list[str]]:
    """Count the calls of a block: the table's by operation, Twilio's by method and path."""
    calls: list[str] = []
    client: Any = BaseClient
    send = client._make_api_call

    def count(client: Any, operation: str, arguments: Any) -> Any:
        if "TableName" in arguments or "TransactItems" in arguments:
            calls.append(operation)
        return send(client, operation, arguments)

    journal = offering.running.twilio.journal
    journal.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", count)
        yield calls
    calls += [f"{entry.method} {entry.path}" for entry in journal.entries]


def transfer(offering: Offering, hand_over: str = "now", *, hints: bool = False) -> None:
    """Ask for a transfer to Ben."""
    names = ("flexInteractionSid", "flexInteractionChannelSid") if hints else ()
    attributes = offering.customer.attributes
    answer = offering.running.transfer(
        offering.task_sid,
        offering.sid("ben"),
        handOver=hand_over,
        **{name: attributes[name] for name in names},
    )
    assert answer.status in {200, 202}, answer.text


def accept(offering: Offering) -> None:
    """Offer the customer to Ben, who accepts."""
    transfer(offering, "accepted")
    [made] = {task.sid for task in offering.tasks()} - {offering.task_sid}
    offering.running.twilio.centre.accept(made)


def event(offering: Offering) -> None:
    """Let an event about the new task come."""
    [made] = {task.sid for task in offering.tasks()} - {offering.task_sid}
    assert offering.event(made)


def take_back(offering: Offering) -> None:
    """Take the offer back."""
    assert offering.take_back().status == 200


def offer(offering: Offering) -> None:
    """Offer the customer to Ben."""
    transfer(offering, "accepted")


# What comes before, the act, and how many calls to Twilio and to the table it makes.
ACTS: Mapping[str, tuple[Act | None, Act, int, int]] = {
    "a transfer": (None, transfer, 9, 5),
    "a transfer with hints": (None, lambda one: transfer(one, hints=True), 9, 5),
    "an offer": (None, offer, 7, 5),
    "an offer that is taken back": (offer, take_back, 8, 4),
    "an event about an offer that waits": (offer, event, 3, 3),
    "an event about an offer that was accepted": (accept, event, 7, 4),
}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_makes_few_calls(offering: Offering, name: str) -> None:
    before, act, to_twilio, to_table = ACTS[name]
    # The workflow and the secret are kept for a while.
    centre = offering.running.twilio.centre
    other = centre.conversation_task()
    assert offering.running.transfer(other, offering.sid("Sales")).status == 200
    if before:
        before(offering)

    with counting(offering) as calls:
        act(offering)

    twilio = [call for call in calls if "/" in call]
    table = [call for call in calls if "/" not in call]
    assert (len(twilio), len(table)) == (to_twilio, to_table), "\n".join(calls)


def test_the_schedule_makes_two_calls_for_an_offer_that_waits(offering: Offering) -> None:
    offer(offering)
    channel = offering.customer.attributes["flexInteractionChannelSid"]
    own = (channel, *(task.sid for task in offering.tasks()))

    with counting(offering) as calls:
        offering.schedule()  # which also looks at what other tests have left

    assert len([call for call in calls if any(sid in call for sid in own)]) == 2


def test_hints_let_the_conversation_be_read_with_the_token(offering: Offering) -> None:
    """That is one round of calls less."""
    twilio = offering.running.twilio
    twilio.faults.latency(3.0, path="/Tokens/validate$")
    twilio.journal.clear()
    with ThreadPoolExecutor() as threads:
        threads.submit(transfer, offering, hints=True)
        assert twilio.faults.wait()
        until = time.monotonic() + 2.5
        asked: set[str] = set()
        while time.monotonic() < until and not {"Participants", "Invites"} <= asked:
            time.sleep(0.05)
            asked = {entry.path.rpartition("/")[2] for entry in twilio.journal.entries}
    assert {"Participants", "Invites"} <= asked
