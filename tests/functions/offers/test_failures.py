"""Each call of an offer, its acceptance and its taking back fails, or is the last before a kill.

The customer never is without an agent while one was there before; at most the next look of the
schedule later, one agent has the customer, or the offer is open; who accepts that has the customer
after one more look; and the same request ends well.
"""

import contextlib
from collections.abc import Callable, Mapping
from itertools import product
from types import MappingProxyType

import pytest

from chat_transfer.twilio import client
from tests.functions.conftest import Aws
from tests.functions.cutting import CutOff, cut_off
from tests.functions.failures.switches import POSITIONS
from tests.functions.failures.table_faults import TableFaults
from tests.functions.failures.twilio_faults import (
    FAULTS,
    LATE_FAULTS,
    READ_SECONDS,
    fail,
    let_all_take_effect,
)
from tests.functions.locks import let_locks_run_out
from tests.functions.offers.conftest import Offering
from tests.functions.recording import CLOSE, SID, TASKS, Call
from twilio_emulator.taskrouter.lifecycle import cancel

ALL_FAULTS = {**FAULTS, **LATE_FAULTS}
CHANNEL = f"/flex-api/v1/Interactions/{SID}/Channels/{SID}"
TASK = f"{TASKS}/{SID}"
CALLS = (
    *(Call("GET", TASK, nth) for nth in (1, 2, 3, 4)),
    Call("GET", f"{TASK}/Reservations", 1),
    Call("GET", f"{CHANNEL}/Participants", 1),
    Call("GET", f"{CHANNEL}/Invites", 1),
    Call("GET", CHANNEL, 1),
    Call("POST", f"{CHANNEL}/Invites", 1),
    CLOSE,
    Call("POST", TASK, 1),
)
# What affects conversations.
SWITCHES = [name for name, one in POSITIONS.items() if "conversation" in one.kinds]


THEN = ("accepted", "asked for again")


def is_offered(offering: Offering) -> None:
    """Ana offers the customer to Ben."""
    offering.offer()


def is_accepted(offering: Offering) -> None:
    """The queue delivers the event of an acceptance."""
    offering.event(_made(offering))


def is_declined(offering: Offering) -> None:
    """The queue delivers the event of a task whose time is up."""
    offering.event(_made(offering))


def is_taken_back(offering: Offering) -> None:
    """Ana takes the offer back."""
    offering.take_back()


def is_taken_back_while_it_is_accepted(offering: Offering) -> None:
    """Ana takes the offer back before the event of its acceptance has come."""
    offering.take_back()


def is_taken_back_while_ana_leaves(offering: Offering) -> None:
    """A supervisor takes the offer back, and Ana has just completed her task."""
    offering.take_back("sam")


def is_offered_to_another(offering: Offering) -> None:
    """Ana offers the customer to Carla, which takes the first offer back."""
    offering.offer("carla")


def is_handed_over_now(offering: Offering) -> None:
    """Ana does not wait any longer."""
    offering.offer(hand_over="now")


ACTS: Mapping[str, Callable[[Offering], None]] = MappingProxyType(
    {
        act.__name__: act
        for act in (
            is_offered,
            is_accepted,
            is_declined,
            is_taken_back,
            is_taken_back_while_it_is_accepted,
            is_taken_back_while_ana_leaves,
            is_offered_to_another,
            is_handed_over_now,
        )
    }
)


# Each with one of the two ends, so that neighbours have different ones.
CASES = [
    (act, call, fault, THEN[(i + j + k) % len(THEN)])
    for i, act in enumerate(ACTS)
    for j, call in enumerate(CALLS)
    for k, fault in enumerate(ALL_FAULTS)
]


def begin(offering: Offering, act: str) -> None:
    """Bring the offer to where the act begins."""
    if act != "is_offered":
        assert offering.offer().status == 202
        prepare(offering, act)


def prepare(offering: Offering, act: str) -> None:
    """Let happen to the offer what is before the act."""
    centre, made = offering.running.twilio.centre, _made(offering)
    if act in {"is_accepted", "is_taken_back_while_it_is_accepted"}:
        centre.accept(made)
    elif act == "is_declined":
        with centre.account.lock:
            cancel(centre.workspace, centre.workspace.task(made), "Its time is up")
    elif act == "is_taken_back_while_ana_leaves":
        centre.complete(offering.task_sid)


def assert_an_agent_is_there(offering: Offering) -> None:
    """Check that the customer has an agent, or was handed over to a task that waits for one."""
    tasks = {task.sid for task in offering.tasks()}
    assert tasks, "the customer has no task"
    assert offering.agents() or offering.task_sid not in tasks, "the customer has no agent"
    assert offering.customer.room_is_open()


def assert_settled(offering: Offering, act: str, then: str = "accepted") -> None:
    """Check what the customer has once nothing fails any more and the schedule has looked."""
    assert_an_agent_is_there(offering)
    if act in {"is_accepted", "is_taken_back_while_it_is_accepted"}:
        assert offering.agents() == {"ben"}
        assert offering.state() == "accepted"
        return
    assert offering.agents() <= {"ana"}
    if act == "is_declined":
        assert offering.state() == "declined"
    if then == "accepted":
        assert_taken_by_who_accepts(offering, act)
    elif act != "is_taken_back_while_ana_leaves":  # there is no task any more to ask for
        assert_ends_well_when_asked_for_again(offering, act)


