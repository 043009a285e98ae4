"""What happens in a sequence, as plain data that can be drawn, shortened and printed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.simulation.wire import (
    FAILED_AFTER,
    KILLS,
    LATE,
    LOST,
    NOT_CONNECTED,
    SILENT,
    SLOW,
    STATUSES,
    TO_TABLE,
    TO_TWILIO,
    Fault,
)

AGENTS = ("ana", "ben", "carla", "dev")
TARGETS = ("ben", "carla", "dev", "ana", "Sales", "Escalations queue", "Escalations", "Impatient")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens.

    Attributes
    ----------
    number : int
        Stays when other steps are dropped.
    act : str
        A method of `Acts`.
    by : str
        Who does it.
    to, when : str
        The target of a transfer, and when it ends the original; of others what they need.
    pause : float or None
        Seconds until the next step; None waits until no function runs.
    """

    number: int
    act: str
    by: str = "ana"
    to: str = ""
    when: str = ""
    pause: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A sequence.

    Attributes
    ----------
    seed : int
        Of all that is random while it runs.
    kind : str
        ``chat`` or ``conversation``.
    switches : mapping
        Those of the emulated Twilio.
    hand_over : str
        The stack's own choice; empty for a stack without offers.
    index_lag : float
        Seconds until the table's index shows a write.
    events : bool
        Whether Twilio's events come; they come late, twice or never.
    """

    seed: int
    kind: str = "conversation"
    switches: Mapping[str, Any] = field(default_factory=dict)
    hand_over: str = "now"
    index_lag: float = 0.0
    events: bool = True
    steps: tuple[Step, ...] = ()
    faults: tuple[Fault, ...] = ()

    def __str__(self) -> str:
        lines = [
            f"Plan({self.seed}, kind={self.kind!r}, switches={dict(self.switches)!r}, "
            f"hand_over={self.hand_over!r}, index_lag={self.index_lag}, "
            f"events={self.events}, steps=(",
            *(f"    {one}," for one in self.steps),
            "), faults=(",
            *(f"    {one}," for one in self.faults),
            "))",
        ]
        return "\n".join(lines)


SWITCHES: Mapping[str, tuple[Any, ...]] = {
    "evaluations_per_second": (3, 30),
    "invite_names_its_task": (True, True, False),
    "invite_task_delay": (0.0, 0.4, 5.0, 40.0),
    "janitor_after": (["completed"], ["completed", "canceled"], ["completed", "wrapping"], []),
    "lists_closed_participants": (True, False),
    "completes_after_close": (0.0, 0.4, 3.0),
    "refuses_second_close": (True, False),
    "search_lag": (0.0, 0.4, 5.0, 30.0),
    "cancels_interaction_tasks": (True, True, True, False),
    "closing_cancels_invited_tasks": (False, True),
    "etag_changes_always": (False, True),
    "cancels_unroutable_after": (0.0, 0.4, 20.0),
    "deletes_finished_after": (300.0, 900.0),
}
PAUSES = (None, None, None, 0.0, 0.05, 0.15, 0.3, 1.0, 3.0, 10.0, 40.0, 70.0)
# Each as often as it stands here.
ACTS = (
    *["transfer"] * 8, *["again"] * 3, *["take_back"] * 2, "hand_on", "read",
    *["accept"] * 6, "reject", *["leave"] * 3, *["wrap"] * 2, "end", "go_away", "come_back",
    "cancel", "delete", "bring_in", "look", "look",
)  # fmt: skip
ALWAYS = 99
LATE_SECONDS = (0.3, 2.0, 7.0, 13.0, 30.0, 60.0)
FAULTS = (
    *[LOST] * 4, *[LATE] * 6, SILENT, NOT_CONNECTED, SLOW, *[FAILED_AFTER] * 2, *[*KILLS] * 3,
    *(kind for kind, status in STATUSES.items() if status in {400, 412, 429, 500, 503}),
)  # fmt: skip


def drawn(seed: int) -> Plan:
    """Draw a sequence."""
    random = Random(seed)
    kind = random.choice(("conversation", "conversation", "conversation", "chat"))
    switches = {
        name: random.choice(values) for name, values in SWITCHES.items() if random.random() < 0.2
    }
    hand_over = random.choice(("now", "now", "accepted", "accepted", "warm", ""))
    whens: tuple[str, ...] = ("", "now", "accepted", "accepted", "warm")
    if (kind == "chat" or not hand_over) and random.random() < 0.9:
        whens = ("", "now")  # what is not possible is refused at once
    first = random.choice([one for one in TARGETS if one != "ana"])
    steps = [Step(0, "transfer", "ana", first, random.choice(whens), random.choice(PAUSES))]
    for number in range(1, random.randint(3, 10)):
        act = random.choice(ACTS)
        by = random.choice((*AGENTS, "ana", "ana", "sam"))
        to, when = random.choice(TARGETS), random.choice(whens)
        steps.append(Step(number, act, by, to, when, random.choice(PAUSES)))
    faults = []
    for step in steps:
        if (
            step.act in {"transfer", "again", "take_back", "hand_on", "look"}
            and random.random() < 0.35
        ):
            faults.append(_fault(random, str(step.number)))
    for nth in range(6):
        if random.random() < 0.1:
            faults.append(_fault(random, f"event {nth}"))
    for nth in range(3):
        if random.random() < 0.1:
            faults.append(_fault(random, f"minute {nth}"))
    return Plan(
        seed=seed,
        kind=kind,
        switches=switches,
        hand_over=hand_over,
        index_lag=random.choice((0.0, 0.0, 0.5, 1.0)),
        steps=tuple(steps),
        faults=tuple(faults),
    )


def _fault(random: Random, of: str) -> Fault:
    kind = random.choice(FAULTS)
    # Rather those that change something than the reads of the first round.
    match = random.choice((TO_TWILIO, TO_TWILIO, "^POST .*(Tasks|Invites|Participants)", TO_TABLE))
    return Fault(
        of,
        kind,
        nth=random.randint(0, 12 if match == TO_TWILIO else 4),
        times=random.choice((1, 1, 1, 2, 4, ALWAYS)),
        seconds=random.choice(LATE_SECONDS) if kind in {LATE, SLOW} else 0.0,
        match=match,
    )
