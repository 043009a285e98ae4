"""Switches for behaviour that Twilio's documentation leaves open, or that varies.

A caller is correct when it copes with every setting. All times are in seconds by the account's
clock, those of events by the machine's; what is due takes effect before the next call is answered,
or at the server's next tick.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, get_type_hints

from local.twilio.taskrouter.model import TaskStatus


@dataclass(slots=True)
class Switches:
    """One field for each open question; its docstring names the page that leaves it open."""

    evaluations_per_second: int = 3
    """Rate limit of a search by attributes. Documented as 3 by default, and raised for some
    accounts: https://www.twilio.com/en-us/changelog/taskrouter-endpoint-rate-limit-correction
    """

    invite_names_its_task: bool = True
    """Whether an invite's answer holds the new task's SID. The example below
    https://www.twilio.com/docs/flex/developer/conversations/park-an-interaction has it; creation
    is asynchronous, says the page on interactions. When False, the channel's list of invites has
    it as soon as the task exists.
    """

    invite_task_delay: float = 0.0
    """How long after its invite a task is created, where ``invite_names_its_task`` is False. The
    page on interactions calls creation asynchronous and gives no time.
    """

    janitor_after: frozenset[TaskStatus] = frozenset({TaskStatus.COMPLETED})
    """After which states of a task its chat channel is cleaned up; none switches the Channel
    Janitor off. Completed tasks and deleted ones (which count unless it is off) are documented,
    wrapping and cancelled ones are left open:
    https://www.twilio.com/docs/flex/developer/messaging/manage-flows#channel-janitor
    """

    lists_closed_participants: bool = True
    """Whether the list of a channel's participants goes on showing a closed agent. Left open by
    the page ``interaction-channel-participants`` of the Interactions API, whose participants have
    no property that tells.
    """

    completes_after_close: float = 0.0
    """How long after the answer to an agent's close their task is completed. Left open by
    https://www.twilio.com/docs/flex/developer/conversations/park-an-interaction
    """

    refuses_second_close: bool = True
    """Whether closing a closed agent again is refused: with 400 and 20001 while they are listed,
    with 404 and 20404 otherwise. When False it is answered like the first. Left open by the page
    ``interaction-channel-participants``.
    """

    search_lag: float = 0.0
    """How old a task must be for ``EvaluateTaskAttributes`` to see it. Left open by
    https://www.twilio.com/docs/taskrouter/api/task
    """

    cancels_interaction_tasks: bool = True
    """Whether the Task API cancels and deletes tasks of interactions. "Not supported", says
    https://www.twilio.com/docs/flex/developer/conversations/best-practices, and leaves open
    whether it is refused: when False, with 400 and 20001.
    """

    closing_cancels_invited_tasks: bool = False
    """Whether the end of an interaction's channel cancels the tasks of invites that no agent has
    accepted yet. Left open by the page ``channels-subresource``, which tells of agents' tasks.
    """

    etag_changes_always: bool = False
    """Whether an update that changes nothing makes a new ``ETag``. The page on tasks says only
    that the same ``ETag`` means the same resource.
    """

    cancels_unroutable_after: float = 0.0
    """How long a task stays pending after its workflow has no queue for it (any more). Cancelled
    in the end, says https://www.twilio.com/docs/taskrouter/lifecycle-task-workflows-and-assignment
    without a time.
    """

    deletes_finished_after: float | None = 300.0
    """How long a completed or cancelled task can be read; None keeps it. Some minutes: Twilio's
    pages have given 5 and 15, https://www.twilio.com/docs/taskrouter/lifecycle-task-state
    """

    ignores_empty_target_workers: bool = False
    """Whether an empty ``TargetWorkers`` counts as none when a queue is created, which then takes
    every worker. Documented as the value of a queue without workers, with no word on how it is
    sent: https://www.twilio.com/docs/taskrouter/api/task-queue
    """

    events_repeated: int = 0
    """How many more times a sink gets each event, in requests of their own. "We might send the same
    event more than once", says https://www.twilio.com/docs/events/event-delivery-and-duplication.
    """

    events_delayed: float = 0.0
    """How long after it happened an event is sent. "Two second latency is not guaranteed", says
    https://www.twilio.com/docs/events/ga-migration.
    """

    events_lost: bool = False
    """Whether all events are lost, from now on. An event can be "dropped and is not retried":
    https://www.twilio.com/docs/api/errors/91303
    """

    events_reordered: float = 0.0
    """For how long a sink's events are collected, to be sent the last one first; 0 keeps their
    order. "Receiving events in order isn't guaranteed", says https://www.twilio.com/docs/events.
    """

    events_of_others: bool = False
    """Whether each event comes after one like it of another account. Nothing ties the address of
    a sink to one account: https://www.twilio.com/docs/events/event-streams/sink-resource
    """

    def as_document(self) -> dict[str, Any]:
        """Return all names and values, as JSON has them."""
        return {
            field.name: sorted(value) if isinstance(value, frozenset) else value
            for field in fields(self)
            for value in (getattr(self, field.name),)
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
        for field in fields(self):
            setattr(self, field.name, getattr(defaults, field.name))


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
