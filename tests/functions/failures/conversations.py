"""The customers of the interleavings, the requests about them, and what holds at every moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from hypothesis import note
from hypothesis.stateful import RuleBasedStateMachine, invariant

from tests.functions.conftest import Aws, Deployment
from tests.functions.failures.customers import Customer, Request
from tests.functions.failures.switches import POSITIONS
from tests.functions.failures.twilio_faults import let_all_take_effect
from tests.functions.lambda_events import Answer
from twilio_emulator.taskrouter.model import TaskStatus

AGENTS = ["ana", "ben", "carla", "dev"]


class MovedClock:
    """The machine's time and some more, for Twilio and for Lambda."""

    def __init__(self) -> None:
        self._moved = timedelta()

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return datetime.now(UTC) + self._moved

    def time_ns(self) -> int:
        """Return the time in nanoseconds since the epoch."""
        return int(self.now().timestamp() * 1e9)

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self._moved += timedelta(seconds=seconds)


class Conversations(RuleBasedStateMachine):
    """One deployment, a few customers."""

    deployment: Deployment
    aws: Aws
    clock: MovedClock

    def __init__(self) -> None:
        super().__init__()
        self.centre = self.deployment.twilio.centre
        self.present: list[Customer] = []
        self.held_by: dict[str, set[str]] = {}
        self.centre.tokens.clear()  # they last for a day
        self._calm_down()

    @invariant()
    def every_customer_has_a_task(self) -> None:
        """One open task leads to each customer, or more where an answer said so."""
        for customer in self.present:
            tasks = customer.tasks()
            if customer.is_done:
                assert not tasks, "a task for a customer who has gone"
                continue
            if customer.waits and not tasks:
                continue
            assert tasks, "the customer has no task"
            if len(tasks) == 1 and not self._is_unsettled():
                customer.offered.clear()
            many = customer.remains or customer.offered
            assert len(tasks) == 1 or many, "two tasks for one customer"
            assert customer.case.room_is_open(), "the channel is closed"

    def teardown(self) -> None:
        """Give the agents room for the next run."""
        self._let_agents_come_back()
        self._calm_down()
        for customer in self.present:
            customer.case.forget()

    def _request(
        self, customer: Customer, to: str, *, sam: bool, hand_over: str, nth: int = 0
    ) -> Request | None:
        """A request about a task that an agent holds; None where none does."""
        held = customer.held()
        if customer.is_done or not held:
            return None
        agent = self.centre.holder_of(held[nth].sid)
        assert agent
        return Request(held[nth].sid, to, "sam" if sam else agent, hand_over)

    def _ask(self, customer: Customer, request: Request) -> Answer:
        """Send a request, and note what its answer says about what is left."""
        self._note_holders()
        if request not in customer.requests:
            customer.requests.append(request)
        sid = request.task_sid
        answer = self._send(request)
        note(f"{request.by}: {answer.status} {answer.text}")
        refusals = {403, 404, 409, 422} if customer.is_done else {404, 409, 422}
        assert answer.status in {200, 202, *refusals, 502, 503, 504}, answer.text
        self._note_offer(customer, request)
        if answer.body.get("rolledBack") is False:
            customer.remains.add(sid)
        elif answer.status not in {404, 422} and not self._is_unsettled():
            customer.remains.discard(sid)
        return answer

    def _send(self, request: Request) -> Answer:
        target_sid = self._sid(request.target)
        return self.deployment.transfer(
            request.task_sid, target_sid, request.by, handOver=request.hand_over
        )

    def _note_offer(self, customer: Customer, request: Request) -> None:
        """Note who may have made an offer."""
        if request.hand_over == "accepted":
            customer.offered.setdefault(request.task_sid, request.by)

    def _is_calm(self) -> bool:
        """Whether no call fails, and nothing may appear that no search sees yet."""
        return not self.deployment.twilio.faults.rules() and not self._is_unsettled()

    def _is_unsettled(self) -> bool:
        """Whether a new task may appear that no search sees yet."""
        late = [
            entry
            for entry in self.deployment.twilio.journal
            if entry.method == "POST" and entry.status is None and entry.fault is None
        ]
        return bool(late) or self.centre.account.settings.search_lag > 0

    def _note_holders(self) -> None:
        for task in [task for customer in self.present for task in customer.held()]:
            agent = self.centre.holder_of(task.sid)
            self.held_by.setdefault(task.sid, set()).add(agent or "")

    def _in_the_chat(self, customer: Customer, but: str) -> set[str | None]:
        """The agents who are in the chat, and hold another task of the customer's than this one."""
        present = self.centre.present_in(customer.case.room_sid)
        agents = {self.centre.holder_of(task.sid) for task in customer.held() if task.sid != but}
        return {agent for agent in agents if f"{agent}_40example_2Ecom" in present}

    def _look(self) -> None:
        """Let the schedule look; where nothing fails, every customer has one agent or task then.

        Or two agents, of whom one wraps up.
        """
        self.deployment.look_at_offers()
        if not self._is_calm():
            return
        for customer in self.present:
            customer.waits = False
            if not customer.is_done:
                assert customer.tasks(), "no task after the schedule has looked"
            wraps = any(task.status is TaskStatus.WRAPPING for task in customer.held())
            if customer.offered and not customer.remains and not wraps:
                assert len(customer.held()) <= 1, "two agents after the schedule has looked"

    @contextmanager
    def _failing(self, path: str, status: int | None) -> Iterator[None]:
        """Let writes fail meanwhile, where there is a status."""
        if status:
            self.deployment.twilio.faults.status(status, method="POST", path=path, times=None)
        yield
        if status:
            self._let_all_take_effect()

    def _let_agents_come_back(self) -> None:
        """Make those available whom TaskRouter took for absent, as they did not answer."""
        for agent in AGENTS:
            self.centre.set_activity(agent, "Available")

    def _let_all_take_effect(self) -> None:
        """End all faults, and wait for what was late."""
        self.deployment.twilio.faults.clear()
        let_all_take_effect(self.deployment, self.centre.account.settings.search_lag)

    def _behave(self, position: str) -> None:
        """Let Twilio behave in one of the ways that its documentation allows."""
        settings = self.centre.account.settings
        with self.centre.account.lock:
            settings.restore()
            settings.change({**POSITIONS[position].switches, "evaluations_per_second": 30})

    def _calm_down(self) -> None:
        self._let_all_take_effect()
        self._behave("defaults")

    def _sid(self, name: str) -> str:
        centre = self.centre
        return {**centre.workers, **centre.workflows, **centre.queues}[name]
