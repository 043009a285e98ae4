"""Makes a failing sequence short: what is left out, it fails without."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.simulation.plans import Plan


def shrunk(plan: Plan, fails: Callable[[Plan], bool]) -> Plan:
    """Drop steps, faults and switches one after the other while it still fails in the same way."""
    changed = True
    while changed:
        changed = False
        for simpler in _simpler(plan):
            if fails(simpler):
                plan, changed = simpler, True
                break
    return plan


def _simpler(plan: Plan) -> Iterator[Plan]:
    steps, faults = plan.steps, plan.faults
    for size in (4, 2, 1):
        for at in range(len(steps) - size, -1, -1):
            yield replace(plan, steps=steps[:at] + steps[at + size :])
    for at in range(len(faults)):
        yield replace(plan, faults=faults[:at] + faults[at + 1 :])
    for name in plan.switches:
        kept = {one: value for one, value in plan.switches.items() if one != name}
        yield replace(plan, switches=kept)
    if plan.index_lag:
        yield replace(plan, index_lag=0.0)
    if plan.hand_over not in {"now", ""}:
        yield replace(plan, hand_over="now")
    for at, fault in enumerate(faults):
        if fault.times > 1:
            yield replace(plan, faults=(*faults[:at], replace(fault, times=1), *faults[at + 1 :]))
    for at, step in enumerate(steps):
        if step.pause is not None:
            yield replace(plan, steps=(*steps[:at], replace(step, pause=None), *steps[at + 1 :]))
