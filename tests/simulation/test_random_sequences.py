"""Random sequences of agents, requests, faults and kills: the principles hold in all of them.

A normal run has the same 1,000 each time. ``SIMULATED_SEQUENCES`` draws so many others;
``TRANSFER_TEST_SEED`` draws those of an earlier run again.
A failing one is shrunk, and printed with its log. ``SIMULATED_SEED`` runs one alone.
"""

import os

import pytest

from tests.sampling import SEED
from tests.simulation.plans import drawn
from tests.simulation.sequences import Simulation

DRAWN = os.environ.get("SIMULATED_SEQUENCES")
COUNT = int(DRAWN or 1000)
ONE = os.environ.get("SIMULATED_SEED")
# Parts that pytest-xdist's workers share out.
PARTS = 1 if ONE else 20


@pytest.mark.timeout(24 * 60 * 60 if COUNT > 1000 else 300)
@pytest.mark.parametrize("part", range(PARTS))
def test_the_principles_hold_in_random_sequences(simulated: Simulation, part: int) -> None:
    # The same ones each time, but at night: a defect that is older than a change does not stop it.
    first = int(SEED) * 1_000_000 if DRAWN else 0
    seeds = [int(ONE)] if ONE else range(first + part, first + COUNT, PARTS)
    for seed in seeds:
        told = simulated.failure(drawn(seed))
        assert told is None, f"SIMULATED_SEED={seed}\n{told}"
