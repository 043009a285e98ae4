"""Coroutines in virtual time: what would be a thread or a function runs in a greenlet.

One scheduler runs them, one after the other, and moves the time to whatever is due next. So the
same program does the same in the same order, however busy the machine is.
"""

import heapq
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, Protocol

from greenlet import getcurrent, greenlet


class KilledError(BaseException):
    """The function of this coroutine is killed: not an `Exception`, so no code handles it."""


class Owner(Protocol):
    """A function that is running, with all its coroutines."""

    is_killed: bool

    def resume(self, coroutine: "Coroutine") -> bool:
        """Prepare to go on with one of its coroutines; False if it is not to go on now."""

    def suspend(self) -> None:
        """Take what the coroutine has left in the process."""


class Coroutine:
    """One thread of a function.

    Attributes
    ----------
    is_done : bool
        Whether it has returned or raised.
    """

    def __init__(self, scheduler: "Scheduler", owner: Owner, run: Callable[[], Any]) -> None:
        self.owner = owner
        self.is_done = False
        self.returned: Any = None
        self.raised: BaseException | None = None
        self._scheduler = scheduler
        self._run = run
        self._greenlet = greenlet(self._main, parent=scheduler.hub)
        self._when_done: list[Callable[[], None]] = []

    def _main(self) -> None:
        try:
            self.returned = self._run()
        except BaseException as error:  # noqa: BLE001 - who asks for the result gets it
            self.raised = error

    def go_on(self) -> None:
        """Run it until it waits again."""
        if self.is_done or not self.owner.resume(self):
            return
        previous, self._scheduler.current = self._scheduler.current, self
        self._greenlet.switch()
        self._scheduler.current = previous
        self.owner.suspend()
        self._note_end()

    def kill(self) -> None:
        """Unwind it: whatever it still calls raises `KilledError`."""
        if not self._greenlet:  # it has not begun
            self.is_done, self.raised = True, KilledError()
        elif not self.is_done:
            previous, self._scheduler.current = self._scheduler.current, self
            self._greenlet.throw(KilledError)
            self._scheduler.current = previous
            assert self._greenlet.dead, "a killed coroutine goes on"
            self._note_end()

    def when_done(self, act: Callable[[], None]) -> None:
        """Call this as soon as it has ended."""
        if self.is_done:
            act()
        else:
            self._when_done.append(act)

    def _note_end(self) -> None:
        if self._greenlet.dead and not self.is_done:
            self.is_done = True
            for act in self._when_done:
                act()


class Scheduler:
    """Runs what is due, in the order of the virtual time.

    Attributes
    ----------
    now : float
        Seconds since the beginning.
    current : Coroutine or None
        The one that runs now.
    hub : greenlet
        The one that runs the others.
    """

    def __init__(self, moved: Callable[[float], None] = lambda _: None) -> None:
        self.now = 0.0
        self.current: Coroutine | None = None
        self._moved = moved
        self.hub = getcurrent()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    def at(self, moment: float, act: Callable[[], None]) -> None:
        """Do something at a moment, or now if that is over."""
        self._count += 1
        heapq.heappush(self._due, (max(moment, self.now), self._count, act))

    def spawn(self, owner: Owner, run: Callable[[], Any]) -> Coroutine:
        """Begin a coroutine; it runs as soon as the one that runs now waits."""
        coroutine = Coroutine(self, owner, run)
        self.at(self.now, coroutine.go_on)
        return coroutine

    def sleep(self, seconds: float) -> None:
        """Let the coroutine that runs now wait."""
        coroutine = self._running()
        self.at(self.now + max(0.0, seconds), coroutine.go_on)
        self.pause()

    def pause(self) -> None:
        """Let the coroutine that runs now wait until something goes on with it."""
        coroutine = self._running()
        self.hub.switch()
        if coroutine.owner.is_killed:
            raise KilledError

    def wait_for(self, coroutine: Coroutine) -> Any:
        """Wait for the end of another coroutine, and return or raise what it did."""
        if not coroutine.is_done:
            waiting = self._running()
            coroutine.when_done(lambda: self.at(self.now, waiting.go_on))
            while not coroutine.is_done:
                self.pause()
        if coroutine.raised is not None:
            raise coroutine.raised
        return coroutine.returned

    def run(self, until: float, enough: Callable[[], bool] = lambda: False) -> None:
        """Run what is due until a moment, or until it is enough."""
        while self._due and self._due[0][0] <= until and not enough():
            moment, _, act = heapq.heappop(self._due)
            self._move(moment)
            act()
        if not enough():
            self._move(until)

    def _move(self, moment: float) -> None:
        if moment > self.now:
            self._moved(moment)
            self.now = moment

    def _running(self) -> Coroutine:
        assert self.current is not None, "only a coroutine can wait"
        if self.current.owner.is_killed:
            raise KilledError
        return self.current


class Waited:
    """What a `concurrent.futures.Future` is to code that submits and asks for the result."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._begun: Coroutine | None = None
        self._waiting: list[Coroutine] = []

    def begin(self, coroutine: Coroutine) -> None:
        """Note that a thread has taken it."""
        self._begun = coroutine
        for one in self._waiting:
            self._scheduler.at(self._scheduler.now, one.go_on)

    def result(self, timeout: float | None = None) -> Any:
        """Wait for the end."""
        assert timeout is None
        while self._begun is None:
            assert self._scheduler.current is not None
            self._waiting.append(self._scheduler.current)
            self._scheduler.pause()
        return self._scheduler.wait_for(self._begun)

    def done(self) -> bool:
        """Whether it has ended."""
        return self._begun is not None and self._begun.is_done

    def cancel(self) -> bool:
        """Say that it has begun already, as a thread pool with a free thread does."""
        return False


class Threads(Executor):
    """What a `ThreadPoolExecutor` is: coroutines of the function that made it."""

    def __init__(self, scheduler: Scheduler, most: int) -> None:
        assert scheduler.current is not None
        self._scheduler = scheduler
        self._owner = scheduler.current.owner
        self._free = most
        self._waiting: deque[tuple[Waited, Callable[[], Any]]] = deque()
        self._all: list[Waited] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Run it in a coroutine of its own, as soon as one is free."""
        if self._owner.is_killed:
            raise KilledError
        waited = Waited(self._scheduler)
        self._all.append(waited)
        self._waiting.append((waited, lambda: fn(*args, **kwargs)))
        self._take()
        return waited

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT002, ARG002
        """Wait for all of them."""
        for one in self._all if wait else ():
            try:
                one.result()
            except Exception:  # noqa: BLE001, S112 - a pool does not raise what its threads raised
                continue

    def _take(self) -> None:
        while self._free and self._waiting:
            waited, run = self._waiting.popleft()
            self._free -= 1
            coroutine = self._scheduler.spawn(self._owner, run)
            coroutine.when_done(self._gave_back)
            waited.begin(coroutine)

    def _gave_back(self) -> None:
        self._free += 1
        if not self._owner.is_killed:
            self._take()
