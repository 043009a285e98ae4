"""No order of calls, faults and acts in a small world breaks a principle, see `search`."""

import pytest

from tests.functions.decisions.scenarios import LONG, QUICK, Scenario
from tests.functions.decisions.search import search
from tests.functions.decisions.world import Rules
from tests.sampling import IS_FULL

LONGEST_SECONDS = 900


@pytest.mark.timeout(LONGEST_SECONDS + 60)
@pytest.mark.parametrize("scenario", QUICK + LONG * IS_FULL, ids=str)
def test_no_interleaving_breaks_a_principle(scenario: Scenario) -> None:
    found = search(scenario.world(), scenario.rules(), seconds=LONGEST_SECONDS)
    assert found.broken is None, str(found)
    assert found.is_complete, str(found)


def test_closed_participants_may_be_listed() -> None:
    found = search(QUICK[0].world(), Rules(closed_are_listed=True))
    assert found.broken is None, str(found)
