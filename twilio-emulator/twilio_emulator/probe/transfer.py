"""Plays transfers through a deployed endpoint, and tells which of its principles broke.

There are one conversation and two workers of the probe's own. The first transfers ``now`` to the
second, who offers it to the first, who accepts. The request of the first transfer comes again. At
last the first offers it to the second, who declines.

Nothing fails on purpose. So what is promised for failing calls, for what no one serves, and for a
conversation that is closed meanwhile, is not played.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from twilio_emulator.probe.agents import PARTICIPANTS, accepts, agent, agent_of, open_offer
from twilio_emulator.probe.conversation import Conversation, Look
from twilio_emulator.probe.endpoint import Answered, Endpoint, Pending
from twilio_emulator.probe.experiment import Observation, Step, Watch
from twilio_emulator.probe.interactions import contact
from twilio_emulator.probe.made import Thing
from twilio_emulator.probe.routing import TASK
from twilio_emulator.probe.runner import Runner
from twilio_emulator.probe.transport import Request

PRINCIPLES: Final = {
    1: "While the conversation is open, at least one open task leads to the customer",
    2: "Of all its tasks but the original, at most one stays open",
    3: "Who serves is who holds an open task of it",
    4: "If someone else serves, the original is ended",
    5: "Now: the original ends as soon as the new task waits. Accepted: it waits; declined: the "
    "agent has the chat, and nothing else",
    8: "An agent who has the chat again is never made to leave by an old request",
}
# The schedule looks each minute; a killed function costs two at most.
PATIENCE: Final = 150.0
OFFERED: Final = 60.0
STAYS: Final = 5.0
ANSWERED: Final = 90.0

SETUP: Final[tuple[Step, ...]] = (
    *agent("first"),
    *agent("second"),
    *contact({"TargetWorkers": "probe == '$first_name'"}),
    *accepts("first", TASK, "reservation"),
    Watch("agents", PARTICIPANTS, agent_of, seconds=30, needed=True),
)


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at; ``principle`` is its number, None for the endpoint's contract."""

    act: str
    principle: int | None
    kept: bool
    seen: str


class Stopped(Exception):
    """The rest of the play makes no sense."""