def assert_taken_by_who_accepts(offering: Offering, act: str) -> None:
    """Let an agent accept what is open, or offered again, and look: they have the customer then."""
    target = "carla" if act == "is_offered_to_another" else "ben"
    centre = offering.running.twilio.centre
    if [task.sid for task in offering.tasks()] == [offering.task_sid]:
        assert offering.offer(target).status == 202
    [made] = [task.sid for task in offering.tasks() if task.sid != offering.task_sid]
    is_open = offering.ask().body["state"] == "offered"
    agent = centre.accept(made)

    assert offering.event(made)
    offering.schedule()

    if not is_open:  # what is left of a transfer that is no offer only a request ends
        assert act == "is_handed_over_now"
        answer = offering.offer(hand_over="now")
        assert (answer.status, answer.body["taskSid"]) == (200, made), answer.text
    assert offering.agents() == {agent}
    assert [task.sid for task in offering.tasks()] == [made]


def assert_ends_well_when_asked_for_again(offering: Offering, act: str) -> None:
    """Send the last request again, and take back what is open then."""
    answer = offering.offer("carla" if act == "is_offered_to_another" else "ben")
    assert answer.status in {200, 202}, answer.text
    assert_an_agent_is_there(offering)
    is_open = answer.status == 202
    assert len(offering.tasks()) == 1 + is_open, f"{len(offering.tasks())} tasks: {answer.text}"
    if is_open:
        assert offering.take_back().body["state"] == "cancelled"
        assert [task.sid for task in offering.tasks()] == [offering.task_sid]


@pytest.mark.sampled(30)
@pytest.mark.parametrize(("act", "call", "fault", "then"), CASES, ids=str)
def test_an_offer_survives_a_call_to_twilio_that_fails(
    offering: Offering,
    monkeypatch: pytest.MonkeyPatch,
    act: str,
    call: Call,
    fault: str,
    then: str,
) -> None:
    begin(offering, act)
    offering.running.twilio.journal.clear()
    fail(offering.running, call, ALL_FAULTS[fault])
    with monkeypatch.context() as patch:
        patch.setattr(client, "READ_SECONDS", READ_SECONDS)
        ACTS[act](offering)
    assert_an_agent_is_there(offering)
    offering.running.twilio.faults.clear()
    let_all_take_effect(offering.running, 0)

    offering.schedule()

    assert_settled(offering, act, then)


@pytest.mark.sampled(15)
@pytest.mark.parametrize(
    ("act", "switch", "fault"),
    [*product(ACTS, SWITCHES, ["none", "closed before", "closed after it took effect, always"])],
)
def test_an_offer_is_right_whatever_the_documentation_leaves_open(
    offering: Offering, act: str, switch: str, fault: str
) -> None:
    settings = offering.running.twilio.centre.account.settings
    position = POSITIONS[switch]
    with offering.running.twilio.centre.account.lock:
        settings.change(position.switches)
    begin_late(offering, act, position.delay)
    offering.running.twilio.journal.clear()
    if fault != "none":
        for call in (one for one in CALLS if one.method == "POST"):
            fail(offering.running, call, FAULTS[fault])

    ACTS[act](offering)

    assert_an_agent_is_there(offering)
    offering.running.twilio.faults.clear()
    let_all_take_effect(offering.running, position.delay)
    offering.schedule()
    let_all_take_effect(offering.running, position.delay)
    if not settings.cancels_interaction_tasks:
        assert_an_agent_is_there(offering)
        return
    with offering.running.twilio.centre.account.lock:
        settings.restore()
    assert_settled(offering, act)


def begin_late(offering: Offering, act: str, delay: float) -> None:
    """Begin where an invite's task may come late: its offer is in doubt until then."""
    if act == "is_offered":
        return
    answer = offering.offer()
    if answer.status != 202:
        assert answer.body["rolledBack"] is False
        let_all_take_effect(offering.running, delay)
        offering.schedule()
        assert offering.state() == "offered"
    prepare(offering, act)


@pytest.mark.sampled(15)
@pytest.mark.parametrize("then", THEN)
@pytest.mark.parametrize(("act", "call"), [*product(ACTS, CALLS)], ids=str)
def test_an_offer_survives_a_function_that_is_killed(
    offering: Offering, aws: Aws, act: str, call: Call, then: str
) -> None:
    begin(offering, act)
    with cut_off(offering.running, call), contextlib.suppress(CutOff):
        ACTS[act](offering)
    assert_an_agent_is_there(offering)
    let_locks_run_out(aws)

    offering.schedule()

    assert_settled(offering, act, then)


@pytest.mark.sampled(20)
@pytest.mark.parametrize("lasts", ["once", "to the end"])
@pytest.mark.parametrize("lost", [False, True], ids=["refused", "unanswered"])
@pytest.mark.parametrize("then", THEN)
@pytest.mark.parametrize(("act", "nth"), [*product(ACTS, range(9))])
def test_an_offer_survives_a_call_to_the_table_that_fails(
    offering: Offering,
    aws: Aws,
    table: TableFaults,
    act: str,
    nth: int,
    lost: bool,
    lasts: str,
    then: str,
) -> None:
    table.pass_all()
    begin(offering, act)
    table.fail(nth, nth if lasts == "once" else 99, takes_effect=lost)

    ACTS[act](offering)

    assert_an_agent_is_there(offering)
    table.pass_all()
    let_locks_run_out(aws)
    offering.schedule()
    assert_settled(offering, act, then)


def _made(offering: Offering) -> str:
    """The task that is or was offered last."""
    centre = offering.running.twilio.centre
    with centre.account.lock:
        tasks = list(centre.workspace.tables.tasks.values())
    made = [task.sid for task in tasks if task.attribute("transferredFrom") == offering.task_sid]
    return made[-1]
