"""Transfers, offers taken and declined, completions, faults, in any order: nobody is left alone."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from chat_transfer.twilio import retries
from local.twilio.taskrouter.model import Task, TaskStatus
from tests.functions.conftest import Aws, Deployment, deployed, wait_shortly
from tests.functions.recording import KINDS, Call, cases
from tests.functions.served import Served, served

AGENTS = ["ana", "ben", "carla", "dev"]
HELD = {TaskStatus.ASSIGNED, TaskStatus.WRAPPING}


@dataclass(slots=True)
class Customer:
    """A customer in a conversation.

    Attributes
    ----------
    is_done : bool
        An agent has completed the conversation.
    something_may_remain : bool
        The last answer about it said so.
    """

    case: Served
    is_done: bool = False
    something_may_remain: bool = False

    def tasks(self) -> list[Task]:
        """The open tasks that lead to the customer."""
        return self.case.leading_to_customer()


class Interleavings(RuleBasedStateMachine):
    """One deployment, a few customers."""

    deployment: Deployment
    customers = Bundle("customers")

    def __init__(self) -> None:
        super().__init__()
        self.centre = self.deployment.twilio.centre
        self.present: list[Customer] = []
        self.deployment.twilio.faults.clear()

    @rule(target=customers, kind=st.sampled_from(sorted(KINDS)))
    def arrives(self, kind: str) -> Customer:
        """A customer begins a conversation, which Ana holds."""
        customer = Customer(served(self.centre, KINDS[kind](self.centre)))
        self.present.append(customer)
        return customer

    @rule(customer=customers, to=st.sampled_from([*AGENTS, "Sales", "Support", "Escalations"]))
    def is_transferred(self, customer: Customer, to: str) -> None:
        """The agent who holds the customer's task transfers it."""
        held = [task for task in customer.tasks() if task.status in HELD]
        if customer.is_done or not held:
            return
        task = held[0]
        agent = self.centre.holder_of(task.sid)
        assert agent
        answer = self.deployment.transfer(task.sid, self._sid(to), agent)
        assert answer.status in {200, 403, 409, 422, 502, 503, 504}, answer.text
        customer.something_may_remain = answer.body.get("rolledBack") is False
        if answer.status == 200:
            assert [one.sid for one in customer.tasks()] == [answer.body["taskSid"]]

    @rule(customer=customers, accepts=st.booleans())
    def is_offered(self, customer: Customer, accepts: bool) -> None:
        """Who is offered a task of the customer's takes it, or declines."""
        for task in customer.tasks():
            if self.centre.offered_to(task.sid):
                (self.centre.accept if accepts else self.centre.reject)(task.sid)
                return

    @rule(customer=customers)
    def is_helped(self, customer: Customer) -> None:
        """An agent completes the conversation, when there is only one task of it."""
        tasks = customer.tasks()
        if not customer.something_may_remain and len(tasks) == 1 and tasks[0].status in HELD:
            self.centre.complete(tasks[0].sid)
            customer.is_done = True

    @rule(
        call=st.sampled_from([call for _, call in cases() if call.method == "POST"]),
        how=st.sampled_from(["500", "429", "close", "close after"]),
        nth=st.integers(1, 3),
        times=st.sampled_from([1, 4, 5, None]),
    )
    def is_spoiled(self, call: Call, how: str, nth: int, times: int | None) -> None:
        """A write of a transfer goes wrong from now on; four times is what retries cannot cure."""
        faults = self.deployment.twilio.faults
        befalls = {**call.rule, "nth": nth, "times": times}
        if how.startswith("close"):
            faults.close(takes_effect=how == "close after", **befalls)
        else:
            faults.status(int(how), **befalls)

    @rule()
    def is_well_again(self) -> None:
        """All faults are over."""
        self.deployment.twilio.faults.clear()

    @invariant()
    def nobody_is_alone(self) -> None:
        """One open task leads to each customer, or more where an answer said so."""
        for customer in self.present:
            tasks = customer.tasks()
            if customer.is_done:
                continue
            assert tasks, "the customer is alone"
            assert len(tasks) == 1 or customer.something_may_remain, "two tasks for one customer"

    def teardown(self) -> None:
        """Let the agents finish, so that they have room for the next run."""
        self.deployment.twilio.faults.clear()
        for customer in self.present:
            for task in customer.tasks():
                if task.status in HELD:
                    self.centre.complete(task.sid)

    def _sid(self, name: str) -> str:
        centre = self.centre
        return {**centre.workers, **centre.workflows, **centre.queues}[name]


@pytest.fixture(scope="module")
def running(aws: Aws) -> Iterator[Deployment]:
    with deployed(aws) as deployment, pytest.MonkeyPatch.context() as patch:
        wait_shortly(patch)
        patch.setattr(retries, "LONGEST_WAIT_SECONDS", 0.01)
        yield deployment


def test_interleavings(running: Deployment) -> None:
    Interleavings.deployment = running
    run_state_machine_as_test(
        Interleavings,
        settings=settings(
            max_examples=25,
            stateful_step_count=15,
            deadline=None,
            # To shrink a failure takes minutes, and fifteen steps can be read as they are.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