@dataclass(slots=True)
class Play:
    """A play, and what was found so far."""

    runner: Runner
    endpoint: Endpoint
    checks: list[Check] = field(default_factory=list)
    _known: dict[str, str] = field(default_factory=dict)
    _tasks: list[str] = field(default_factory=list)
    _act: str = "begin"
    _looks: int = 0

    def run(self) -> None:
        """Play all, and remove everything, whatever happens.

        Raises
        ------
        Refused, CallFailed
            The conversation could not be made, or Twilio does not answer.
        """
        begun = len(self.runner.journal.things)
        try:
            self._known = self.runner.carry_out(SETUP)
            name = f"{self._known['interaction']}/{self._known['channel']}"
            self.runner.journal.add(Thing(self.runner.workspace, "invites", name))
            self._play()
        except Stopped:
            self.runner.say("The rest is not played")
        else:
            self._act = "all"
            if not any(one.principle == 1 for one in self.checks):
                self._check(1, kept=True, seen=f"a task was open in each of {self._looks} looks")
        finally:
            self.runner.remove(begun)

    def _play(self) -> None:
        first, second = self._known["first"], self._known["second"]
        original = self._known["task"]
        self._tasks = [original]
        self._begin("now, to the second")
        made = self._now(original, second)
        self._begin("accepted, back to the first")
        offered = self._offer(made, first)
        if offered is None:
            return
        self._accepted(made, offered, first)
        self._begin("the first request again")
        self._again(original, second, made, (offered, first))
        self._begin("declined by the second")
        declined = self._offer(offered, second)
        if declined is not None:
            self._declined(offered, declined, (first, second))

    def _begin(self, act: str) -> None:
        """Begin an act, unless one before it went wrong: what follows from that says nothing."""
        if any(not check.kept for check in self.checks):
            raise Stopped
        if act != self._act:
            self.runner.say(act)
        self._act = act

    # The acts

    def _now(self, original: str, target: str) -> str:
        made = self._new_task(self._answer(self.endpoint.transfer(original, target, "now")), 200)
        over = self._until(lambda look: not look.task(original).is_open, PATIENCE)
        self._check(5, over is not None, f"the original was over within {PATIENCE:.0f} s")
        self._takes(made, target)
        self._settled(made, target)
        return made

    def _offer(self, original: str, target: str) -> str | None:
        """Offer a task; None if the endpoint has no offers."""
        holder = self._look().task(original).holder
        answer = self._answer(self.endpoint.transfer(original, target, "accepted"))
        if answer.body.get("code") == "hand_over_off":
            self.runner.say("The stack has no offers, so none is played")
            return None
        made = self._new_task(answer, 202)
        left = self._until(lambda look: look.task(original).holder != holder, STAYS)
        self._check(5, left is None, f"the original stayed with its agent for {STAYS:.0f} s")
        self._begin(self._act)
        return made

    def _accepted(self, original: str, made: str, target: str) -> None:
        self._takes(made, target)
        over = self._until(lambda look: not look.task(original).is_open, PATIENCE)
        self._check(4, over is not None, f"the original was over within {PATIENCE:.0f} s")
        self._becomes(original, "accepted")
        self._settled(made, target)

    def _again(self, original: str, target: str, made: str, now: tuple[str, str]) -> None:
        answer = self._answer(self.endpoint.transfer(original, target, "now"))
        same = answer.status == 200 and answer.body.get("taskSid") == made  # noqa: PLR2004
        self._check(None, same, f"it answered {answer}, expected what it did the first time")
        task, agent_sid = now
        left = self._until(lambda look: not look.serves(agent_sid, task), STAYS)
        self._check(8, left is None, f"the agent kept the chat for {STAYS:.0f} s")

    def _declined(self, original: str, made: str, agents: tuple[str, str]) -> None:
        holder, target = agents
        self._responds(made, target, "rejected")
        over = self._until(lambda look: not look.task(made).is_open, PATIENCE)
        self._check(5, over is not None, f"the new task was over within {PATIENCE:.0f} s")
        self._becomes(original, "declined")
        self._check(5, self._look().serves(holder, original), "the agent has the chat")
        self._settled(original, holder)

    # What they have in common

    def _answer(self, pending: Pending) -> Answered:
        """Look at the conversation until the endpoint answers."""
        clock = self.runner.caller.transport
        end = clock.now() + ANSWERED
        while (answer := pending.answer()) is None:
            if clock.now() > end:
                answer = Answered(0, {})
                break
            self._look()
            clock.sleep(0.2)
        self._look()
        return answer

    def _new_task(self, answer: Answered, status: int) -> str:
        made = answer.body.get("taskSid")
        fits = answer.status == status and isinstance(made, str)
        self._check(None, fits, f"it answered {answer}, expected {status} with a taskSid")
        if not isinstance(made, str) or not fits:
            raise Stopped
        self._tasks.append(made)
        return made

    def _takes(self, task: str, worker: str) -> None:
        """Let a worker accept a task, and see that they serve by it."""
        self._responds(task, worker, "accepted")
        served = self._until(lambda look: look.serves(worker, task), OFFERED)
        self._check(3, served is not None, "the target held the new task after accepting")

    def _responds(self, task: str, worker: str, response: str) -> None:
        caller = self.runner.caller
        workspace = f"taskrouter/v1/Workspaces/{self.runner.workspace}"
        offers = f"{workspace}/Tasks/{task}/Reservations"
        available, offline = self.runner.activities
        path = f"{workspace}/Workers/{worker}"
        caller.repeat(Request("POST", path, {"ActivitySid": available}))
        try:
            offer = self._reservation(offers, worker)
            self._check(None, offer is not None, f"the target was offered the task: {response}")
            if offer is None:
                raise Stopped
            caller.repeat(Request("POST", f"{offers}/{offer}", {"ReservationStatus": response}))
        finally:
            caller.repeat(Request("POST", path, {"ActivitySid": offline}))

    def _reservation(self, offers: str, worker: str) -> str | None:
        caller = self.runner.caller
        end = caller.transport.now() + OFFERED
        while caller.transport.now() < end:
            reply = caller.read(offers, {"WorkerSid": worker})
            found = open_offer(Observation(reply.sent, reply.at, reply.status, reply.body))
            if found is not None:
                return found
            caller.transport.sleep(0.5)
        return None

    def _becomes(self, original: str, state: str) -> None:
        clock = self.runner.caller.transport
        end = clock.now() + PATIENCE
        answer = self.endpoint.offer(original)
        while answer.body.get("state") != state and clock.now() < end:
            clock.sleep(1)
            answer = self.endpoint.offer(original)
        told = answer.body.get("state") == state
        self._check(None, told, f"it told {answer} of the offer, expected {state}")

    def _settled(self, task: str, worker: str) -> None:
        """Check that one task leads to the customer, and who serves by it."""
        alone = self._until(lambda look: [t.sid for t in look.open_tasks] == [task], PATIENCE)
        left = [] if alone else [t.status for t in self._look().open_tasks if t.sid != task]
        self._check(2, alone is not None, f"other tasks that were open: {left or 'none'}")
        self._check(3, self._look().serves(worker, task), "the agent who took it serves by it")

    def _until(self, met: Callable[[Look], bool], seconds: float) -> Look | None:
        clock = self.runner.caller.transport
        end = clock.now() + seconds
        while True:
            look = self._look()
            if met(look):
                return look
            if clock.now() >= end:
                return None
            clock.sleep(0.5)

    def _look(self) -> Look:
        """Look at the conversation, and hold it to the first principle.

        A task that was made while it looked is seen by a second look, which so decides.
        """
        place = Conversation(
            self.runner.workspace, self._known["interaction"], self._known["channel"]
        )
        look = place.look(self.runner.caller, self._tasks)
        self._looks += 1
        if look.is_open and not look.open_tasks:
            look = place.look(self.runner.caller, self._tasks)
            served = not look.is_open or bool(look.open_tasks)
            if not served and not any(one.principle == 1 for one in self.checks):
                self._check(1, kept=False, seen="no task of the conversation was open")
        return look

    def _check(self, principle: int | None, kept: bool, seen: str) -> None:  # noqa: FBT001
        self.checks.append(Check(self._act, principle, kept, seen))
