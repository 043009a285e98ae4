"""The routing loop: offers tasks to workers, times out reservations and targets.

Every change of a workspace ends with `settle`, and the server calls it on a timer as well: what it
does depends on the tables and the clock alone.
Sources: https://www.twilio.com/docs/taskrouter/lifecycle-task-state,
https://www.twilio.com/docs/taskrouter/task-evaluation
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from twilio_emulator.sids import new_sid
from twilio_emulator.taskrouter.candidates import Candidate, Loads
from twilio_emulator.taskrouter.lifecycle import cancel, remove
from twilio_emulator.taskrouter.model import (
    Reservation,
    ReservationStatus,
    Task,
    TaskStatus,
    Worker,
)
from twilio_emulator.taskrouter.workspace import Workspace
from twilio_emulator.workflows import matching
from twilio_emulator.workflows.configuration import Place, Target

# How long a worker may have a task: https://www.twilio.com/docs/taskrouter/limits
LONGEST_ASSIGNMENT = timedelta(hours=24)


def settle(workspace: Workspace) -> None:
    """Bring a workspace up to date: end what has expired, route the waiting tasks."""
    for observer in workspace.observers:
        observer.time_passed()
    _forget_ended_tasks(workspace)
    _delete_tasks_held_too_long(workspace)
    _time_out_reservations(workspace)
    loads = Loads(workspace.tables)
    for task in _in_order(workspace):
        if _route(workspace, task, loads):
            loads = Loads(workspace.tables)


def enter_workflow(workspace: Workspace, task: Task) -> Task:
    """Let the workflow choose the targets of a task, from the first one on.

    A task is matched with the filters once, when it enters the workflow (or when the workflow is
    updated with ``ReEvaluateTasks``); its targets' expressions are evaluated at every offer.
    """
    if task.workflow_sid is None:
        return task
    configuration = workspace.routing_of(workspace.tables.workflows[task.workflow_sid])
    first = configuration.first(matching.filter_scope(workspace.scope_of(task)))
    entered = replace(task, configuration=configuration, filter_entered=None)
    return _at_place(workspace, entered, first)


def _at_place(workspace: Workspace, task: Task, place: Place | None) -> Task:
    now = workspace.now()
    moved = replace(task, place=place)
    target = moved.target
    if target is None or place is None:
        return replace(moved, task_queue_sid=None, queue_entered=None, stranded_at=now)
    elsewhere = task.place is not None and task.place.filter != place.filter
    return replace(
        moved,
        task_queue_sid=target.queue_sid,
        queue_entered=now,
        filter_entered=now if elsewhere else task.filter_entered,
        stranded_at=None,
        priority=moved.priority if target.priority is None else target.priority,
    )


def _forget_ended_tasks(workspace: Workspace) -> None:
    seconds = workspace.switches.deletes_finished_after
    if seconds is None:
        return
    latest = workspace.now() - timedelta(seconds=seconds)
    for task in list(workspace.tables.tasks.values()):
        if task.ended_at is not None and task.ended_at <= latest:
            remove(workspace, task)


def _delete_tasks_held_too_long(workspace: Workspace) -> None:
    latest = workspace.now() - LONGEST_ASSIGNMENT
    held = dict.fromkeys(
        offer.task_sid
        for offer in workspace.tables.reservations.values()
        if offer.status is ReservationStatus.ACCEPTED and offer.date_updated <= latest
    )
    for task in [workspace.tables.tasks[sid] for sid in held]:
        if task.status is TaskStatus.ASSIGNED:
            workspace.publish("task.system-deleted", task, None)
            remove(workspace, task)


def _time_out_reservations(workspace: Workspace) -> None:
    for reservation in list(workspace.tables.reservations.values()):
        expired = reservation.expires_at is not None and workspace.now() >= reservation.expires_at
        if reservation.status is ReservationStatus.PENDING and expired:
            workspace.put_reservation(reservation, ReservationStatus.TIMEOUT)
            workspace.set_activity(reservation.worker_sid, workspace.timeout_activity_sid)
            reopen(workspace, reservation.task_sid)


def reopen(workspace: Workspace, task_sid: str) -> None:
    """Make a task pending again when its last open offer is gone."""
    task = workspace.tables.tasks[task_sid]
    offers = workspace.reservations_of(task_sid)
    if task.status is TaskStatus.RESERVED and not any(offer.status.open for offer in offers):
        workspace.put_task(replace(task, status=TaskStatus.PENDING))


def _in_order(workspace: Workspace) -> list[Task]:
    """Return the waiting tasks in the order they are served.

    Highest priority first, then oldest virtual start time; the newest first in a LIFO queue.
    Source: https://www.twilio.com/docs/taskrouter/queue-ordering-last-first-out-lifo
    """

    def turn(task: Task) -> tuple[int, float]:
        queue = workspace.tables.task_queues.get(task.task_queue_sid or "")
        sign = -1 if queue is not None and queue.task_order == "LIFO" else 1
        return (-task.priority, sign * task.virtual_start_time.timestamp())

    waiting = [task for task in workspace.tables.tasks.values() if task.status.waiting]
    return sorted(waiting, key=turn)


def _route(workspace: Workspace, task: Task, loads: Loads) -> bool:
    """Offer a task, move it on or cancel it; tell whether the workers' loads may have changed."""
    if workspace.now() >= task.expires_at:
        cancel(workspace, task, "Task TTL Exceeded")
        return True
    while task.status.waiting and task.target is not None:
        members = members_of(workspace, task, task.target, loads)
        offered = _offer(workspace, task, task.target, members)
        if offered or task.status is TaskStatus.RESERVED:
            return offered
        if not _leaves(workspace, task, members):
            return False
        task = workspace.put_task(_moved_on(workspace, task))
    patience = timedelta(seconds=workspace.switches.cancels_unroutable_after)
    stranded = task.stranded_at is not None and workspace.now() >= task.stranded_at + patience
    if task.status is TaskStatus.PENDING and stranded:
        # https://www.twilio.com/docs/taskrouter/lifecycle-task-workflows-and-assignment says that
        # a task which passed its last step is cancelled, not with which reason.
        cancel(workspace, task, "Workflow ended without routing to a queue")
        return True
    return False


