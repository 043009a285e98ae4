"""The program's resources, once a session."""

import pytest

from tests.infra.conftest import production
from tests.infra.declared import CONFIG, OFFERS, declare
from tests.policy.declared import resources_of
from transfer_policy.rule import Resource

__all__ = ["production"]


@pytest.fixture(scope="session")
def resources() -> list[Resource]:
    """What the program declares with settings as in development, offers and a canary."""
    return resources_of(declare({**CONFIG, **OFFERS}, canary="true"))
