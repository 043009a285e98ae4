"""Whatever goes wrong at a call that changes something, and whichever way Twilio behaves.

A matrix: both kinds of task, each changing call of a healthy transfer, each fault, each switch of
the emulated Twilio, an agent and a workflow as target, and what is asked next. The customer always
has an open task; two only where the answer says so; no agent but the one who holds the task moves
it, whatever they wrote into attributes; and the next request ends well.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from itertools import product
from types import MappingProxyType
from typing import Any

import pytest

from chat_transfer.twilio import client
from local.twilio.centre import ContactCentre
from local.twilio.faults import Faults
from local.twilio.taskrouter.model import Task, TaskStatus
from tests.functions.conftest import Aws, Deployment, deployed, wait_shortly
from tests.functions.failures import test_twilio_calls
from tests.functions.lambda_events import Answer
from tests.functions.recording import KINDS, Call, cases
from tests.functions.served import Served, served

# How long a call waits for its answer, and when a late one takes effect: before a transfer ends,
# which searches for a new task 0.3 seconds long, or after it.
READ_SECONDS = 0.15
LATE_SECONDS = 0.3
MUCH_LATER_SECONDS = 0.8
# What a switch delays: longer than the search for a new task.
DELAY_SECONDS = 0.4
AFTER_THE_ANSWER = "takes effect after the answer"
NOT_CANCELLED = "interaction tasks not cancelled"

FAULTS: Mapping[str, Callable[[Faults, Call], None]] = MappingProxyType(
    {
        **test_twilio_calls.FAULTS,
        "takes effect late": lambda faults, call: faults.latency(
            LATE_SECONDS, **{**call.rule, "times": 1}
        ),
        "takes effect late, always": lambda faults, call: faults.latency(LATE_SECONDS, **call.rule),
        "takes effect after the answer, before the next request": lambda faults, call: (
            faults.latency(MUCH_LATER_SECONDS, **call.rule)
        ),
        AFTER_THE_ANSWER: lambda faults, call: faults.latency(MUCH_LATER_SECONDS, **call.rule),
    }
)
BOTH, CHAT, CONVERSATION = frozenset(KINDS), frozenset({"chat"}), frozenset({"conversation"})
JANITOR = [TaskStatus.COMPLETED, TaskStatus.CANCELED]


@dataclass(frozen=True, slots=True)
class Position:
    """Switches of the emulated Twilio that are not in their default position.

    Attributes
    ----------
    kinds : frozenset of str
        The kinds of task that it makes a difference to.
    delay : float
        Seconds until what it delays has taken effect.
    doubts : bool
        Whether a creation is in doubt for so long even where nothing goes wrong.
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
    """Whether a call of a transfer changes something in Twilio."""
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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    spoiled = [(kind, call) for kind, call in cases() if changes(call)]
    matrix = [
        Case(*one, fault, position, target, then)
        for one, fault, position, target, then in product(spoiled, FAULTS, POSITIONS, TARGETS, NEXT)
        if one[0] in POSITIONS[position].kinds
    ]
    metafunc.parametrize("case", matrix, ids=str)


@pytest.fixture(scope="module")
def running(aws: Aws) -> Iterator[Deployment]:
    """One deployment for all cases: each has a task of its own."""
    with deployed(aws) as deployment, pytest.MonkeyPatch.context() as patch:
        wait_shortly(patch)
        yield deployment


@pytest.fixture
def customer(running: Deployment, case: Case) -> Iterator[Served]:
    """A customer whom Ana serves, in an account that behaves as the case says."""
    centre = running.twilio.centre
    settings = centre.account.settings
    running.twilio.journal.clear()
    with centre.account.lock:
        settings.restore()
        # Since the waits between searches are shorter too.
        settings.change({**POSITIONS[case.position].switches, "evaluations_per_second": 30})
    customer = served(centre, KINDS[case.kind](centre))
    yield customer
    running.twilio.faults.clear()
    customer.forget()