def _is_timed_out(workspace: Workspace, task: Task) -> bool:
    return task.target_ends_at is not None and workspace.now() >= task.target_ends_at


def _leaves(workspace: Workspace, task: Task, members: Iterable[Candidate]) -> bool:
    if _is_timed_out(workspace, task):
        return True
    assert task.target is not None
    return matching.is_skipped(task.target, workspace.scope_of(task), members)


def _moved_on(workspace: Workspace, task: Task) -> Task:
    """Return a task at the place where it goes from the target that it leaves."""
    assert task.place is not None
    after = task.configuration.after(
        task.place,
        "timeout" if _is_timed_out(workspace, task) else "skip",
        matching.filter_scope(workspace.scope_of(task)),
        timeout_leads_on=workspace.switches.timeout_leads_to_next_filter,
    )
    return _at_place(workspace, task, after)


def members_of(
    workspace: Workspace, task: Task, target: Target, loads: Loads | None = None
) -> list[Candidate]:
    """Return the workers of a target's queue; of a direct task, the worker."""
    candidates = workspace.candidates(task.task_channel_sid, loads)
    if task.routing_target is not None and task.routing_target.startswith("WK"):
        return [one for one in candidates if one.sid == task.routing_target]
    queue = workspace.tables.task_queues.get(target.queue_sid)
    return [] if queue is None else matching.members(queue.target_workers, candidates)


def _offer(workspace: Workspace, task: Task, target: Target, members: Iterable[Candidate]) -> bool:
    """Reserve as many workers as the queue allows; tell whether any was reserved.

    TaskRouter "moves on to the next worker in the event of a rejection", says
    https://www.twilio.com/en-us/blog/route-tasks-even-faster-with-taskrouter-multi-reservation-html.
    Whether and when it offers the task to the first one again is not documented. Here it does if
    their activity has changed since, so that the same worker is not asked in a loop.
    """
    queue = workspace.tables.task_queues.get(target.queue_sid)
    offers = workspace.reservations_of(task.sid)
    asked_at = {o.worker_sid: o.date_updated for o in offers if o.place == task.place}
    pending = sum(offer.status is ReservationStatus.PENDING for offer in offers)
    wanted = (queue.max_reserved_workers if queue else 1) - pending
    turn = matching.in_turn(
        target,
        (
            candidate
            for candidate in matching.matching(target, workspace.scope_of(task), members)
            if not _was_asked(candidate.worker, asked_at)
            and (candidate.ready or task.ignore_capacity)
        ),
    )
    chosen = turn[: max(wanted, 0)]
    for candidate in chosen:
        _reserve(workspace, task, target, candidate)
    if chosen:
        current = workspace.tables.tasks[task.sid]
        workspace.put_task(replace(current, status=TaskStatus.RESERVED))
    return bool(chosen)


def _was_asked(worker: Worker, asked_at: Mapping[str, datetime]) -> bool:
    return worker.sid in asked_at and asked_at[worker.sid] >= worker.date_status_changed


def _reserve(workspace: Workspace, task: Task, target: Target, candidate: Candidate) -> None:
    workflow = workspace.tables.workflows.get(task.workflow_sid or "")
    seconds = workflow.task_reservation_timeout if workflow else 120
    now = workspace.now()
    reservation = Reservation(
        sid=new_sid("WR", workspace.random),
        task_sid=task.sid,
        worker_sid=candidate.worker.sid,
        task_queue_sid=target.queue_sid,
        date_created=now,
        date_updated=now,
        place=task.place,
        expires_at=now + timedelta(seconds=seconds),
    )
    workspace.tables.reservations[reservation.sid] = reservation
    workspace.publish("reservation.created", workspace.tables.tasks[task.sid], reservation)
