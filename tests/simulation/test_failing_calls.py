"""Each call of each act fails in each way, for both kinds of task: the principles hold.

An act is recorded once as it goes when nothing fails; then each of its calls fails, one after the
other. What is asked again afterwards ends well too. Each case checks that its fault has happened.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType

import pytest

from tests.simulation.plans import ALWAYS, Plan, Step
from tests.simulation.sequences import Simulation
from tests.simulation.wire import (
    FAILED_AFTER,
    KILLS,
    LATE,
    LOST,
    NOT_CONNECTED,
    SILENT,
    STATUSES,
    TO_TABLE,
    TO_TWILIO,
    Fault,
)

ACT = 5
# A pause in which locks run out and the schedule looks.
LATER = 200.0
NOW = Step(0, "transfer", "ana", "dev", "now")
OFFER = Step(0, "transfer", "ana", "ben", "accepted")
ACCEPT = Step(1, "accept")
WARM = replace(OFFER, when="warm")
JOINED = (WARM, ACCEPT, Step(2, "hear"))

# What comes before an act, the act, and its kind of task.
ACTS: Mapping[str, tuple[str, tuple[Step, ...], Step]] = MappingProxyType(
    {
        "a chat is transferred": ("chat", (), NOW),
        "a chat is transferred to a workflow": ("chat", (), replace(NOW, to="Escalations")),
        "a conversation is transferred": ("conversation", (), NOW),
        "a conversation is transferred to a workflow": (
            "conversation", (), replace(NOW, to="Escalations"),
        ),
        "a transfer is asked for again": ("conversation", (NOW,), Step(0, "again")),
        "a conversation is offered": ("conversation", (), OFFER),
        "an offer is accepted": ("conversation", (OFFER, ACCEPT), Step(0, "hear")),
        "an offer is declined": ("conversation", (OFFER, Step(1, "reject")), Step(0, "hear")),
        "an offer is over": ("conversation", (OFFER, Step(1, "cancel")), Step(0, "hear")),
        "an offer's agent leaves": ("conversation", (OFFER, Step(1, "leave")), Step(0, "hear")),
        "an offer is looked at": ("conversation", (OFFER,), Step(0, "look")),
        "an offer is taken back": ("conversation", (OFFER,), Step(0, "take_back")),
        "an offer is taken back when accepted": (
            "conversation", (OFFER, ACCEPT), Step(0, "take_back"),
        ),
        "an offer is taken back when its agent leaves": (
            "conversation", (OFFER, Step(1, "leave")), Step(0, "take_back"),
        ),
        "an offer is made to another": (
            "conversation", (OFFER,), replace(OFFER, to="carla"),
        ),
        "an offer is transferred now": ("conversation", (OFFER,), replace(OFFER, when="now")),
        "an agent joins": ("conversation", (WARM, ACCEPT), Step(0, "hear")),
        "who has joined is looked at": ("conversation", JOINED, Step(0, "look")),
        "who has joined leaves": (
            "conversation", (*JOINED, Step(3, "leave", "ben")), Step(0, "hear"),
        ),
        "who has joined is sent away": ("conversation", JOINED, Step(0, "take_back")),
        "the first agent leaves to who has joined": ("conversation", JOINED, Step(0, "hand_on")),
        "the first agent leaves in Flex": (
            "conversation", (*JOINED, Step(3, "leave", "ana")), Step(0, "hear"),
        ),
    }
)  # fmt: skip

WAYS: Mapping[str, Fault] = MappingProxyType(
    {
        "lost": Fault("", LOST),
        "lost always": Fault("", LOST, times=ALWAYS),
        "late": Fault("", LATE, seconds=2.0),
        "late always": Fault("", LATE, seconds=2.0, times=ALWAYS),
        "later than its answer": Fault("", LATE, seconds=8.0, times=ALWAYS),
        "a minute late": Fault("", LATE, seconds=60.0),
        "silent": Fault("", SILENT),
        "silent always": Fault("", SILENT, times=ALWAYS),
        "not connected": Fault("", NOT_CONNECTED),
        "not connected always": Fault("", NOT_CONNECTED, times=ALWAYS),
        "failed after": Fault("", FAILED_AFTER),
        "failed after always": Fault("", FAILED_AFTER, times=ALWAYS),
        **{kind: Fault("", kind) for kind in KILLS},
        **{
            f"{status}{' always' * (times > 1)}": Fault("", kind, times=times)
            for kind, status in STATUSES.items()
            for times in (1, ALWAYS)
            if status in {400, 401, 412, 429, 500, 503}
        },
    }
)


@cache
def plan_of(act: str, then: str) -> Plan:
    """The sequence of an act, and of what is done some minutes later."""
    kind, before, step = ACTS[act]
    act_step = replace(step, number=ACT, pause=LATER)
    return Plan(7, kind=kind, events=False, steps=(*before, act_step, Step(ACT + 1, then)))


def calls_of(simulated: Simulation, plan: Plan) -> list[str]:
    """The calls of the act, when nothing fails."""
    world, broken = simulated.run(plan)
    assert broken is None, broken
    [invocation] = [one for one in world.invocations if one.name == str(ACT)]
    assert invocation.calls
    return invocation.calls


def at(calls: list[str], nth: int, way: str) -> Fault:
    """The fault of a call, and of those after it to the same side, if it lasts."""
    side = TO_TWILIO if re.match(TO_TWILIO, calls[nth]) else TO_TABLE
    before = [one for one in calls[:nth] if re.match(side, one)]
    return replace(WAYS[way], of=str(ACT), nth=len(before), match=side)


@pytest.mark.sampled(16)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("act", ACTS)
def test_the_principles_hold_if_a_call_fails(simulated: Simulation, act: str, way: str) -> None:
    calls = calls_of(simulated, plan_of(act, "again"))
    for nth, call in enumerate(calls):
        plan = replace(plan_of(act, ("again", "accept")[nth % 2]), faults=(at(calls, nth, way),))

        world, broken = simulated.run(plan)

        assert broken is None, f"{call}\n{simulated.failure(plan)}"
        hit = [fault for one in world.invocations for fault in one.hit]
        assert hit, f"nothing happened to {call}"
