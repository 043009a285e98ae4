"""One run of the program for all tests that only read what it declares."""

import pytest

from tests.infra.declared import CONFIG, OFFERS, PRODUCTION, Program, declare


@pytest.fixture(scope="session")
def program() -> Program:
    """What the program declares with settings as in development."""
    return declare()


@pytest.fixture(scope="session", params=[{}, OFFERS], ids=["without-offers", "with-offers"])
def production(request: pytest.FixtureRequest) -> Program:
    """What the program declares with settings as in Pulumi.production.yaml, in both its shapes."""
    return declare({**PRODUCTION, **request.param}, stack="production")


@pytest.fixture(scope="session")
def with_offers() -> Program:
    """What the program declares with settings as in development, and offers."""
    return declare({**CONFIG, **OFFERS})
