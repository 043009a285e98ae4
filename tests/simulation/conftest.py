"""The patched functions, once for a worker."""

from collections.abc import Iterator

import pytest

from tests.functions.conftest import Aws, moto
from tests.simulation.sequences import Simulation, simulation


@pytest.fixture(scope="module")
def simulated() -> Iterator[Simulation]:
    """Functions that run in virtual time."""
    with simulation() as running:
        yield running


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    """Moto, which says what DynamoDB does."""
    with moto() as clients:
        yield clients
