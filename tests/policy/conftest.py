"""The program's resources, once a session."""

import pytest

from tests.infra.conftest import production
from tests.infra.declared import CONFIG, DOMAIN, OFFERS, declare
from tests.policy.declared import resources_of
from transfer_policy.rule import Resource

__all__ = ["production"]


@pytest.fixture(scope="session")
def resources() -> list[Resource]:
    """What the program declares with offers, a canary, a domain and an address for alarms."""
    changes = {
        "canary": "true",
        "domainName": DOMAIN,
        "hostedZoneId": "Z1",
        "alarmEmail": "on-call@example.com",
    }
    return resources_of(declare({**CONFIG, **OFFERS}, **changes))
