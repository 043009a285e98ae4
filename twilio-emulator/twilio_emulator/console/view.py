"""What the console shows: plain values, taken at one moment."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from twilio_emulator.account import Account
from twilio_emulator.console.why import Reason, person, reasons, sentence
from twilio_emulator.flex.model import Room
from twilio_emulator.taskrouter.candidates import Candidate, Loads
from twilio_emulator.taskrouter.model import Task
from twilio_emulator.taskrouter.workspace import Workspace
from twilio_emulator.workflows.matching import members

REASONS_SHOWN = 30
MESSAGES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """An open reservation: who may accept it, and for how many seconds."""

    sid: str
    task_sid: str
    worker_sid: str
    worker: str
    task: str
    seconds: int | None


@dataclass(frozen=True, slots=True)
class WorkerView:
    """A worker: activity, capacity, and what they have."""

    sid: str
    name: str
    activity_sid: str
    activity: str
    available: bool
    loads: tuple[str, ...]
    offers: tuple[Offer, ...]
    held: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class QueueView:
    """A queue: how many are in it, and how many wait."""

    name: str
    expression: str
    workers: int
    available: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Stop:
    """A target on the way of a task through its filter."""

    text: str
    state: str


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task: where it is in its workflow, for how long, and why it is there."""

    sid: str
    name: str
    channel: str
    status: str
    age: int
    priority: int
    workflow: str
    filter: str
    stops: tuple[Stop, ...]
    seconds: int | None
    why: str
    reasons: tuple[Reason, ...]
    more: int
    holder: str | None
    participant: tuple[str, str, str] | None


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation: who is in it, and what was written."""

    sid: str
    name: str
    customer: str
    state: str
    people: tuple[str, ...]
    messages: tuple[tuple[str, str], ...]


def workers(workspace: Workspace) -> list[WorkerView]:
    """Return the workers, those with something to do first."""
    now, loads = workspace.now(), Loads(workspace.tables)
    found = [
        _worker(workspace, worker.sid, loads, now) for worker in workspace.tables.workers.values()
    ]
    return sorted(found, key=lambda one: (not one.offers, not one.held, not one.available))


def _worker(workspace: Workspace, sid: str, loads: Loads, now: datetime) -> WorkerView:
    tables = workspace.tables
    worker = tables.workers[sid]
    activity = tables.activities[worker.activity_sid]
    mine = [r for r in tables.reservations.values() if r.worker_sid == sid and r.status.open]
    shown = []
    for channel in tables.task_channels.values():
        load = loads.of(sid, channel.sid)
        if load.assigned:
            shown.append(f"{channel.unique_name} {load.assigned} of {load.capacity}")
    return WorkerView(
        sid,
        person(worker.friendly_name),
        activity.sid,
        activity.friendly_name,
        activity.available,
        tuple(shown),
        tuple(
            Offer(
                r.sid,
                r.task_sid,
                sid,
                person(worker.friendly_name),
                label(tables.tasks[r.task_sid]),
                None if r.expires_at is None else max(int((r.expires_at - now).total_seconds()), 0),
            )
            for r in mine
            if r.status == "pending"
        ),
        tuple(
            (r.task_sid, label(tables.tasks[r.task_sid]), str(r.status))
            for r in mine
            if r.status.held
        ),
    )


def queues(workspace: Workspace) -> list[QueueView]:
    """Return the queues."""
    candidates: list[Candidate] = list(workspace.candidates())
    waiting = [t for t in workspace.tables.tasks.values() if t.status.waiting]
    found = []
    for queue in workspace.tables.task_queues.values():
        inside = members(queue.target_workers, candidates)
        found.append(
            QueueView(
                queue.friendly_name,
                queue.target_workers or "no expression",
                len(inside),
                sum(one.available for one in inside),
                sum(task.task_queue_sid == queue.sid for task in waiting),
            )
        )
    return found


def label(task: Task) -> str:
    """Return what to call a task: its customer, else the end of its SID."""
    attributes = json.loads(task.attributes)
    name = attributes.get("customerName") or attributes.get("name") or attributes.get("from")
    return f"{name or 'Task'} ({task.sid[-4:]})"


def tasks(account: Account, workspace: Workspace) -> list[TaskView]:
    """Return the tasks: those that wait first, then those that someone has, then the others."""
    order = ("reserved", "pending", "assigned", "wrapping", "completed", "canceled")
    found = sorted(
        workspace.tables.tasks.values(),
        key=lambda task: (order.index(task.status), -task.date_created.timestamp()),
    )
    return [_task(account, workspace, task) for task in found]


def _task(account: Account, workspace: Workspace, task: Task) -> TaskView:
    tables, now = workspace.tables, workspace.now()
    workflow = tables.workflows.get(task.workflow_sid or "")
    target = task.target
    why = reasons(workspace, task, target) if task.status.waiting and target else []
    holder = workspace.holder(task.sid)
    ends = task.target_ends_at if task.status.waiting else None
    participant = next(
        (
            (p.interaction_sid, p.channel_sid, p.sid)
            for p in account.flex.participants.values()
            if p.task_sid == task.sid and p.present
        ),
        None,
    )
    return TaskView(
        sid=task.sid,
        name=label(task),
        channel=tables.task_channels[task.task_channel_sid].unique_name,
        status=str(task.status),
        age=int((now - task.date_created).total_seconds()),
        priority=task.priority,
        workflow=workflow.friendly_name if workflow else "no workflow",
        filter=_filter(task),
        stops=_stops(workspace, task) if task.status.waiting else (),
        seconds=None if ends is None else max(int((ends - now).total_seconds()), 0),
        why=sentence(workspace, task),
        reasons=tuple(why[:REASONS_SHOWN]),
        more=max(len(why) - REASONS_SHOWN, 0),
        holder=person(holder.friendly_name) if holder else None,
        participant=participant,
    )


def _filter(task: Task) -> str:
    if task.place is None:
        return "no filter"
    if task.place.filter is None:
        return "the default"
    return task.configuration.filters[task.place.filter].name


def _stops(workspace: Workspace, task: Task) -> tuple[Stop, ...]:
    if task.place is None:
        return ()
    all_targets = (
        (task.configuration.target_at(task.place),)
        if task.place.filter is None
        else task.configuration.filters[task.place.filter].targets
    )
    found = []
    for index, target in enumerate(all_targets):
        queue = workspace.tables.task_queues.get(target.queue_sid)
        limit = "no limit" if target.timeout is None else f"{target.timeout} s"
        state = "here" if index == task.place.target else "ahead"
        state = "passed" if index < task.place.target else state
        name = queue.friendly_name if queue else target.queue_sid
        found.append(Stop(f"{name}, {limit}", state))
    return tuple(found)


def conversations(account: Account, workspace: Workspace) -> list[ConversationView]:
    """Return the conversations, the one with the latest message first."""
    last: dict[str, float] = {}
    for message in account.flex.messages.values():
        last[message.conversation_sid] = message.date_created.timestamp()
    found = sorted(account.flex.conversations.values(), key=lambda room: -last.get(room.sid, 0))
    return [_conversation(account, workspace, room) for room in found]


def _conversation(account: Account, workspace: Workspace, room: Room) -> ConversationView:
    inside = [
        each
        for each in account.flex.conversation_participants.values()
        if each.room_sid == room.sid
    ]
    names: dict[str | None, str] = {
        each.identity: person(each.friendly_name) for each in workspace.tables.workers.values()
    }
    customer = ""
    people = []
    for each in inside:
        if each.identity in names:
            people.append(names[each.identity])
            continue
        binding: dict[str, Any] = each.messaging_binding or {}
        # Of several, the first one writes.
        customer = customer or str(each.identity or binding.get("address", "customer"))
        people.append("the customer")
    written = [m for m in account.flex.messages.values() if m.conversation_sid == room.sid]
    return ConversationView(
        room.sid,
        f"{room.friendly_name} ({room.sid[-4:]})",
        customer or "customer",
        room.state,
        tuple(people),
        tuple(
            (
                names.get(m.author, "Customer" if m.author == customer else m.author),
                m.body,
            )
            for m in written[-MESSAGES_SHOWN:]
        ),
    )
