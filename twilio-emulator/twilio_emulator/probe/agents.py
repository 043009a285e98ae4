"""Experiments with an agent of the probe's own, who accepts a contact and is closed."""

from typing import Final

from twilio_emulator.probe.experiment import (
    Call,
    Each,
    Experiment,
    Finding,
    Make,
    Meaning,
    Observation,
    Seen,
    Step,
    Watch,
    no,
    yes,
)
from twilio_emulator.probe.interactions import CHANNEL, contact
from twilio_emulator.probe.readings import negated, time_until, yes_or_no
from twilio_emulator.probe.routing import TASK, WORKSPACE, is_over

PARTICIPANTS: Final = CHANNEL + "/Participants"


def other_channels(look: Observation) -> list[str]:
    """Return the SIDs of a worker's channels, without the one that the probe uses."""
    channels = look["channels"] or []
    return [each["sid"] for each in channels if each["task_channel_unique_name"] != "default"]


def open_offer(look: Observation) -> str | None:
    """Return the SID of the reservation that waits for its worker, in a list of a task's."""
    for offer in look["reservations"] or []:
        if offer["reservation_status"] == "pending":
            return str(offer["sid"])
    return None


def agent_of(look: Observation) -> str | None:
    """Return the SID of an agent in a list of participants."""
    for participant in look["participants"] or []:
        if participant["type"] == "agent":
            return str(participant["sid"])
    return None


def agent(name: str) -> tuple[Step, ...]:
    """Return the steps that make a worker who takes tasks of one kind, and is offline."""
    path = f"{WORKSPACE}/Workers/${name}"
    attributes = {"probe": f"${name}_name", "contact_uri": f"client:${name}_name"}
    kinds = f"kinds of {name}"
    no_more = Call(f"kind of {name}", "POST", path + "/Channels/$each", {"Available": "false"})
    return (
        Make("worker", name, {"Attributes": attributes, "ActivitySid": "$offline"}),
        Call(kinds, "GET", path + "/Channels"),
        Each(kinds, other_channels, no_more),
    )


def accepts(name: str, task: str, reservation: str) -> tuple[Step, ...]:
    """Return the steps by which such a worker accepts a task, being available no longer."""
    path, offers = f"{WORKSPACE}/Workers/${name}", task + "/Reservations"
    return (
        Call("available", "POST", path, {"ActivitySid": "$available"}),
        Watch("offers", offers, open_offer, seconds=30, name=reservation, needed=True),
        Call("accept", "POST", f"{offers}/${reservation}", {"ReservationStatus": "accepted"}),
        Call("offline", "POST", path, {"ActivitySid": "$offline"}),
    )


# A worker who takes the contact's task, and no other: of no other kind, and only for a moment.
WITH_AGENT: Final[tuple[Step, ...]] = (
    *agent("worker"),
    *contact({"TargetWorkers": "probe == '$worker_name'"}),
    *accepts("worker", TASK, "reservation"),
    Watch("agents", PARTICIPANTS, agent_of, seconds=30, name="agent", needed=True),
)
_CLOSE_AGENT: Final = Call("close", "POST", PARTICIPANTS + "/$agent", {"Status": "closed"})


def _lists_closed(seen: Seen) -> Finding:
    if agent_of(seen["looks"][-1]) is None:
        return no("The closed agent was not listed any more")
    return yes("The closed agent was still listed after 5 s")


LISTED: Final = Experiment(
    "closed-agent",
    "A worker of the probe accepts a contact and is closed; the participants are listed.",
    (
        *WITH_AGENT,
        _CLOSE_AGENT,
        Watch("looks", PARTICIPANTS, lambda look: agent_of(look) is None, seconds=5, every=1),
    ),
    (
        Meaning(
            "lists_closed_participants",
            "true: the agent is still listed after 5 s; false: not any more",
            _lists_closed,
        ),
    ),
)

COMPLETED: Final = Experiment(
    "closed-agents-task",
    "A worker of the probe accepts a contact and is closed; their task is read.",
    (*WITH_AGENT, _CLOSE_AGENT, Watch("looks", TASK, is_over, seconds=90)),
    (
        Meaning(
            "completes_after_close",
            "the time until it is completed",
            lambda seen: time_until(seen["looks"], seen["close"][0], is_over, "The completion"),
        ),
    ),
)

SECOND: Final = Experiment(
    "second-close",
    "A worker of the probe accepts a contact and is closed, twice.",
    (
        *WITH_AGENT,
        _CLOSE_AGENT,
        Call("again", "POST", PARTICIPANTS + "/$agent", {"Status": "closed"}, refusable=True),
    ),
    (
        Meaning(
            "refuses_second_close",
            "true: the second close is refused; false: it is answered like the first",
            lambda seen: negated(yes_or_no(seen["again"][0], "Closing a closed agent")),
        ),
    ),
)

EXPERIMENTS: Final = (LISTED, COMPLETED, SECOND)
