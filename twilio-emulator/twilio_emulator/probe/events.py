"""An experiment with a sink of the probe's own: which events of a task come, when, in which order.

A task's attributes are changed twenty times, two changes at a time, and each change is an event. So
what is collected for a while can be told from what is late. The sink takes many events in a
request, in their order.

Sources: https://www.twilio.com/docs/events/event-streams/sink-resource,
https://www.twilio.com/docs/events/event-streams/subscription
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

from twilio_emulator.probe.experiment import (
    Call,
    Experiment,
    Finding,
    Hear,
    Make,
    Meaning,
    Observation,
    Pause,
    Reach,
    Seen,
    Step,
    Watch,
    no,
    unclear,
    yes,
)
from twilio_emulator.probe.routing import TASK, WAITING_TASK

SINK: Final = "events/v1/Sinks/$sink"
NEEDS: Final = "an address that leads to the probe's web server, see --events-url"
PAIRS: Final = 10
APART: Final = 4.5
# Number 0 comes first, alone: a new subscription may not be in force at once.
NUMBERS: Final = range(1, 2 * PAIRS + 1)
PATIENCE: Final = 300


def _own(seen: Seen, arrivals: Sequence[Observation]) -> list[Observation]:
    """Return the arrivals of the experiment's own task."""
    task = seen["task"][0]
    return [
        one
        for one in arrivals
        if one["account"] == task["account_sid"]
        and one["task"] == task["sid"]
        and one["number"] is not None
    ]


def _first_came(seen: Seen, arrivals: Sequence[Observation]) -> bool:
    return bool(_own(seen, arrivals))


def _all_came(seen: Seen, arrivals: Sequence[Observation]) -> bool:
    return {one["number"] for one in _own(seen, arrivals)} >= set(NUMBERS)


def _change(number: int) -> Call:
    attributes = {"probe": "$workflow_name", "number": number}
    return Call("changes", "POST", TASK, {"Attributes": attributes})


def _series() -> tuple[Step, ...]:
    pairs = [(_change(n), _change(n + 1), Pause(APART)) for n in NUMBERS[::2]]
    return tuple(step for pair in pairs for step in pair)


@dataclass(frozen=True, slots=True)
class Event:
    """The first arrival of an event; it happened between the times of its call."""

    number: int
    request: int
    arrived: float
    sent: float
    answered: float


def events(seen: Seen) -> list[Event]:
    """Return the events that came, each once, in the order of their arrival."""
    found: dict[int, Event] = {}
    for one in _own(seen, seen["arrivals"]):
        call = seen["changes"][one["number"]]
        found.setdefault(
            one["number"], Event(one["number"], one["request"], one.at, call.sent, call.at)
        )
    return list(found.values())


def lost(seen: Seen) -> Finding:
    """Read whether none came."""
    came = {event.number for event in events(seen)} - {0}
    if not came:
        return yes(
            f"None of {len(NUMBERS)} events came within {PATIENCE} s, and the address leads here"
        )
    if len(came) == len(NUMBERS):
        return no(f"All of {len(NUMBERS)} events came")
    return unclear(f"Only {len(came)} of {len(NUMBERS)} events came within {PATIENCE} s")


def repeated(seen: Seen) -> Finding:
    """Read how many more times each event came."""
    own = _own(seen, seen["arrivals"])
    if not own:
        return unclear("No event came")
    times = Counter(one["id"] for one in own)
    if len(set(times.values())) > 1:
        more = sum(each > 1 for each in times.values())
        return unclear(f"{more} of {len(times)} events came more than once, the others once")
    (count,) = set(times.values())
    return Finding(count - 1, f"Of {len(times)} events, each came {count} times")


def of_others(seen: Seen) -> Finding:
    """Read whether events of another account came, to an address that no one else knows."""
    own, account = _own(seen, seen["arrivals"]), seen["task"][0]["account_sid"]
    if not own:
        return unclear("No event came")
    others = {
        one["number"]
        for one in seen["arrivals"]
        if one["account"] not in {account, None} and one["number"] is not None
    }
    numbers = {one["number"] for one in own}
    if numbers <= others:
        return yes(f"Each of {len(numbers)} events came with one like it of another account")
    if others:
        return unclear(f"Another account sent {len(others)} events like {len(numbers)} of this")
    return no(
        f"With {len(numbers)} events, none of another account came; whether one could name the "
        "same address was not asked"
    )


def reordered(seen: Seen) -> Finding:
    """Read for how long events were collected, to come the last one first."""
    came = events(seen)
    if not _complete(came):
        return unclear("Not all events came, so their order cannot be told")
    numbers = [event.number for event in came]
    if numbers == sorted(numbers):
        return Finding(0.0, f"{len(came)} events came in their order", between=(0.0, 0.0))
    if not _last_first(came):
        late = sum(one > other for one, other in pairwise(numbers))
        return unclear(f"The order differed {late} times, not as if the last came first")
    low, high = _window(seen, came)
    return Finding(
        round(high, 2),
        f"Events of between {low:.1f} and {high:.1f} s came together, the last one first",
        between=(round(low, 2), round(high, 2)),
    )


