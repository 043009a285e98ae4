"""Switches for behaviour that Twilio's documentation leaves open, or that varies.

Each is a question: the page that leaves it open, and how one would see the answer on a real
account. A caller is correct when it copes with every setting. All times are in seconds by the
account's clock, those of events by the machine's. What is due takes effect before the next call is
answered, or at the server's next tick.

``TWILIO_EMULATOR_SWITCHES``, a JSON object, has other defaults for a whole process: so the same
tests run with another answer.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, get_type_hints

from twilio_emulator.taskrouter.model import TaskStatus

_DOCS = "https://www.twilio.com/docs/"
_INTERACTIONS = _DOCS + "flex/developer/conversations/interactions-api/"
_PARTICIPANTS = _INTERACTIONS + "interaction-channel-participants"
_INVITES = _INTERACTIONS + "invites-subresource"
_PARK = _DOCS + "flex/developer/conversations/park-an-interaction"
_DELIVERY = _DOCS + "events/event-delivery-and-duplication"


VARIABLE = "TWILIO_EMULATOR_SWITCHES"


@dataclass(frozen=True, slots=True)
class Question:
    """What a switch answers.

    Attributes
    ----------
    text
        The question; the switch's value is the answer.
    page
        Which leaves it open, or says what another page says otherwise.
    seen
        How one would see the answer on a real account: which calls, and what to look at.
    """

    text: str
    page: str
    seen: str


def _switch(*, default: Any, text: str, page: str, seen: str) -> Any:
    return field(default=default, metadata={"question": Question(text, page, seen)})


@dataclass(slots=True)
class Switches:
    """One field for each open question, with its default.

    Raises
    ------
    ValueError
        The environment's defaults are not valid.
    """

    evaluations_per_second: int = _switch(
        default=3,
        text="How many searches by attributes does TaskRouter answer in a second? 3 by "
        "default, raised for some accounts.",
        page="https://www.twilio.com/en-us/changelog/taskrouter-endpoint-rate-limit-correction",
        seen="GET Tasks?EvaluateTaskAttributes=1==1 ten times within a second; count the "
        "answers before the first 429.",
    )
    timeout_leads_to_next_filter: bool = _switch(
        default=False,
        text="Does a task go to the next filter that it matches when the last target of its "
        "filter times out? Yes by this page; the lifecycle page says that it is canceled.",
        page=_DOCS + "taskrouter/workflow-configuration",
        seen="Create a workflow of two filters 1==1, the first with a target of an empty queue "
        "and a timeout of 5, and a task in it. After 10 s GET the task: assignment_status "
        "and task_queue_sid.",
    )
    invite_names_its_task: bool = _switch(
        default=True,
        text="Does an invite's answer hold the new task's SID? An example has it; creation is "
        "asynchronous, says the page on interactions.",
        page=_PARK,
        seen="POST an invite; look for routing.properties.sid in the answer, then GET the invites.",
    )
    invite_task_delay: float = _switch(
        default=0.0,
        text="How long after its invite is a task created, if the answer does not name it?",
        page=_INVITES,
        seen="POST an invite, then GET the channel's invites until one has "
        "routing.properties.sid; compare the times.",
    )
    janitor_after: frozenset[TaskStatus] = _switch(
        default=frozenset({TaskStatus.COMPLETED}),
        text="After which states of a task does the Channel Janitor clean up its chat channel? "
        "Completed and deleted are documented; none switches it off.",
        page=_DOCS + "flex/developer/messaging/manage-flows#channel-janitor",
        seen="Put a chat's task into wrapping, another into canceled; a minute later GET the "
        "channel's members.",
    )
    lists_closed_participants: bool = _switch(
        default=True,
        text="Does the list of a channel's participants go on showing an agent who was closed?",
        page=_PARTICIPANTS,
        seen="POST Status=closed to an agent's participant, then GET the participants.",
    )
    completes_after_close: float = _switch(
        default=0.0,
        text="How long after the answer to an agent's close is their task completed?",
        page=_PARK,
        seen="POST Status=closed to an agent's participant, then GET their task until it is "
        "completed; compare the times.",
    )
    refuses_second_close: bool = _switch(
        default=True,
        text="Is closing a closed agent again refused: with 400 and 20001 while they are "
        "listed, with 404 and 20404 otherwise?",
        page=_PARTICIPANTS,
        seen="POST Status=closed twice to an agent's participant; look at the second answer.",
    )
    search_lag: float = _switch(
        default=0.0,
        text="How old must a task be for EvaluateTaskAttributes to see it?",
        page=_DOCS + "taskrouter/api/task",
        seen="POST a task with an attribute of its own, then search for it every half second; "
        "compare the times.",
    )
    cancels_interaction_tasks: bool = _switch(
        default=True,
        text='Does the Task API cancel and delete tasks of interactions? "Not supported", says '
        "the page; if it refuses, here with 400 and 20001.",
        page=_DOCS + "flex/developer/conversations/best-practices",
        seen="POST AssignmentStatus=canceled to the task of an invite that waits; look at the "
        "answer.",
    )
    refuses_invites_into_closed_channels: bool = _switch(
        default=True,
        text="Is an invite into a channel that is over refused, with 400 and 20001?",
        page=_INVITES,
        seen="Close an interaction's channel, then POST an invite into it; look at the answer.",
    )
    closing_cancels_invited_tasks: bool = _switch(
        default=False,
        text="Does the end of an interaction's channel cancel the tasks of invites that no "
        "agent has accepted? The page tells of agents' tasks only.",
        page=_INTERACTIONS + "channels-subresource",
        seen="POST an invite to a queue without workers, close the channel, GET the invite's task.",
    )
    etag_changes_always: bool = _switch(
        default=False,
        text="Does an update that changes nothing make a new ETag? The same one means the same "
        "task, is all that the page says.",
        page=_DOCS + "taskrouter/api/task",
        seen="POST a task's own attributes to it; compare the ETag before and after.",
    )
    cancels_unroutable_after: float = _switch(
        default=0.0,
        text="How long does a task stay pending after its workflow has no queue for it any more?",
        page=_DOCS + "taskrouter/lifecycle-task-workflows-and-assignment",
        seen="Create a task in a workflow whose only target times out after 5 s; GET it until "
        "it is canceled.",
    )
    deletes_finished_after: float | None = _switch(
        default=300.0,
        text="How long can a completed or canceled task be read? Pages have said 5 minutes and "
        "15; null keeps it.",
        page=_DOCS + "taskrouter/lifecycle-task-state",
        seen="Cancel a task, then GET it every minute until it is answered 404.",
    )
    ignores_empty_target_workers: bool = _switch(
        default=False,
        text="Does an empty TargetWorkers count as none when a queue is created, which then takes "
        "every worker? The page documents it as the value of a queue without workers, and does not "
        "say how it is sent.",
        page=_DOCS + "taskrouter/api/task-queue",
        seen="POST a queue with TargetWorkers= (empty); look at target_workers in the answer.",
    )
    events_repeated: int = _switch(
        default=0,
        text='How many more times does a sink get each event? "We might send the same event '
        'more than once."',
        page=_DELIVERY,
        seen="Keep the ids of a day's events; count those that came more than once.",
    )
    events_delayed: float = _switch(
        default=0.0,
        text='How long after it happened is an event sent? "Two second latency is not guaranteed."',
        page=_DOCS + "events/ga-migration",
        seen="Compare the time of each event with the time of its arrival.",
    )
    events_lost: bool = _switch(
        default=False,
        text='Are all events lost, from now on? An event can be "dropped and is not retried".',
        page=_DOCS + "api/errors/91303",
        seen="Compare a day's events with TaskRouter's own list, GET Events.",
    )
    events_reordered: float = _switch(
        default=0.0,
        text="For how long are a sink's events collected, to be sent the last one first? "
        '"Receiving events in order isn\'t guaranteed"; 0 keeps their order.',
        page=_DOCS + "events",
        seen="Compare the order of arrival with the order of the events' times.",
    )
    events_of_others: bool = _switch(
        default=False,
        text="Does each event come after one like it of another account? Nothing ties the "
        "address of a sink to one account.",
        page=_DOCS + "events/event-streams/sink-resource",
        seen="Create a sink with the same destination in a second account.",
    )

    def __post_init__(self) -> None:
        """Set the defaults of the environment."""
        given = os.environ.get(VARIABLE)
        if not given:
            return
        try:
            self.change(dict(json.loads(given)))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{VARIABLE}: expected a JSON object of switches; {error}") from error

    @staticmethod
    def questions() -> dict[str, Question]:
        """Return the question that each switch answers, by its name."""
        return {each.name: each.metadata["question"] for each in fields(Switches)}

    def as_document(self) -> dict[str, Any]:
        """Return all names and values, as JSON has them."""
        return {
            each.name: sorted(value) if isinstance(value, frozenset) else value
            for each in fields(self)
            for value in (getattr(self, each.name),)
        }

    def change(self, document: Mapping[str, Any]) -> None:
        """Set the fields that a JSON object names, all of them or none.

        Raises
        ------
        ValueError
            For an unknown name, or a value of another type; says what is expected.
        """
        kinds = get_type_hints(Switches)
        unknown = sorted(set(document) - set(kinds))
        if unknown:
            raise ValueError(f"{', '.join(unknown)}: expected names among {', '.join(kinds)}")
        read = {name: _read(name, kinds[name], value) for name, value in document.items()}
        for name, value in read.items():
            setattr(self, name, value)

    def restore(self) -> None:
        """Set everything back to the defaults."""
        defaults = Switches()
        for each in fields(self):
            setattr(self, each.name, getattr(defaults, each.name))


def _read(name: str, kind: Any, value: Any) -> Any:
    """Return a value of JSON as the switch of that type takes it."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    if kind is bool and isinstance(value, bool):
        return value
    if kind is int and number and isinstance(value, int):
        return value
    if kind in (float, float | None) and number:
        return float(value)
    if kind == float | None and value is None:
        return None
    if kind == frozenset[TaskStatus] and isinstance(value, list):
        try:
            return frozenset(TaskStatus(status) for status in value)
        except ValueError:
            pass
    raise ValueError(f"{name}: expected {_EXPECTED[kind]}, not {value!r}")


_EXPECTED: Mapping[Any, str] = {
    bool: "true or false",
    int: "a whole number, 0 or more",
    float: "a number of seconds, 0 or more",
    float | None: "a number of seconds, 0 or more, or null",
    frozenset[TaskStatus]: f"an array of states among {', '.join(TaskStatus)}",
}
