"""A failing call that changes something, in each way that Twilio's documentation lets it behave.

A matrix for each kind of task: each changing call of a healthy transfer, each fault, each switch of
the emulated Twilio, an agent and a workflow as target, and what is asked next. The customer always
has an open task; two only where the answer says so; no agent but the one who holds the task moves
it, whatever they wrote into attributes; and the next request ends well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from itertools import product
from types import MappingProxyType
from typing import Any

import pytest

from chat_transfer.twilio import client
from tests.functions.conftest import Deployment
from tests.functions.failures.twilio_faults import (
    AFTER_THE_ANSWER,
    FAULTS,
    LATE_FAULTS,
    READ_SECONDS,
    fail,
    let_all_take_effect,
)
from tests.functions.lambda_events import Answer
from tests.functions.recording import KINDS, Call, cases
from tests.functions.served import Served
from twilio_emulator.centre import ContactCentre
from twilio_emulator.taskrouter.model import Task, TaskStatus

# What a switch delays: longer than the search for a new task.
DELAY_SECONDS = 0.4
NOT_CANCELLED = "interaction tasks not cancelled"

ALL_FAULTS = {**FAULTS, **LATE_FAULTS}
BOTH, CHAT, CONVERSATION = frozenset(KINDS), frozenset({"chat"}), frozenset({"conversation"})
JANITOR = [TaskStatus.COMPLETED, TaskStatus.CANCELED]


@dataclass(frozen=True, slots=True)
class Position:
    """Switches of the emulated Twilio that are not in their default position.

    Attributes
    ----------
    kinds : frozenset of str
        The kinds of task that it affects.
    delay : float
        Seconds until what it delays has taken effect.
    doubts : bool
        Whether a creation is in doubt for that time even where no call fails.
    """

    switches: Mapping[str, Any]
    kinds: frozenset[str] = BOTH
    delay: float = 0.0
    doubts: bool = False


POSITIONS: Mapping[str, Position] = MappingProxyType(
    {
        "defaults": Position({}),
        "closed participants not listed": Position(
            {"lists_closed_participants": False}, CONVERSATION
        ),
        "completes after close": Position(
            {"completes_after_close": DELAY_SECONDS}, CONVERSATION, DELAY_SECONDS
        ),
        "second close accepted": Position({"refuses_second_close": False}, CONVERSATION),
        "search lags": Position({"search_lag": DELAY_SECONDS}, CHAT, DELAY_SECONDS),
        "invite without task": Position({"invite_names_its_task": False}, CONVERSATION),
        "invite's task is late": Position(
            {"invite_names_its_task": False, "invite_task_delay": DELAY_SECONDS},
            CONVERSATION,
            DELAY_SECONDS,
            doubts=True,
        ),
        NOT_CANCELLED: Position({"cancels_interaction_tasks": False}, CONVERSATION),
        "ETag always changes": Position({"etag_changes_always": True}, CHAT),
        "unroutable tasks wait": Position({"cancels_unroutable_after": DELAY_SECONDS}),
        "Janitor comes for cancelled": Position({"janitor_after": JANITOR}, CHAT),
    }
)
TARGETS = ("dev", "Escalations")
NEXT = ("same", "carla")


def changes(call: Call) -> bool:
    """Whether a call of a transfer writes to Twilio."""
    return call.method in {"POST", "DELETE"} and not call.path.endswith("/Tokens/validate")


@dataclass(frozen=True, slots=True)
class Case:
    """A case of the matrix."""

    kind: str
    call: Call
    fault: str
    position: str
    target: str
    then: str

    def __str__(self) -> str:
        return (
            f"{self.kind} to {self.target}: {self.call}, {self.fault}; {self.position}; {self.then}"
        )


def matrix(kind: str) -> list[Case]:
    """Every case of a kind of task."""
    calls = [call for one, call in cases() if one == kind and changes(call)]
    positions = [name for name, one in POSITIONS.items() if kind in one.kinds]
    return [Case(kind, *case) for case in product(calls, ALL_FAULTS, positions, TARGETS, NEXT)]


def assert_customer_keeps_a_task(
    running: Deployment, case: Case, customer: Served, forger: str
) -> None:
    """Transfer while a call fails, ask again, and check what the customer has after each."""
    centre = running.twilio.centre
    target = {**centre.workers, **centre.workflows}[case.target]
    mine = state_of(centre, [forger])
    fail(running, case.call, ALL_FAULTS[case.fault])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "READ_SECONDS", READ_SECONDS)
        first = running.transfer(customer.task_sid, target)
    running.twilio.faults.clear()

    assert first.status in {200, 409, 502, 503, 504}, first.text
    assert_served(customer, first)
    if case.fault != AFTER_THE_ANSWER:
        let_all_take_effect(running, POSITIONS[case.position].delay)
        assert_served(customer, first)
        assert_no_other_agent_moves_it(running, customer, target)

    other = target if case.then == "same" else centre.workers[case.then]
    second = running.transfer(customer.task_sid, other)
    if POSITIONS[case.position].doubts and second.body.get("rolledBack") is False:
        assert_served(customer, second)
        let_all_take_effect(running, POSITIONS[case.position].delay)
        second = running.transfer(customer.task_sid, other)

    assert_ended_well(customer, case, second, may_be_elsewhere=other != target)
    let_all_take_effect(running, POSITIONS[case.position].delay)
    if leaves_doubt(case):  # the next request cancels a task that appears that late
        third = running.transfer(customer.task_sid, other)
        assert (third.status, third.body.get("taskSid")) == (
            second.status,
            second.body.get("taskSid"),
        )
    assert leading(customer), second.text
    # Such a task stays where Twilio refuses to cancel it.
    if not (leaves_doubt(case) and case.position == NOT_CANCELLED):
        assert len(leading(customer)) == 1, second.text
    assert customer.room_is_open()
    assert_no_other_agent_moves_it(running, customer, target)
    assert state_of(centre, [forger]) == mine


def assert_served(customer: Served, answer: Answer) -> None:
    """Check that an open task leads to the customer, and two only where the answer says so."""
    tasks = leading(customer)
    assert tasks, f"the customer has no task: {answer.text}"
    assert len(tasks) == 1 or answer.body.get("rolledBack") is False, f"two tasks: {answer.text}"
    assert customer.room_is_open(), f"the channel is closed: {answer.text}"


def assert_ended_well(
    customer: Served, case: Case, answer: Answer, *, may_be_elsewhere: bool
) -> None:
    """Check the answer to a request at which no call fails."""
    is_elsewhere = answer.body.get("code") == "transferred_elsewhere"
    assert answer.status == HTTPStatus.OK or (may_be_elsewhere and is_elsewhere), answer.text
    tasks = leading(customer)
    if not leaves_doubt(case):
        assert len(tasks) == 1, f"{len(tasks)} tasks: {answer.text}"
    assert customer.task_sid not in {task.sid for task in tasks}
    if answer.status == HTTPStatus.OK:
        assert answer.body["taskSid"] in {task.sid for task in tasks}


def assert_no_other_agent_moves_it(running: Deployment, customer: Served, target: str) -> None:
    """Check that a request of Ben, who forged his own task, changes nothing."""
    before = everything_of(customer)
    answer = running.transfer(customer.task_sid, target, "ben")
    assert answer.status == HTTPStatus.FORBIDDEN, answer.text
    assert everything_of(customer) == before


def leaves_doubt(case: Case) -> bool:
    """Whether the new task may appear after the second request looked for it."""
    return case.fault == AFTER_THE_ANSWER and case.call.creates


def leading(customer: Served) -> list[Task]:
    """The open tasks that lead to the customer, without those whose agent was closed: they end."""
    participants = customer.centre.account.flex.participants
    closed = {one.task_sid for one in list(participants.values()) if not one.present}
    return [task for task in customer.leading_to_customer() if task.sid not in closed]


def everything_of(customer: Served) -> dict[str, tuple[str, dict[str, Any]]]:
    """The status and the attributes of the customer's open tasks and of the original."""
    tasks = {customer.task_sid, *(task.sid for task in customer.leading_to_customer())}
    return state_of(customer.centre, tasks)


def state_of(centre: ContactCentre, task_sids: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    """The status and the attributes of tasks."""
    return {
        sid: (str(centre.workspace.task(sid).status), centre.attributes(sid)) for sid in task_sids
    }
