"""The program, whose timeouts a deployment must allow for."""

from tests.infra.conftest import production

__all__ = ["production"]
