"""The program, whose own time-outs a deployment's have to fit."""

from tests.infra.conftest import production

__all__ = ["production"]
