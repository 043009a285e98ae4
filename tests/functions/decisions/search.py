"""A breadth-first search through everything that can happen in a small world."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.functions.decisions.driven import Machine, driven
from tests.functions.decisions.happenings import LOOK, begun, happenings, of_run
from tests.functions.decisions.principles import check, is_quiet
from tests.functions.decisions.telling import told
from tests.functions.decisions.world import Broken, Rules, World

MOST_LOOKS = 8
MOST_CALLS = 100


@dataclass(frozen=True)
class Found:
    """What a search has come to.

    Attributes
    ----------
    broken : str or None
        The principle that does not hold; None if all do.
    sequence : tuple of str
        The shortest way to that.
    is_complete : bool
        Whether everything that can happen was tried.
    """

    worlds: int
    seconds: float
    broken: str | None = None
    sequence: tuple[str, ...] = ()
    is_complete: bool = True

    def __str__(self) -> str:
        text = f"{self.worlds} worlds in {self.seconds:.1f} s"
        if not self.is_complete:
            text += ", and there are more"
        return "\n".join(filter(None, (text, self.broken, *self.sequence)))


def search(world: World, rules: Rules | None = None, *, seconds: float = 60.0) -> Found:
    """Try everything that can happen, shortest sequences first, until a principle is broken.

    So many seconds of a processor: on a machine that is busy, a search comes as far.
    """
    with driven(), no_garbage():
        return _Search(rules or Rules(), seconds).search(world)


@contextmanager
def no_garbage() -> Iterator[None]:
    """Look for no garbage: a search keeps all that it makes, and looking takes a quarter of it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class _Search:
    def __init__(self, rules: Rules, seconds: float) -> None:
        self._rules, self._machine = rules, Machine()
        self._began = time.thread_time()
        self._seconds = seconds
        self._came: dict[World, tuple[World | None, tuple[object, ...]]] = {}
        self._checked: set[World] = set()

    def search(self, world: World) -> Found:
        self._came[world] = (None, ())
        layer = [world]
        while layer:
            layer_after: list[World] = []
            for one in layer:
                if time.thread_time() - self._began > self._seconds:
                    return self._found(is_complete=False)
                looks: list[str] = []
                try:
                    if is_quiet(one):
                        self._settle(one, looks)
                    looks = []
                    for text, after in happenings(one, self._machine, self._rules):
                        if after not in self._came:
                            self._came[after] = one, text
                            layer_after.append(after)
                except Broken as broken:
                    return self._found(str(broken), (*self._story(one), *looks))
            layer = layer_after
        return self._found()

    def _found(
        self, broken: str | None = None, story: tuple[str, ...] = (), *, is_complete: bool = True
    ) -> Found:
        seconds = time.thread_time() - self._began
        return Found(len(self._came), seconds, broken, story, is_complete)

    def _story(self, last: World) -> tuple[str, ...]:
        texts: list[str] = []
        one: World | None = last
        while one is not None:
            one, text = self._came[one]
            texts.append(told(text))
        return tuple(reversed(texts[:-1]))

    def _settle(self, world: World, looks: list[str]) -> None:
        """Let the schedule look until nothing changes, and hold that to the principles."""
        world = world._replace(faults=0, kills=0, acts=0, asks=())
        if world in self._checked:
            return
        self._checked.add(world)
        looks.append("the schedule looks until nothing changes:")
        for _ in range(MOST_LOOKS):
            after = self._looked(world, looks)
            if after == world:
                check(world)
                return
            world = after
        raise Broken("the schedule comes to no rest (9)")

    def _looked(self, world: World, looks: list[str]) -> World:
        """The world after a look that meets no fault."""
        if not world.record.is_unfinished:
            return world
        world = begun(world, LOOK, self._machine)
        for _ in range(MOST_CALLS):
            text, world = next(of_run(world, self._machine, self._rules))
            looks.append(told(text))
            if world.run is None:
                return world
        raise Broken("a look does not end")
