"""Puts virtual time, seeded random numbers and coroutines into the functions."""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random, SystemRandom
from types import ModuleType, SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

import get_workflows  # noqa: F401 - what is patched has to be imported
import transfer_chat
import transfer_events
from chat_transfer.twilio.context import WarmCache
from chat_transfer.twilio.retries import RANDOM, Budget
from tests.simulation.coroutines import Scheduler, Threads

OURS = ("chat_transfer", "transfer_chat", "transfer_events", "tenacity")


class VirtualTime:
    """What `time` is for the functions, and for tenacity.

    Parameters
    ----------
    start : float
        The beginning, in seconds since the epoch.
    """

    def __init__(self, scheduler: Scheduler, start: float) -> None:
        self._scheduler = scheduler
        self._start = start

    def time(self) -> float:
        """Seconds since the epoch."""
        return self._start + self._scheduler.now

    def time_ns(self) -> int:
        """Nanoseconds since the epoch."""
        return int(self.time() * 1e9)

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return 1000.0 + self._scheduler.now

    perf_counter = monotonic

    def sleep(self, seconds: float) -> None:
        """Let the thread wait."""
        self._scheduler.sleep(seconds)


class Current:
    """Stands in the functions' modules, and leads to the sequence that runs now."""

    def __init__(self) -> None:
        self.scheduler: Scheduler
        self.time: VirtualTime
        self.random: Random

    def begin(self, scheduler: Scheduler, start: float, random: Random) -> None:
        """Begin another sequence."""
        self.scheduler, self.random = scheduler, random
        self.time = VirtualTime(scheduler, start)

    def runtime(self) -> Any:
        """The runtime of the execution environment that runs now."""
        assert self.scheduler.current is not None
        return self.scheduler.current.owner.runtime  # type: ignore[attr-defined]

    def uuid4(self) -> UUID:
        """A seeded UUID."""
        return UUID(int=self.random.getrandbits(128), version=4)


@contextmanager
def virtual() -> Iterator[Current]:
    """Patch all modules of the functions, and tenacity."""
    current = Current()
    clock = SimpleNamespace(
        **{
            name: _forward(current, name)
            for name in ("time", "time_ns", "monotonic", "perf_counter", "sleep")
        }
    )
    random = SimpleNamespace(
        uniform=lambda low, high: current.random.uniform(low, high),
        shuffle=lambda items: current.random.shuffle(items),
    )
    with pytest.MonkeyPatch.context() as patch:
        for module in _modules():
            for name, value in vars(module).copy().items():
                if value is time:
                    patch.setattr(module, name, clock)
                elif value is RANDOM or isinstance(value, SystemRandom):
                    patch.setattr(module, name, random)
                elif value is uuid4:
                    patch.setattr(module, name, lambda: current.uuid4())
                elif value is ThreadPoolExecutor:
                    patch.setattr(module, name, lambda most, **_: Threads(current.scheduler, most))
        for module in (transfer_chat, transfer_events):
            patch.setattr(module, "runtime", lambda: current.runtime())
        monotonic = clock.monotonic
        budgets: tuple[Any, ...] = (Budget.of_invocation, Budget.of_looks)
        for made in budgets:
            patch.setattr(made.__func__, "__defaults__", (monotonic,))
        patch.setattr(WarmCache.__init__, "__defaults__", (monotonic,))
        yield current


def _forward(current: Current, name: str) -> Any:
    return lambda *arguments: getattr(current.time, name)(*arguments)


def _modules() -> list[ModuleType]:
    return [module for name, module in list(sys.modules.items()) if name.split(".")[0] in OURS]
