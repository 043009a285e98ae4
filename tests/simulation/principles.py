"""What has to hold in every sequence, whatever fails: the principles of a transfer."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chat_transfer.http.problems import Problem
from chat_transfer.twilio.failures import TwilioFailure
from tests.simulation.environments import Invocation
from twilio_emulator.taskrouter.model import Task, TaskStatus

if TYPE_CHECKING:
    from tests.simulation.world import World

# The schedule looks each minute, a killed function's lock lasts half a minute, a look some seconds.
REPAIRED_SECONDS = 150.0
# What an agent does at the same moment as a function answers, the answer cannot tell.
SAME_MOMENT_SECONDS = 1.0
CREATION = re.compile("^POST .*/(Tasks|Invites)$")
CHANGE = re.compile("^POST .*(/(Tasks|Invites)$|Status=)")
HELD = frozenset({TaskStatus.ASSIGNED, TaskStatus.WRAPPING})


class BrokenError(AssertionError):
    """A principle does not hold.

    Attributes
    ----------
    principle : str
        Which one.
    """

    def __init__(self, principle: str, what: str = "") -> None:
        super().__init__(f"{principle}: {what}")
        self.principle = principle


@dataclass(slots=True)
class Asked:
    """A request for a transfer.

    Attributes
    ----------
    is_over : bool
        Whether its agent was told that they have the chat, so that it ends nothing any more.
    """

    invocation: Invocation
    task_sid: str
    target_sid: str
    when: str
    is_over: bool = False
    rolled_back: bool | None = None
    is_answered: bool = False
    is_rejoined: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """When a task was made, and which task it was passed on from."""

    at: float
    of: str


@dataclass(slots=True)
class Ending:
    """Who has ended a task, and when."""

    cause: Invocation | str
    at: float


@dataclass(slots=True)
class Principles:
    """Watches one customer.

    Attributes
    ----------
    known : dict of str to Invocation or str
        The tasks of the conversation, and who made them.
    is_over : bool
        Whether the conversation is closed, or was given up by its last agent.
    is_left_alone : bool
        Whether no one has worked for a day: TaskRouter has deleted what an agent had.
    trouble_at : float
        When something last failed, was killed or took effect late, or an agent acted.
    """

    world: "World"
    known: dict[str, Invocation | str] = field(default_factory=dict)
    made: dict[str, Made] = field(default_factory=dict)
    accepted: dict[str, float] = field(default_factory=dict)
    ends: dict[str, Ending] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    brought_in: set[str] = field(default_factory=set)
    defects: list[str] = field(default_factory=list)
    room: str = ""
    room_sid: str = ""
    key: str = ""
    interaction_sid: str = ""
    is_over: bool = False
    is_left_alone: bool = False
    trouble_at: float = 0.0
    without_since: float | None = None
    emptied_by: Invocation | str = ""

    def __post_init__(self) -> None:
        """Find out where the customer is."""
        attributes = self.world.centre.attributes(self.world.task_sid)
        self.room = "conversationSid" if "conversationSid" in attributes else "channelSid"
        self.room_sid = attributes[self.room]
        self.key = attributes.get("flexInteractionChannelSid") or self.room_sid
        self.interaction_sid = attributes.get("flexInteractionSid") or ""
        self.known[self.world.task_sid] = "the beginning"

    # What is the case

    def leading(self) -> list[Task]:
        """The open tasks that lead to the customer, without those whose agent was closed."""
        centre = self.world.centre
        participants = centre.account.flex.participants
        closed = {one.task_sid for one in participants.values() if not one.present}
        tasks = centre.workspace.tables.tasks.values()
        return [
            task
            for task in tasks
            if not task.status.ended
            and task.sid not in closed
            and task.attribute(self.room) == self.room_sid
        ]

    def room_is_open(self) -> bool:
        """Whether the customer's conversation is open."""
        flex = self.world.centre.account.flex
        room = flex.conversations.get(self.room_sid) or flex.chat_channels[self.room_sid]
        channels = [
            one.status for one in flex.channels.values() if one.conversation_sid == self.room_sid
        ]
        return room.state == "active" and channels in ([], ["active"])

    def under_way(self) -> bool:
        """Whether a function runs for this customer, or the record wants something."""
        for one in self.asked:
            ending = self.ends.get(one.task_sid)
            was_open = ending is None or ending.at >= one.invocation.began_at
            if one.invocation.ended_at is None and was_open:
                return True
        wanted = self.wanted()
        return bool(wanted) and wanted.get("became") not in {"made", "accepted"}

    def _was_begun(self) -> bool:
        """Whether the task that ended last is one for which another was to be made."""
        last = max(self.ends, key=lambda sid: self.ends[sid].at, default="")
        return any(
            CREATION.search(call)
            for one in self.asked
            # What was offered has ended, since nothing is under way.
            if one.task_sid == last and not (one.is_over or (one.is_answered and one.when != "now"))
            for call in one.invocation.calls
        )

    def wanted(self) -> dict[str, Any]:
        """What the record of the conversation wants."""
        for item in self.world.items.items.values():
            if "wanted" in item:
                wanted = json.loads(item["wanted"]["S"]).get("wanted") or {}
                return dict(wanted)
        return {}

    # What happens

    def note(self, name: str, task: Task) -> None:
        """Note an event of a task."""
        world, now = self.world, self.world.scheduler.now
        if name == "task.created":
            self.known[task.sid] = world.cause
            self.made[task.sid] = Made(now, str(task.attribute("transferredFrom") or ""))
            self._check_maker(task)
        elif name == "reservation.accepted":
            self.accepted.setdefault(task.sid, now)
        elif name in {"task.canceled", "task.completed", "task.deleted", "task.system-deleted"}:
            self.ends.setdefault(task.sid, Ending(world.cause, now))
            self._check_ending(task)
            # No one has a task for more than a day.
            self.is_left_alone = self.is_left_alone or name == "task.system-deleted"
            self.is_over = self.is_over or self.is_left_alone
        if not isinstance(world.cause, Invocation) and name.startswith("task."):
            self.trouble_at = now

    def note_defect(self, error: BaseException) -> None:
        """Note an error in a function that is neither a problem nor a failure of Twilio."""
        self.defects.append(repr(error))

    def ask(self, asked: Asked) -> None:
        """Note a request."""
        self.asked.append(asked)

    def check(self) -> None:
        """Check what has to hold at every moment."""
        world = self.world
        now = world.scheduler.now
        cause = world.cause
        self._note_closed(cause)
        if self.defects:
            raise BrokenError("a defect", self.defects[0])
        if not self.room_is_open():
            self.is_over = True
        if self.leading():
            self.without_since = None
            return
        if self.is_over:
            return
        if self.without_since is None:
            self.without_since = now
            self.emptied_by = cause
        if not isinstance(self.emptied_by, Invocation) and not self.under_way():
            if not self._was_begun():
                self.is_over = True  # who had the chat has left it
                return
        if now > max(self.without_since, self.trouble_at) + REPAIRED_SECONDS:
            raise BrokenError("no task leads to the customer", f"since {self.without_since:.1f}")

    def answered(self, asked: Asked, status: int, body: dict[str, Any]) -> None:
        """Check an answer, at the moment at which it is given."""
        rolled_back = body.get("rolledBack")
        asked.rolled_back, asked.is_answered = rolled_back, True
        asked.is_rejoined = body.get("agentRejoined") is True
        asked.is_over = rolled_back is True or status in {400, 401, 403, 404, 409, 422}
        what = f"{status} {body}"
        if status == 500:
            raise BrokenError("a defect", what)
        if status >= 500 and rolled_back is None:
            raise BrokenError("an answer without rolledBack", what)
        if status in {400, 401, 403} and self._has_changed(asked.invocation):
            raise BrokenError("a request that is refused has changed something", what)
        if self.is_over or not self.room_is_open():
            return
        tasks = {task.sid: task for task in self.leading()}
        began = asked.invocation.began_at - SAME_MOMENT_SECONDS
        meanwhile = [
            one
            for one in self.ends.values()
            if not isinstance(one.cause, Invocation) and one.at >= began
        ]
        if status == 200:
            if asked.task_sid in tasks and not self._is_closing(asked.task_sid):
                raise BrokenError("200, and the original is not over", what)
            if not tasks and not meanwhile and not self._ended_before(body["taskSid"]):
                raise BrokenError("200, and no task leads to the customer", what)
            if body["taskSid"] not in self.known:
                raise BrokenError("200 with a task that is none", what)
        ending = self.ends.get(body.get("taskSid", ""))
        is_taken_back = ending is not None and ending.at >= began  # by another request
        if status == 202 and not is_taken_back and body["taskSid"] not in tasks:
            raise BrokenError("202, and the task is not open", what)
        if rolled_back is True:
            left = [
                sid
                for sid, maker in self.known.items()
                if maker is asked.invocation and sid in tasks and tasks[sid].status not in HELD
            ]
            if left:
                raise BrokenError("rolledBack is true, and a new task is open", what)
            ending = self.ends.get(asked.task_sid)
            if ending and ending.cause is asked.invocation:
                raise BrokenError("rolledBack is true, and the original was ended", what)

    def ended(self, invocation: Invocation) -> None:
        """Check that a function has ended as it should."""
        if invocation.is_out_of_time:
            raise BrokenError("a function was killed because its time was up", invocation.name)
        error = invocation.raised
        if error is not None and not isinstance(error, TwilioFailure | Problem):
            raise BrokenError("a defect", repr(error))

    def taken_back(self, task_sid: str, what: str) -> None:
        """Note that an agent was told that nothing is offered any more."""
        for task in self.leading():
            is_offer = task.attribute("transferHandOver") == "accepted"
            if is_offer and task.status.waiting and task.attribute("transferredFrom") == task_sid:
                raise BrokenError("an offer is over, and its task is open", what)
        for one in self.asked:
            if one.task_sid == task_sid and one.invocation.ended_at is not None:
                one.is_over = True

    def _has_changed(self, invocation: Invocation) -> bool:
        return any(CHANGE.search(call) for call in invocation.calls)

    def _ended_before(self, task_sid: str) -> bool:
        """Whether an agent has had the task of a repeated request, and ended it."""
        ending = self.ends.get(task_sid)
        return ending is not None and not isinstance(ending.cause, Invocation)

    def _is_closing(self, task_sid: str) -> bool:
        return task_sid in self.ends

    def _note_closed(self, cause: Invocation | str) -> None:
        """Note whose participant was closed: the task ends by itself."""
        for one in self.world.centre.account.flex.participants.values():
            if not one.present and one.task_sid and one.task_sid not in self.ends:
                self.ends[one.task_sid] = Ending(cause, self.world.scheduler.now)
                task = self.world.centre.task(one.task_sid)
                if task is not None:
                    self._check_ending(task)

    def _check_maker(self, task: Task) -> None:
        maker = self.world.cause
        for one in self.asked:
            if one.invocation is maker and one.rolled_back:
                raise BrokenError("rolledBack was true, and a new task appears", task.sid)

    def _check_ending(self, task: Task) -> None:
        """Check that an agent made to leave is one whose transfer is under way."""
        cause = self.ends[task.sid].cause
        if not isinstance(cause, Invocation) or task.status is TaskStatus.CANCELED:
            return
        made = self.made.get(task.sid)
        if made and any(one.task_sid == made.of and one.when == "warm" for one in self.asked):
            return  # who has joined is sent away
        if not any(one.task_sid == task.sid and not one.is_over for one in self.asked):
            raise BrokenError("an agent who has the chat is made to leave", task.sid)

    # At the end

    def at_rest(self) -> None:
        """Check what the customer has when nothing fails any more and the schedule has looked."""
        self.check()
        if self.is_over:
            return
        tasks = self.leading()
        if not tasks:
            raise BrokenError("no task leads to the customer", "at rest")
        if not self.world.centre.account.settings.cancels_interaction_tasks:
            return
        served = [task for task in tasks if task.status is TaskStatus.ASSIGNED]
        # Who was in the conversation when a transfer began stays in it.
        ours = [] if self.brought_in else [one for one in served if not self._is_late(one.sid)]
        waiting = [task for task in tasks if task.status.waiting]
        self._check_presence(served)
        if len(waiting) > 1:
            raise BrokenError("two tasks wait", _listed(waiting))
        if len(ours) > (2 if self.is_joined() else 1):
            raise BrokenError("two agents have the chat", _listed(ours))
        is_offer = self.wanted().get("when") == "accepted" and not self.wanted().get("became")
        is_passed_on = any(self._is_late(self.made[one.sid].of) for one in waiting)
        if waiting and ours and not is_offer and not is_passed_on:
            raise BrokenError("a task waits, and an agent has the chat", _listed(tasks))

    def is_joined(self) -> bool:
        """Whether two agents are to have the chat, until one of them leaves."""
        wanted = self.wanted()
        is_to_end = wanted.get("leaves") or wanted.get("back") or wanted.get("became")
        return bool(wanted.get("joined_at")) and not is_to_end

    def _is_late(self, sid: str) -> bool:
        """Whether a task, or the one that it was passed on from, was accepted after an answer.

        The answer said that it may appear. If an agent accepts it before a look can cancel it, both
        agents stay: the original's was told that they have the chat.
        """
        maker, made = self.known.get(sid, ""), self.made.get(sid)
        if made is None:
            return False
        if isinstance(maker, Invocation) and maker.ended_at is not None:
            has_chat = any(one.invocation is maker and one.is_rejoined for one in self.asked)
            at = max(made.at + 1.0, self.accepted.get(sid, 0.0) if has_chat else 0.0)
            is_late = maker.ended_at <= at
        else:
            is_late = maker == "time"
        return is_late or self._is_late(made.of)

    def _check_presence(self, served: Sequence[Task]) -> None:
        """Check that who has the chat is in it again, if a function was killed that had begun."""
        present = self.world.centre.present_in(self.room_sid)
        for task in served:
            requests = [one for one in self.asked if one.task_sid == task.sid]
            last = requests[-1] if requests else None
            is_cut_off = last is not None and last.when == "now" and not last.is_answered
            agent = self.world.centre.holder_of(task.sid)
            if is_cut_off and any(map(CHANGE.search, requests[-1].invocation.calls)):
                if f"{agent}_40example_2Ecom" not in present:
                    raise BrokenError("who has the chat is not in it", str(agent))

    def at_the_end(self) -> None:
        """Check that nothing is left to look at."""
        if self.world.items.unfinished() and not self.is_left_alone:
            raise BrokenError("never finished", str(self.wanted()))


def _listed(tasks: Sequence[Task]) -> str:
    return ", ".join(f"{task.sid} {task.status}" for task in tasks)
