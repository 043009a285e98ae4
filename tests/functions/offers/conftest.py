"""A conversation that Ana holds, and what leads to a look at its offer."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.functions.conftest import Aws, Deployment, deployed, wait_shortly
from tests.functions.failures.table_faults import TableFaults, table_faults
from tests.functions.lambda_events import Answer
from tests.functions.recording import KINDS
from tests.functions.served import HELD, Served, leading, served
from twilio_emulator.clock import ManualClock
from twilio_emulator.taskrouter.model import Task

# How long a call is under way while an agent leaves.
SECONDS = 0.5
# The call that invites an agent, and the one that closes the first agent's participant.
INVITE = {"method": "POST", "path": "/Invites$"}
PARTICIPANT = {"method": "POST", "path": "/Participants/"}


@dataclass(frozen=True, slots=True)
class Offering:
    """A deployment, and a customer in a conversation that Ana holds."""

    running: Deployment
    customer: Served

    @property
    def task_sid(self) -> str:
        """The original."""
        return self.customer.task_sid

    def offer(self, target: str = "ben", by: str = "ana", hand_over: str = "accepted") -> Answer:
        """Ask for an offer, or for a transfer now."""
        return self.running.transfer(self.task_sid, self.sid(target), by, handOver=hand_over)

    def ask(self, method: str = "GET", by: str = "ana") -> Answer:
        """Ask what became of the offer, or take it back."""
        return self.running.offer_request(method, self.task_sid, by)

    def join(self, agent: str = "ben") -> str:
        """Offer the conversation to an agent, who joins; give the SID of the new task."""
        made = self.offer(agent, hand_over="warm")
        assert (made.status, made.body["state"]) == (202, "offered")
        self.running.twilio.centre.accept(made.body["taskSid"])
        assert self.event(made.body["taskSid"])
        return str(made.body["taskSid"])

    def leave(self, by: str = "ana") -> Answer:
        """Leave the conversation to the agent who has joined."""
        return self.running.leave(self.task_sid, by)

    def take_back(self, by: str = "ana") -> Answer:
        """Take the offer back."""
        return self.ask("DELETE", by)

    def state(self) -> str:
        """What became of the offer, as its agent reads it."""
        answer = self.ask()
        assert answer.status == 200, answer.text
        return str(answer.body["state"])

    def event(self, task_sid: str) -> bool:
        """Let the queue deliver an event about a task; whether it was taken."""
        return not self.running.deliver(event_of(task_sid))

    def schedule(self) -> None:
        """Let the schedule look at all offers."""
        self.running.look_at_offers()

    def tasks(self) -> list[Task]:
        """The open tasks that lead to the customer."""
        return leading(self.customer)

    def agents(self) -> set[str]:
        """The agents who serve the customer."""
        centre = self.running.twilio.centre
        held = [task.sid for task in self.tasks() if task.status in HELD]
        return {agent for sid in held if (agent := centre.holder_of(sid))}

    def sid(self, name: str) -> str:
        """The SID of a worker, queue or workflow."""
        centre = self.running.twilio.centre
        return {**centre.workers, **centre.workflows, **centre.queues}[name]


def event_of(task_sid: str) -> str:
    """Make an event as it is queued."""
    event = {
        "specversion": "1.0",
        "id": "EZ" + "0" * 32,
        "type": "com.twilio.taskrouter.reservation.accepted",
        "data": {"payload": {"task_sid": task_sid}},
    }
    return json.dumps(event)


def assert_a_new_task_is_accepted(
    offering: Offering, made: str, *, state: str = "accepted"
) -> None:
    """Check that the customer waits for an agent, and let one accept."""
    [task] = offering.tasks()
    assert task.sid not in {made, offering.task_sid}
    assert offering.customer.room_is_open()
    offering.running.twilio.centre.accept(task.sid)
    assert offering.event(task.sid)
    assert offering.state() == state


def not_settled(capsys: pytest.CaptureFixture[str]) -> float:
    """How many looks the metric of the alarm counts that have failed."""
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    return sum(sum(json.loads(line).get("LookFailed", ())) for line in lines)


@pytest.fixture(scope="module")
def running(aws: Aws) -> Iterator[Deployment]:
    """One deployment for all tests of a module: each has a customer of its own."""
    with deployed(aws) as deployment, pytest.MonkeyPatch.context() as patch:
        wait_shortly(patch)
        yield deployment


@pytest.fixture
def offering(running: Deployment) -> Iterator[Offering]:
    """A customer whom Ana serves; all agents are available."""
    centre = running.twilio.centre
    running.twilio.journal.clear()
    with centre.account.lock:
        centre.account.settings.restore()
    customer = served(centre, KINDS["conversation"](centre))
    yield Offering(running, customer)
    running.twilio.faults.clear()
    customer.forget()


@pytest.fixture
def clock() -> ManualClock:
    """Twilio's, in which the time stands still."""
    return ManualClock()


@pytest.fixture
def still(aws: Aws, clock: ManualClock, short_waits: None) -> Iterator[Offering]:  # noqa: ARG001
    """A customer whom Ana serves, in an account of their own whose time stands still."""
    with deployed(aws, clock) as running:
        centre = running.twilio.centre
        yield Offering(running, served(centre, centre.conversation_task()))


@pytest.fixture(scope="module")
def table(aws: Aws) -> Iterator[TableFaults]:  # noqa: ARG001 - moto is there first
    """Calls to DynamoDB that fail."""
    with table_faults() as faults:
        yield faults
