"""Functions as Lambda runs them: execution environments, cold and warm, and their invocations."""

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.api_gateway import BaseRouter

from chat_transfer.runtime import Runtime
from tests.simulation.coroutines import Coroutine, KilledError, Scheduler

if TYPE_CHECKING:
    from tests.simulation.wire import Fault

Handler = Callable[[dict[str, Any], Any], Any]


class Invocation:
    """One run of a handler.

    Attributes
    ----------
    name : str
        The number of its step, or such as ``event 2``.
    answer : Any
        What the handler returned.
    raised : BaseException or None
        What it raised.
    ended_at : float or None
        None while it runs.
    hit : list of Fault
        The faults that have happened to its calls.
    calls : list of str
        What it has sent.
    """

    function_name = "function"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:function"
    aws_request_id = "52fdfc07-2182-454f-963f-5f0f9a621d72"

    def __init__(
        self,
        name: str,
        scheduler: Scheduler,
        seconds: float,
        faults: Sequence["Fault"],
        random: Random,
        causes: Callable[["Invocation", Callable[[], None]], None],
    ) -> None:
        self.name = name
        self.faults = faults
        self.began_at = scheduler.now
        self.ends_at = scheduler.now + seconds
        self.answer: Any = None
        self.raised: BaseException | None = None
        self.ended_at: float | None = None
        self.is_killed = False
        self.is_out_of_time = False
        self.hit: list[Fault] = []
        self.calls: list[str] = []
        self.when_answered: Callable[[], None] = lambda: None
        self.when_ended: Callable[[Invocation], None] = lambda _: None
        self._scheduler = scheduler
        self._random = random
        self._causes = causes
        self._seen: Counter[str] = Counter()

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda kills the function."""
        return max(0, int((self.ends_at - self._scheduler.now) * 1000))

    def fault_at(self, call: str) -> "Fault | None":
        """What happens to this call."""
        self.calls.append(call)
        hitting = None
        for match in dict.fromkeys(one.match for one in self.faults):
            like = [one for one in self.faults if one.match == match]
            seen = self._seen[match]
            hitting = hitting or next((one for one in like if one.hits(call, seen)), None)
            self._seen[match] += like[0].is_like(call)
        if hitting is not None:
            self.hit.append(hitting)
        return hitting

    def latency(self) -> float:
        """Seconds that a call, or its answer, is on its way."""
        return self._random.uniform(0.005, 0.06)

    def uniform(self, low: float, high: float) -> float:
        """A random number of this invocation."""
        return self._random.uniform(low, high)

    def causes(self, change: Callable[[], None]) -> None:
        """Let a call of this invocation take effect."""
        self._causes(self, change)


class Environment:
    """An execution environment: what a warm function keeps, and its threads.

    Between two invocations it is frozen, and its threads with it.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        self.is_killed = False
        self.runtime: Runtime | None = None
        self._scheduler = scheduler
        self._invocation: Invocation | None = None
        self._coroutines: list[Coroutine] = []
        self._frozen: list[Coroutine] = []
        self._request: tuple[Any, Any] = (None, None)

    @property
    def invocation(self) -> Invocation:
        """The one that runs, or the last one."""
        assert self._invocation is not None
        return self._invocation

    @property
    def is_idle(self) -> bool:
        """Whether it can take an invocation."""
        is_free = self._invocation is None or self._invocation.ended_at is not None
        return is_free and not self.is_killed

    def run(self, invocation: Invocation, handler: Handler, event: dict[str, Any]) -> None:
        """Begin an invocation; Lambda kills it when its time is up."""
        self._invocation = invocation
        frozen, self._frozen = self._frozen, []
        for one in frozen:
            self._scheduler.at(self._scheduler.now, one.go_on)

        def main() -> None:
            try:
                invocation.answer = handler(event, invocation)
            except Exception as error:  # noqa: BLE001 - Lambda takes any
                invocation.raised = error
            invocation.ended_at = self._scheduler.now

        def ended() -> None:
            if not invocation.is_killed:
                invocation.when_ended(invocation)
                invocation.when_answered()

        self._scheduler.spawn(self, main).when_done(ended)
        self._scheduler.at(invocation.ends_at, lambda: self._time_out(invocation))

    def resume(self, coroutine: Coroutine) -> bool:
        """Go on with a thread, unless all are frozen."""
        if self.is_killed:
            return False
        if self.invocation.ended_at is not None:
            self._frozen.append(coroutine)
            return False
        if coroutine not in self._coroutines:
            self._coroutines = [*(one for one in self._coroutines if not one.is_done), coroutine]
        # Powertools keeps the request of a function in the class, one for the process.
        BaseRouter.current_event, BaseRouter.lambda_context = self._request
        return True

    def suspend(self) -> None:
        """Keep the request."""
        self._request = (
            getattr(BaseRouter, "current_event", None),
            getattr(BaseRouter, "lambda_context", None),
        )

    def kill(self) -> None:
        """End all threads; what they have sent is on its way all the same."""
        invocation = self.invocation
        if self.is_killed or invocation.ended_at is not None:
            return
        self.is_killed = invocation.is_killed = True
        invocation.ended_at = self._scheduler.now
        for one in self._coroutines:
            one.kill()
        assert not isinstance(invocation.raised, KilledError)

    def _time_out(self, invocation: Invocation) -> None:
        if self.invocation is invocation and invocation.ended_at is None:
            invocation.is_out_of_time = True
            self.kill()
            invocation.when_ended(invocation)
