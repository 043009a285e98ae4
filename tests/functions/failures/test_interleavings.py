"""Events in any order: every customer keeps an open task.

Transfers, also to agents who had the chat before, at once or when they are accepted; reservations
that are accepted and rejected; offers that are taken back, whose events come, come twice, early or
never, whose time is up; agents who leave, wrap up or pass the chat on, before or after they were
handed it; completions; old requests that are sent again; attributes that an agent
forged; calls that fail or take effect late; a function that is killed; each switch of the emulated
Twilio.
"""

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    rule,
    run_state_machine_as_test,
)

from chat_transfer.transfer import attempt
from chat_transfer.twilio import client, retries
from tests.functions.conftest import AGENT_SECONDS, Aws, Deployment, deployed, wait_shortly
from tests.functions.cutting import CutOff, cut_off
from tests.functions.failures.conversations import AGENTS, Conversations, MovedClock
from tests.functions.failures.customers import Customer, is_offer
from tests.functions.failures.switches import POSITIONS, changes
from tests.functions.failures.twilio_faults import (
    LATE_SECONDS,
    MUCH_LATER_SECONDS,
    READ_SECONDS,
)
from tests.functions.locks import let_locks_run_out
from tests.functions.offers.conftest import event_of
from tests.functions.recording import KINDS, Call, cases
from tests.functions.served import HELD, served
from tests.sampling import IS_FULL, SEED, examples

TARGETS = [*AGENTS, "Sales", "Support", "Escalations"]
# Switches that delay nothing but the search; `switches` has the tasks that appear late.
SWITCHES = [name for name, one in POSITIONS.items() if not one.delay or name == "search lags"]
CHANGES = [call for _, call in cases() if changes(call)]
FORGED = ["transferredFrom", "targetSid", "ignoreWorkerSids", "channelSid"]
# Which of several, whose number varies.
WHICH = st.integers(0, 11)
# All writes of a transfer, or some. Not those to a chat's members: an agent who is removed late may
# have the chat again by then.
WRITES = st.sampled_from(
    ["/(Tasks|Invites|Participants)(/[^/]+)?$", "/(Tasks|Invites)$", "/(Tasks|Participants)/[^/]+$"]
)
CALLS = st.sampled_from(CHANGES)
HAND_OVER = st.sampled_from(["now", "accepted"])
MINUTES = st.sampled_from([1, 1, 6])
FAILS = st.sampled_from([None, 429, 500])
LATE = {"late": LATE_SECONDS, "much later": MUCH_LATER_SECONDS}


