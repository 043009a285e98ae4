"""How many open offers the schedule looks at in its minute, if each call of Twilio takes 0.25 s.

In virtual time: the limit is that of the function's time and of its looks at the same time,
however busy this machine is. What a look takes of a processor, `make bench` measures.
"""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.simulation.environments import Invocation
from tests.simulation.plans import Plan
from tests.simulation.sequences import Simulation
from tests.simulation.wire import SLOW, TO_TWILIO, Fault
from tests.simulation.world import EVENTS_SECONDS, World
from transfer_events import LOOKS

# A tenth of the function's time: the emulated TaskRouter routes all that wait at each change.
SECONDS = EVENTS_SECONDS / 10
CALL_SECONDS, TABLE_SECONDS = 0.25, 0.01
PAGE = Path(__file__).resolve().parents[2] / "docs" / "observability.md"
RUN = "the schedule's run"


def stated() -> int:
    """The limit that the page states."""
    [number] = re.findall(r"([0-9,]+) conversations a minute", PAGE.read_text())
    return int(number.replace(",", ""))


def many_offers(simulated: Simulation, count: int) -> tuple[World, set[str]]:
    """So many conversations that wait for one agent; the new tasks."""
    slow = Fault(RUN, SLOW, times=10**9, seconds=CALL_SECONDS - TABLE_SECONDS / 2, match=TO_TWILIO)
    world = simulated.begin(Plan(1, hand_over="accepted", events=False, faults=(slow,)))
    world.ticks = False
    # They watch over one customer.
    ignored: Any = SimpleNamespace(check=lambda: None, note=lambda *_: None, ended=lambda _: None)
    world.principles = ignored
    centre = world.centre
    fields = {"Token": centre.token_of("ana"), "targetSid": centre.workers["dev"]}
    for number in range(count):
        task_sid = centre.conversation_task()
        world.transfer(f"offer {number}", {**fields, "taskSid": task_sid})
    world.scheduler.run(10.0, lambda: not world.running())
    made = {task.sid for task in centre.open_tasks("transferHandOver", "accepted")}
    assert len(made) == count
    return world, made


def test_a_minute_suffices_for_as_many_offers_as_the_page_says(
    simulated: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Invocation, "latency", lambda _: TABLE_SECONDS / 2)
    limit = stated() * (SECONDS - 1) / (EVENTS_SECONDS - 1)
    world, made = many_offers(simulated, int(limit * 1.5))
    monkeypatch.setattr("tests.simulation.world.EVENTS_SECONDS", SECONDS)

    run = world.look(RUN)
    world.scheduler.run(world.scheduler.now + 60.0, lambda: not world.running())

    looked_at = {call.rpartition("/")[2] for call in run.calls} & made
    assert not run.is_killed
    # The last ones may have been cut off.
    assert limit <= len(looked_at) - LOOKS < 1.1 * limit
