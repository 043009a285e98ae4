"""One run of the program for all tests that only read what it declares."""

import pytest

from tests.infra.declared import Program, declare


@pytest.fixture(scope="session")
def program() -> Program:
    """What the program declares with settings as in development."""
    return declare()