class Interleavings(Conversations):
    """What people, Twilio and the queue do."""

    customers = Bundle("customers")

    @rule(target=customers, kind=st.sampled_from([*KINDS, "conversation"]))
    def arrives(self, kind: str) -> Customer:
        """A customer begins a conversation, which Ana holds."""
        customer = Customer(served(self.centre, KINDS[kind](self.centre)))
        self.present.append(customer)
        return customer

    @rule(
        customer=customers,
        to=st.sampled_from(TARGETS),
        sam=st.booleans(),
        is_taken=st.booleans(),
        hand_over=HAND_OVER,
    )
    def is_transferred(
        self, customer: Customer, to: str, sam: bool, is_taken: bool, hand_over: str
    ) -> None:
        """The agent who holds the customer's task transfers it, or a supervisor does."""
        request = self._request(customer, to, sam=sam, hand_over=hand_over)
        if request is None:
            return
        answer = self._ask(customer, request)
        is_last = customer.offered.keys() <= {request.task_sid}
        if answer.status == HTTPStatus.OK and not customer.remains and is_last:
            assert [one.sid for one in customer.tasks()] == [answer.body["taskSid"]]
        if is_taken:
            self.is_offered(customer, accepts=True)

    @rule(customer=customers, which=WHICH)
    def is_asked_for_again(self, customer: Customer, which: int) -> None:
        """An old request is sent once more; an agent who has the chat again stays in it."""
        if not customer.requests:
            return
        request = customer.requests[which % len(customer.requests)]
        before = self._in_the_chat(customer, request.task_sid)
        self._ask(customer, request)
        still_holding = {self.centre.holder_of(task.sid) for task in customer.held()}
        gone = before & still_holding - self._in_the_chat(customer, request.task_sid)
        assert not gone, f"{gone} had to leave the chat"

    @rule(customer=customers, by=st.sampled_from(["holder", "sam"]))
    def is_taken_back(self, customer: Customer, by: str) -> None:
        """The agent who made an offer takes it back, or a supervisor does."""
        for sid in list(customer.offered):
            self._note_holders()
            asks = by if by == "sam" else customer.offered[sid]
            answer = self.deployment.offer_request("DELETE", sid, asks)
            note(f"{asks} takes back: {answer.status} {answer.text}")
            assert answer.status in {200, 404, 409, 502, 503, 504}, answer.text

    @rule(customer=customers, which=WHICH)
    def is_in_an_event(self, customer: Customer, which: int) -> None:
        """The queue delivers an event about any of the customer's tasks, at any time."""
        sids = [*(task.sid for task in customer.tasks()), customer.case.task_sid]
        self.deployment.deliver(event_of(sids[which % len(sids)]))

    @rule()
    def the_schedule_looks(self) -> None:
        """Where nothing fails, no customer has two agents, or no task, for longer than that."""
        self._look()

    @rule(minutes=MINUTES)
    def time_passes(self, minutes: int) -> None:
        """The time of an offer is up, or that of a target; the schedule looks each minute."""
        for _ in range(minutes):
            self.clock.advance(AGENT_SECONDS + 1)
            self.centre.settle()
            for customer in self.present:
                customer.waits = not customer.tasks()
            self._let_agents_come_back()
            self._look()

    @rule(customer=customers, to=st.sampled_from(AGENTS), minutes=MINUTES)
    def is_not_waited_for(self, customer: Customer, to: str, minutes: int) -> None:
        """The agent who offers a task hands it over now, and the target does not answer."""
        for hand_over in ("accepted", "now"):
            if request := self._request(customer, to, sam=False, hand_over=hand_over):
                self._ask(customer, request)
        self.time_passes(minutes)

    @rule(customer=customers, to=st.sampled_from(TARGETS), minutes=MINUTES, fails=FAILS)
    def is_left_before_it_is_accepted(
        self, customer: Customer, to: str, minutes: int, fails: int | None
    ) -> None:
        """The agent who offers a task completes their own, and no one answers in the time."""
        if request := self._request(customer, to, sam=False, hand_over="accepted"):
            self._ask(customer, request)
        self.is_left(customer)
        with self._failing("/Invites$", fails):
            # Twilio deletes both tasks after some minutes: nothing leads to the customer then.
            self.time_passes(1 if fails else minutes)

    @rule(
        customer=customers,
        to=st.sampled_from(TARGETS),
        then=st.sampled_from(["completes", "wraps up", *TARGETS]),
        hand_over=HAND_OVER,
        fails=FAILS,
    )
    def is_left_by_who_accepted(
        self, customer: Customer, to: str, then: str, hand_over: str, fails: int | None
    ) -> None:
        """The agent who accepts an offer does not stay, or passes it on, before a look succeeds."""
        if request := self._request(customer, to, sam=False, hand_over="accepted"):
            self._ask(customer, request)
        self.is_offered(customer, accepts=True)
        if fails:
            with self._failing("/Participants/[^/]+$", fails):
                for task in customer.held():
                    self.deployment.deliver(event_of(task.sid))
        taken = customer.taken_offer()
        if not taken or self._is_unsettled():
            return
        if then == "completes":
            self.centre.complete(taken.sid)
        elif then == "wraps up":
            self.centre.wrap(taken.sid)
        elif request := self._request(customer, then, sam=False, hand_over=hand_over, nth=-1):
            self._ask(customer, request)
        # Twilio's clock and Lambda's may differ by less than people take.
        self.clock.advance(10)

    @rule(customer=customers)
    def is_left(self, customer: Customer) -> None:
        """The agent who has made an offer completes their own task, and goes offline."""
        for task in customer.held():
            if task.sid in customer.offered and len(customer.tasks()) > 1:
                self.centre.complete(task.sid)
                return

    @rule(customer=customers, to=st.sampled_from(TARGETS), call=CALLS, hand_over=HAND_OVER)
    def is_transferred_by_a_function_that_is_killed(
        self, customer: Customer, to: str, call: Call, hand_over: str
    ) -> None:
        """After one of its calls took effect; its lock has run out when the next request comes."""
        request = self._request(customer, to, sam=False, hand_over=hand_over)
        if request is None:
            return
        customer.requests.append(request)
        with cut_off(self.deployment, call):
            try:
                self._send(request)
                note("it ended before")
            except CutOff:
                pass
        customer.remains.add(request.task_sid)
        self._note_offer(customer, request)
        let_locks_run_out(self.aws)

    @rule(customer=customers, to=st.sampled_from(TARGETS), by=st.sampled_from(AGENTS))
    def is_asked_for_by_another_agent(self, customer: Customer, to: str, by: str) -> None:
        """The request changes nothing."""
        held = customer.held()
        self._note_holders()
        if not held or by in self.held_by[held[0].sid]:
            return
        task = held[0]
        before = {(one.sid, one.status, one.attributes) for one in customer.tasks()}
        answer = self.deployment.transfer(task.sid, self._sid(to), by)
        assert answer.status in {403, 502, 503, 504}, answer.text
        assert {(one.sid, one.status, one.attributes) for one in customer.tasks()} == before

    @rule(customer=customers, other=customers, name=st.sampled_from(FORGED), which=WHICH)
    def has_forged_attributes(
        self, customer: Customer, other: Customer, name: str, which: int
    ) -> None:
        """The agent who holds a task writes into its attributes, but no other's channel."""
        held = customer.held()
        if not held:
            return
        forged: dict[str, Sequence[Any]] = {
            "transferredFrom": [*(one.sid for one in other.tasks()), other.case.task_sid],
            "targetSid": [*self.centre.workers.values(), *self.centre.queues.values()],
            "ignoreWorkerSids": [[], list(self.centre.workers.values()), "WK", None],
            "channelSid": [customer.case.attributes.get("channelSid")],
        }
        value = forged[name][which % len(forged[name])]
        self.centre.set_attributes(held[0].sid, **{name: value})

    @rule(customer=customers, accepts=st.booleans())
    def is_offered(self, customer: Customer, accepts: bool) -> None:
        """The agent who is offered a task of the customer's accepts or declines it."""
        for task in customer.tasks():
            if self.centre.offered_to(task.sid):
                (self.centre.accept if accepts else self.centre.reject)(task.sid)
                # One whose time was up is cancelled then, and a look makes another one.
                customer.waits = is_offer(task) and not customer.tasks()
                return

    @rule(customer=customers)
    def is_completed(self, customer: Customer) -> None:
        """An agent completes the conversation, when there is only one task of it."""
        tasks = customer.tasks()
        if not customer.remains and len(tasks) == 1 and tasks[0].status in HELD:
            self.centre.complete(tasks[0].sid)
            customer.is_done = True

    @rule(
        path=WRITES,
        how=st.sampled_from(["500", "429", "close", "close after", "late", "much later"]),
        nth=st.integers(1, 4),
        times=st.sampled_from([1, 4, 5, None]),
    )
    def has_failing_calls(self, path: str, how: str, nth: int, times: int | None) -> None:
        """Writes fail from now on; retries do not make up for four failures."""
        faults = self.deployment.twilio.faults
        fault = {"method": "POST", "path": path, "nth": nth, "times": times}
        if how in LATE:
            faults.latency(LATE[how], **fault)
        elif how.startswith("close"):
            faults.close(takes_effect=how == "close after", **fault)
        else:
            faults.status(int(how), **fault)

    @rule()
    def has_no_failing_calls(self) -> None:
        """All faults are over, and what was late has taken effect."""
        self._let_all_take_effect()

    @rule(name=st.sampled_from(SWITCHES))
    def twilio_behaves(self, name: str) -> None:
        """In one of the ways that its documentation allows."""
        self._behave(name)


@pytest.fixture(scope="module")
def running(aws: Aws) -> Iterator[Deployment]:
    clock = Interleavings.clock = MovedClock()
    with deployed(aws, clock) as deployment, pytest.MonkeyPatch.context() as patch:
        wait_shortly(patch)
        # Lambda's clock: no emulation of it is in this process.
        patch.setattr(attempt, "time", clock)
        patch.setattr(retries, "LONGEST_WAIT_SECONDS", 0.01)
        patch.setattr(client, "READ_SECONDS", READ_SECONDS)
        yield deployment


@pytest.mark.timeout(1800 if IS_FULL else 120)
def test_every_customer_keeps_a_task_whatever_the_order_of_events(
    running: Deployment, aws: Aws
) -> None:
    Interleavings.deployment, Interleavings.aws = running, aws
    run_state_machine_as_test(
        seed(int(SEED))(Interleavings),
        settings=settings(
            max_examples=examples(20),
            stateful_step_count=20,
            deadline=None,
            # Shrinking takes minutes, and twenty steps are readable.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