def delayed(seen: Seen) -> Finding:
    """Read how long after it happened an event came, without what it was collected for."""
    came = events(seen)
    if not came:
        return unclear("No event came")
    if not _complete(came):
        return unclear("Not all events came, so the longest time cannot be told")
    numbers = [event.number for event in came]
    if numbers != sorted(numbers) and not _last_first(came):
        return _spread(came)
    window = (0.0, 0.0) if numbers == sorted(numbers) else _window(seen, came)
    begins = [min(batch, key=lambda event: event.number) for batch in _batches(came)]
    low = max(event.arrived - event.answered - window[1] for event in begins)
    longest = [event.arrived - event.sent - window[0] for event in begins]
    high = min(longest + [event.arrived - event.sent for event in came])
    low = max(low, 0.0)
    if low > high:
        return _spread(came)
    # What can have come at once is taken for that.
    position = round(high, 2) if low > 0 else 0.0
    because = f"{len(came)} events came between {low:.2f} and {high:.2f} s after they happened"
    return Finding(position, because, between=(round(low, 2), round(high, 2)))


def _spread(came: Sequence[Event]) -> Finding:
    """Return that the time differs; the longest is the one to be ready for."""
    low = max(min(event.arrived - event.answered for event in came), 0.0)
    high = max(event.arrived - event.sent for event in came)
    because = f"The time differed from event to event, between {low:.2f} and {high:.2f} s"
    return Finding(round(high, 2), because, between=(round(low, 2), round(high, 2)))


def _complete(came: Sequence[Event]) -> bool:
    return {event.number for event in came} >= set(NUMBERS)


def _batches(came: Sequence[Event]) -> list[list[Event]]:
    """Return the events of each request."""
    return [list(batch) for _, batch in groupby(came, lambda event: event.request)]


def _last_first(came: Sequence[Event]) -> bool:
    """Tell whether each request has its events the last one first, and requests are in order."""
    batches = [[event.number for event in batch] for batch in _batches(came)]
    in_order = all(max(one) < min(other) for one, other in pairwise(batches))
    return in_order and all(batch == sorted(batch, reverse=True) for batch in batches)


def _window(seen: Seen, came: Sequence[Event]) -> tuple[float, float]:
    """Return bounds of the time for which events are collected from the first one on.

    Those of a request happened within it, and the next one after it.
    """
    low, high = 0.0, float("inf")
    for batch in _batches(came):
        first, last = batch[-1], batch[0]
        low = max(low, last.sent - first.answered)
        high = min(high, first.arrived - first.sent)
        if last.number < len(seen["changes"]) - 1:
            high = min(high, seen["changes"][last.number + 1].at - first.sent)
    return low, high


EVENTS: Final = Experiment(
    "events",
    f"A task's attributes are changed {len(NUMBERS)} times; a sink and a subscription take the "
    "events to the probe's own web server. It keeps SIDs of events of other tasks, nothing else.",
    (
        Reach(),
        *WAITING_TASK,
        Make(
            "sink",
            "sink",
            {
                "SinkType": "webhook",
                "SinkConfiguration": {
                    "destination": "$events_url",
                    "method": "POST",
                    "batch_events": True,
                },
            },
        ),
        Watch("state", SINK, lambda look: look["status"] == "active", seconds=60, needed=True),
        Make(
            "subscription",
            "subscription",
            {
                "SinkSid": "$sink",
                "Types": {"type": "com.twilio.taskrouter.task.updated", "schema_version": 1},
            },
        ),
        _change(0),
        Hear("begin", _first_came, seconds=90, quiet=0),
        *_series(),
        Hear("arrivals", _all_came, seconds=PATIENCE),
    ),
    (
        Meaning(
            "events_lost",
            f"true: none came within {PATIENCE} s, though the address leads here; false: all came",
            lost,
        ),
        Meaning(
            "events_repeated",
            "how many more times each came; unclear if some came more often than others",
            repeated,
        ),
        Meaning(
            "events_delayed",
            "the time until they came; the longest if it differed",
            delayed,
        ),
        Meaning(
            "events_reordered",
            "0: they came in their order; a time: those of so many seconds came the last one first",
            reordered,
        ),
        Meaning(
            "events_of_others",
            "true: each came with one like it of another account; false: none of another account "
            "came",
            of_others,
        ),
    ),
    needs=NEEDS,
)

EXPERIMENTS: Final = (EVENTS,)
