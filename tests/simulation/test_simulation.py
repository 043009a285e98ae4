"""The simulation itself: it repeats, it finds what is broken, and it makes that short."""

import pytest

from tests.simulation.plans import drawn
from tests.simulation.sequences import Simulation


@pytest.mark.parametrize("seed", range(12))
def test_the_same_seed_gives_the_same_log(simulated: Simulation, seed: int) -> None:
    logs = [simulated.run(drawn(seed))[0].log for _ in range(2)]

    assert len(logs[0]) > 10
    assert logs[0] == logs[1]


def test_another_seed_gives_another_log(simulated: Simulation) -> None:
    assert simulated.run(drawn(1))[0].log != simulated.run(drawn(2))[0].log
