"""Small worlds to search: who asks for what, and how much may go wrong."""

from dataclasses import dataclass, replace

from tests.functions.decisions.driven import Asked
from tests.functions.decisions.sids import AGENTS, QUEUE, WORKFLOW, task_sid
from tests.functions.decisions.world import ASSIGNED, Rules, Task, World


@dataclass(frozen=True)
class Scenario:
    """A conversation that A has by task WT0.

    Attributes
    ----------
    asks : tuple of Asked
        The requests that may come, in any order, each once.
    is_chat : bool
        Whether it is a Programmable Chat.
    faults, kills, acts : int
        How many calls may fail, how often a function may be killed, and how many times agents or
        workflows act.
    only : frozenset of str
        What they do, if not everything.
    """

    asks: tuple[Asked, ...]
    is_chat: bool = False
    faults: int = 0
    kills: int = 0
    acts: int = 0
    only: frozenset[str] = Rules().acts

    def world(self) -> World:
        """The world at the beginning."""
        channel = "on" if self.is_chat else "flex"
        return World(
            tasks=(Task(ASSIGNED, "A", channel=channel),),
            faults=self.faults,
            kills=self.kills,
            acts=self.acts,
            asks=tuple(replace(one, is_chat=self.is_chat) for one in self.asks),
        )

    def rules(self) -> Rules:
        """What may happen.

        A call that takes the channel off a chat's task may go without an answer. If the task is
        deleted, no one can know whether it had its channel. So the new task stays.
        """
        is_unknown = self.is_chat and (self.faults or self.kills)
        rules = Rules(acts=self.only)
        return replace(rules, acts=rules.acts - {"deletes"}) if is_unknown else rules

    def __str__(self) -> str:
        texts = [one.what + one.original[-1] + one.target[:2] + one.when for one in self.asks]
        kind = "chat-" * self.is_chat
        return f"{kind}{self.faults}-{self.kills}-{self.acts}-{'-'.join(texts)}"


def now(task: int, target: str) -> Asked:
    """A transfer whose original is ended at once."""
    return Asked("post", task_sid(task), target, "now")


def offer(task: int, target: str) -> Asked:
    """A transfer whose original is ended when an agent accepts."""
    return Asked("post", task_sid(task), target, "accepted")


def take_back(task: int) -> Asked:
    """Take an offer back."""
    return Asked("delete", task_sid(task))


def warm(task: int, target: str) -> Asked:
    """A transfer after which both agents have the conversation."""
    return Asked("post", task_sid(task), target, "warm")


def leave(task: int) -> Asked:
    """Leave the conversation to the agent who has joined."""
    return Asked("leave", task_sid(task))


A, B = AGENTS["A"], AGENTS["B"]

# Each takes a second or a few of one processor.
QUICK = (
    Scenario((now(0, B),), faults=1, acts=1),
    Scenario((now(0, B),), kills=1, acts=2),
    Scenario((now(0, WORKFLOW),), kills=1, acts=2),
    Scenario((offer(0, B),), faults=1, kills=1, acts=1),
    Scenario((offer(0, B),), kills=1, acts=2),
    Scenario((offer(0, B), take_back(0)), faults=1, acts=1),
    Scenario((offer(0, B), now(0, WORKFLOW)), kills=1, acts=1),
    Scenario((offer(0, B), now(1, WORKFLOW)), acts=2),
    Scenario((now(0, B), now(1, A)), kills=1, acts=1),
    Scenario((warm(0, B),), acts=3),
    Scenario((warm(0, B),), faults=1, kills=1, acts=1),
    Scenario((warm(0, B), leave(0)), acts=2),
    Scenario((warm(0, B), take_back(0)), acts=2),
    Scenario((now(0, B),), is_chat=True, acts=2),
    Scenario((now(0, B),), is_chat=True, faults=1, kills=1, acts=1),
    Scenario((now(0, WORKFLOW),), is_chat=True, faults=1, acts=2),
)
# These take a minute or a few, together a quarter of an hour.
LONG = (
    Scenario((now(0, B),), faults=1, acts=2),
    Scenario((now(0, B),), faults=1, kills=1, acts=2),
    Scenario((now(0, WORKFLOW),), faults=1, acts=2),
    Scenario((offer(0, B),), faults=1, acts=2),
    Scenario((offer(0, B), take_back(0)), acts=3),
    Scenario((offer(0, B), take_back(0)), faults=1, acts=2),
    Scenario((offer(0, B), now(0, QUEUE)), faults=1, acts=1),
    Scenario((offer(0, B), now(1, WORKFLOW)), acts=3),
    Scenario((now(0, B), now(0, QUEUE)), faults=1, acts=1),
    Scenario((now(0, B), now(0, QUEUE)), faults=1, kills=1, acts=1),
    Scenario((now(0, WORKFLOW), now(0, B)), faults=1, acts=1),
    Scenario((now(0, B), now(1, A), now(0, B)), faults=1, acts=1),
    Scenario((now(0, B), now(0, QUEUE)), is_chat=True, faults=1, acts=1),
)