@pytest.fixture
def forger(running: Deployment, customer: Served) -> str:
    """A task of Ben's, whose own customer's attributes claim that it came from Ana's."""
    centre = running.twilio.centre
    return centre.chat_task(
        "ben",
        transferredFrom=customer.task_sid,
        targetSid=centre.workers["ben"],
        transferTargetType="worker",
        ignoreWorkerSids=[centre.workers["ben"]],
        ignoreAgent="ana_40example_2Ecom",
    )


@pytest.mark.sampled(40)
def test_nobody_is_left_alone(
    running: Deployment, case: Case, customer: Served, forger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre, faults = running.twilio.centre, running.twilio.faults
    target = {**centre.workers, **centre.workflows}[case.target]
    mine = state_of(centre, [forger])
    FAULTS[case.fault](faults, case.call)
    with monkeypatch.context() as patch:
        patch.setattr(client, "READ_SECONDS", READ_SECONDS)
        first = running.transfer(customer.task_sid, target)
    faults.clear()

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
    if leaves_doubt(case):  # what a creation makes that late, the next request takes back
        third = running.transfer(customer.task_sid, other)
        assert (third.status, third.body.get("taskSid")) == (
            second.status,
            second.body.get("taskSid"),
        )
    assert leading(customer), second.text
    # A task that came later still stays where Twilio refuses to cancel it.
    if not (leaves_doubt(case) and case.position == NOT_CANCELLED):
        assert len(leading(customer)) == 1, second.text
    assert customer.room_is_open()
    assert_no_other_agent_moves_it(running, customer, target)
    assert state_of(centre, [forger]) == mine


def assert_served(customer: Served, answer: Answer) -> None:
    """Check that an open task leads to the customer, and two only where the answer says so."""
    tasks = leading(customer)
    assert tasks, f"the customer is alone: {answer.text}"
    assert len(tasks) == 1 or answer.body.get("rolledBack") is False, f"two tasks: {answer.text}"
    assert customer.room_is_open(), f"the channel is closed: {answer.text}"


def assert_ended_well(
    customer: Served, case: Case, answer: Answer, *, may_be_elsewhere: bool
) -> None:
    """Check an answer that nothing disturbs any more."""
    is_elsewhere = answer.body.get("code") == "transferred_elsewhere"
    assert answer.status == HTTPStatus.OK or (may_be_elsewhere and is_elsewhere), answer.text
    tasks = leading(customer)
    if not leaves_doubt(case):
        assert len(tasks) == 1, f"{len(tasks)} tasks: {answer.text}"
    assert customer.task_sid not in {task.sid for task in tasks}
    if answer.status == HTTPStatus.OK:
        assert answer.body["taskSid"] in {task.sid for task in tasks}


def assert_no_other_agent_moves_it(running: Deployment, customer: Served, target: str) -> None:
    """Check that Ben, with whatever he wrote into his own task, changes nothing."""
    before = everything_of(customer)
    answer = running.transfer(customer.task_sid, target, "ben")
    assert answer.status == HTTPStatus.FORBIDDEN, answer.text
    assert everything_of(customer) == before


def leaves_doubt(case: Case) -> bool:
    """Whether the new task may appear after the second request looked for it."""
    return case.fault == AFTER_THE_ANSWER and case.call.creates


def leading(customer: Served) -> list[Task]:
    """The open tasks that lead to the customer; not those whose agent was closed, and which end."""
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


def let_all_take_effect(running: Deployment, delay: float) -> None:
    """Wait for the calls that were given up, and for what a switch delays, in seconds."""
    deadline = time.monotonic() + 5
    while any(one.status is None and one.fault is None for one in running.twilio.journal):
        assert time.monotonic() < deadline, "a call is still under way"
        time.sleep(0.01)
    time.sleep(delay)
    running.twilio.centre.settle()
