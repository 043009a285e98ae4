"""What an experiment is: data that a runner carries out, and what its observations mean.

Texts of steps have ``$name`` for what is known by then: the workspace, the two activities, the SIDs
that earlier steps found. ``$workflow_name`` is the name of the object whose SID is ``$workflow``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

# How many SIDs an `Each` is counted for: Flex has so many task channels.
EACH: Final = 6
# Begins the name of all that a probe makes.
PREFIX: Final = "twilio-emulator-probe"


@dataclass(frozen=True, slots=True)
class Observation:
    """The answer to a call.

    Attributes
    ----------
    sent, at
        Seconds since the experiment began: when it was sent, and when it was answered.
    """

    sent: float
    at: float
    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Tell whether the call was carried out."""
        return 200 <= self.status < 300  # noqa: PLR2004

    def __getitem__(self, path: str) -> Any:
        """Return what is at a path of keys with dots, and None if there is nothing."""
        found = self.body
        for key in path.split("."):
            found = found.get(key) if isinstance(found, dict) else None
        return found


Seen = Mapping[str, Sequence[Observation]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a switch's observations say.

    Attributes
    ----------
    position
        The switch's, in JSON; None may be one.
    because
        What was seen, in a sentence.
    clear
        False if the observations do not tell: then there is no position.
    between
        For a time in seconds: it is not less than the first number and not more than the second.
    """

    position: Any
    because: str
    clear: bool = True
    between: tuple[float, float] | None = None


def yes(because: str) -> Finding:
    """Return that a switch is true."""
    return Finding(position=True, because=because)


def no(because: str) -> Finding:
    """Return that a switch is false."""
    return Finding(position=False, because=because)


def unclear(because: str) -> Finding:
    """Return that the observations do not tell."""
    return Finding(None, because, clear=False)


@dataclass(frozen=True, slots=True)
class Make:
    """Create an object with a name of its own, or a task, which is deleted with its workflow.

    ``also`` binds more names, to what is at a path of the answer.
    """

    kind: str
    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One call. ``refusable``: an error of the caller is an observation, too."""

    seen: str
    method: str
    path: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    refusable: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """A GET again and again, at intervals that grow, until something is seen or time is up.

    Attributes
    ----------
    until
        Returns what it waits for; it is bound to ``name``, if there is one.
    needed
        Without it the rest makes no sense, and nothing is clear.
    """

    seen: str
    path: str
    until: Callable[[Observation], Any]
    seconds: float
    every: float = 0.5
    growth: float = 1.05
    fields: Mapping[str, Any] = field(default_factory=dict)
    name: str | None = None
    needed: bool = False

    def waits(self) -> list[float]:
        """Return how long to wait after each look but the last."""
        waits: list[float] = []
        wait = self.every
        while sum(waits) < self.seconds:
            waits.append(wait)
            wait *= self.growth
        return waits


@dataclass(frozen=True, slots=True)
class Each:
    """A call for each of the SIDs that an earlier answer has, bound to ``$each``."""

    of: str
    sids: Callable[[Observation], Sequence[str]]
    call: Call


@dataclass(frozen=True, slots=True)
class Burst:
    """The same GET many times at once, again after a pause if a call failed."""

    seen: str
    path: str
    fields: Mapping[str, Any]
    count: int
    times: int = 3


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reach:
    """A request to the address for events, which has to arrive at the probe's own web server."""


@dataclass(frozen=True, slots=True)
class Hear:
    """The events that have come, all since the probe began.

    It waits until they are enough and no more came for ``quiet`` seconds, or time is up. An
    observation is an event's arrival: its SIDs, its number, and that of its request.
    """

    seen: str
    until: Callable[["Seen", Sequence[Observation]], bool]
    seconds: float
    quiet: float = 15


Step = Make | Call | Watch | Each | Burst | Pause | Reach | Hear


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the observations of an experiment mean for a switch.

    Attributes
    ----------
    means
        The same in words: which observation is which position.
    page_says
        The positions that Twilio's pages have; none if they are silent.
    """

    switch: str
    means: str
    read: Callable[[Seen], Finding]
    page_says: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment.

    Attributes
    ----------
    does
        What it makes and does, in a sentence.
    long
        It takes so long that it is not done unless it is named.
    needs
        What an account or a machine may not have, and it takes.
    """

    name: str
    does: str
    steps: tuple[Step, ...]
    meanings: tuple[Meaning, ...]
    long: bool = False
    needs: str = ""

    @property
    def seconds(self) -> float:
        """Return how long it watches at most."""
        watched = [sum(s.waits()) for s in self.steps if isinstance(s, Watch)]
        return sum(watched) + sum(s.seconds for s in self.steps if isinstance(s, Pause | Hear))

    @property
    def hears(self) -> bool:
        """Tell whether events have to come to the probe."""
        return any(isinstance(step, Hear) for step in self.steps)

    @property
    def calls(self) -> int:
        """Return how many calls it makes at most, if none fails, without cleaning up."""
        number = 0
        for step in self.steps:
            if isinstance(step, Watch):
                number += len(step.waits()) + 1
            elif isinstance(step, Burst):
                number += step.count * step.times
            elif isinstance(step, Each):
                number += EACH
            elif not isinstance(step, Pause | Reach | Hear):
                number += 1
        return number

    def makes(self, kind: str) -> int:
        """Return how many objects of a kind it makes."""
        return sum(isinstance(step, Make) and step.kind == kind for step in self.steps)
