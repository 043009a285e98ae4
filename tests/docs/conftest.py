"""The program, which the pages describe."""

from tests.infra.conftest import production

__all__ = ["production"]
