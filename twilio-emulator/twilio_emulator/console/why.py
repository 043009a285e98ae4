"""Says in one sentence for whom a task waits and why, and of each worker why they do not get it."""

from collections.abc import Sequence
from dataclasses import dataclass

from twilio_emulator.taskrouter.candidates import Candidate
from twilio_emulator.taskrouter.model import ReservationStatus, Task
from twilio_emulator.taskrouter.routing_loop import members_of
from twilio_emulator.taskrouter.workspace import Workspace
from twilio_emulator.workflows.configuration import Target
from twilio_emulator.workflows.expressions import parse_value
from twilio_emulator.workflows.matching import matching

NAMED = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a worker is not offered a task; ``matches`` tells whether the target asks for them."""

    worker: str
    text: str
    matches: bool


def sentence(workspace: Workspace, task: Task) -> str:
    """Return for whom a task waits and why, or what holds it up; empty if it does not wait."""
    if not task.status.waiting:
        return ""
    offers = [o for o in workspace.reservations_of(task.sid) if o.status == "pending"]
    if offers:
        names = _listed([short(workspace, offer.worker_sid) for offer in offers])
        return f"Offered to {names}, who can accept or reject it."
    if task.target is None:
        return "It has passed the last target of its filter and is about to be canceled."
    return _waiting(workspace, task, task.target)


def _waiting(workspace: Workspace, task: Task, target: Target) -> str:
    queue = workspace.tables.task_queues.get(target.queue_sid)
    if queue is None:
        return f"Its queue {target.queue_sid} does not exist any more."
    found = reasons(workspace, task, target)
    if not found:
        expression = queue.target_workers or "nothing"
        return f"Waits in {queue.friendly_name}, which has no worker: none matches {expression}."
    whom = _asked_for(workspace, task, target)
    chosen = [f"{reason.worker} {reason.text}" for reason in found if reason.matches]
    said = _listed(chosen) if chosen else f"none of its {_workers(len(found))} is"
    return f"Waits for {whom} in {queue.friendly_name}: {said}."


def reasons(workspace: Workspace, task: Task, target: Target) -> list[Reason]:
    """Return for each member of a target's queue why they are not offered the task now."""
    members = members_of(workspace, task, target)
    matched = {c.sid for c in matching(target, workspace.scope_of(task), members)}
    asked = {
        offer.worker_sid: offer.status
        for offer in workspace.reservations_of(task.sid)
        if offer.place == task.place
    }
    channel = workspace.tables.task_channels[task.task_channel_sid].unique_name
    unmatched = f"is not {_asked_for(workspace, task, target)}"
    return [
        Reason(
            person(one.friendly_name),
            _reason(one, channel, asked.get(one.sid)) if one.sid in matched else unmatched,
            one.sid in matched,
        )
        for one in sorted(members, key=lambda one: (one.sid not in matched, one.friendly_name))
    ]


def person(friendly_name: str) -> str:
    """Return what to call a worker: what comes before the domain of an e-mail address."""
    return friendly_name.partition("@")[0].title()


def short(workspace: Workspace, worker_sid: str) -> str:
    """Return what to call the worker of a SID."""
    worker = workspace.tables.workers.get(worker_sid)
    return person(worker.friendly_name) if worker else worker_sid


def _reason(one: Candidate, channel: str, asked: ReservationStatus | None) -> str:
    load = one.loads.of(one.sid, one.task_channel_sid)
    if not one.available:
        return f"is {one.activity.friendly_name}"
    if not load.free:
        return f"has {load.assigned} of {load.capacity} {channel} tasks"
    if asked is ReservationStatus.REJECTED:
        return "has rejected it"
    if asked is not None:
        return "was asked and did not take it"
    return "can be offered it"


def _asked_for(workspace: Workspace, task: Task, target: Target) -> str:
    """Return whom a target asks for."""
    known = target.known_worker_sid or target.known_worker_friendly_name
    if known is None:
        return f"a worker with {target.expression}" if target.expression else "a worker"
    scope = workspace.scope_of(task)
    wanted = parse_value(known)({"task": scope, **scope})
    for worker in workspace.tables.workers.values():
        if wanted in {worker.sid, worker.friendly_name}:
            return person(worker.friendly_name)
    return f"a known worker who does not exist ({known} is {wanted or 'null'})"


def _workers(number: int) -> str:
    return "1 worker" if number == 1 else f"{number} workers"


def _listed(texts: Sequence[str]) -> str:
    shown = list(texts[:NAMED])
    if len(texts) > NAMED:
        shown.append(f"{len(texts) - NAMED} more")
    return ", ".join(shown)
