"""How much of a large set of cases a run takes: a random sample, or all of it.

Two environment variables decide: ``FULL_MATRIX=1`` takes everything, ``TRANSFER_TEST_SEED`` draws
the sample of an earlier run again. A case that failed can also be run by its identifier alone.
"""

import os
import random
from collections.abc import Sequence

import pytest

IS_FULL = os.environ.get("FULL_MATRIX") == "1"
# Set here, so that the workers of pytest-xdist, which have to collect the same tests, inherit it.
SEED = os.environ.setdefault(
    "TRANSFER_TEST_SEED", str(random.SystemRandom().randrange(1_000_000_000))
)
TIMES_LARGER = 10


def sampled(items: Sequence[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Draw from the cases of each test that is marked with ``sampled(count)``.

    Returns
    -------
    tuple of list of Item
        What is run, in its order, and what is left out.
    """
    if IS_FULL:
        return list(items), []
    cases: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sampled"):
            cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
    left_out: set[pytest.Item] = set()
    for test, of_test in cases.items():
        marker = of_test[0].get_closest_marker("sampled")
        count = marker.args[0] if marker else 0
        draw = random.Random(f"{SEED} {test}")  # noqa: S311 - nothing to keep secret
        drawn = draw.sample(of_test, min(count, len(of_test)))
        left_out.update(set(of_test) - set(drawn))
    return [one for one in items if one not in left_out], [one for one in items if one in left_out]


def examples(count: int) -> int:
    """Tell how many examples hypothesis tries if it would be so many in a sample."""
    return count * TIMES_LARGER if IS_FULL else count
