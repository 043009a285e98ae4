"""The changes of a task's and a reservation's state, and what TaskRouter refuses.

Sources: https://www.twilio.com/docs/taskrouter/lifecycle-task-state,
https://www.twilio.com/docs/taskrouter/api/task,
https://www.twilio.com/docs/taskrouter/api/reservations
"""

from dataclasses import replace

from twilio_emulator.errors import invalid
from twilio_emulator.taskrouter.model import Reservation, ReservationStatus, Task, TaskStatus
from twilio_emulator.taskrouter.workspace import Workspace


def complete(workspace: Workspace, task: Task, reason: str | None) -> Task:
    """Complete a task that a worker has, and the reservation with it.

    Raises
    ------
    TwilioError
        400 with code 20001 unless it is assigned or wrapping.
    """
    if task.status not in {TaskStatus.ASSIGNED, TaskStatus.WRAPPING}:
        raise workspace.refused("complete", task, "not currently assigned")
    _end_reservations(workspace, task, ReservationStatus.COMPLETED)
    return _end(workspace, task, TaskStatus.COMPLETED, reason)


def wrap(workspace: Workspace, task: Task, reason: str | None) -> Task:
    """Put a task into wrapping; 400 with code 20001 unless it is assigned."""
    if task.status is not TaskStatus.ASSIGNED:
        raise workspace.refused("wrap up", task, "not currently assigned")
    for reservation in workspace.reservations_of(task.sid):
        if reservation.status is ReservationStatus.ACCEPTED:
            workspace.put_reservation(reservation, ReservationStatus.WRAPPING)
    wrapping = workspace.put_task(
        replace(task, status=TaskStatus.WRAPPING, reason=reason or task.reason)
    )
    for observer in workspace.observers:
        observer.task_wrapping(wrapping)
    return wrapping


def cancel(workspace: Workspace, task: Task, reason: str | None) -> Task:
    """Cancel a task; 400 with code 20001 unless it is pending or reserved."""
    if not task.status.waiting:
        raise workspace.refused("cancel", task, "not pending or reserved")
    _end_reservations(workspace, task, ReservationStatus.CANCELED)
    return _end(workspace, task, TaskStatus.CANCELED, reason)


def remove(workspace: Workspace, task: Task) -> None:
    """Delete a task, and its reservations with it."""
    del workspace.tables.tasks[task.sid]
    for reservation in workspace.reservations_of(task.sid):
        del workspace.tables.reservations[reservation.sid]
    if not task.status.ended:
        _tell_of_end(workspace, task)


def accept(workspace: Workspace, reservation: Reservation) -> None:
    """Let a worker take a task; the other offers of it are withdrawn."""
    task = workspace.task(reservation.task_sid)
    _require(workspace, reservation, "accept", {ReservationStatus.PENDING})
    for other in workspace.reservations_of(task.sid):
        if other.sid != reservation.sid and other.status is ReservationStatus.PENDING:
            workspace.put_reservation(other, ReservationStatus.RESCINDED)
    task = workspace.put_task(
        replace(task, status=TaskStatus.ASSIGNED, task_queue_sid=reservation.task_queue_sid)
    )
    taken = workspace.put_reservation(reservation, ReservationStatus.ACCEPTED)
    worker = workspace.tables.workers[reservation.worker_sid]
    for observer in workspace.observers:
        observer.reservation_accepted(task, worker, taken)


def reject(workspace: Workspace, reservation: Reservation, activity_sid: str | None) -> None:
    """Let a worker decline a task, and change to an activity if one is given.

    "When you specify a worker SID in your Interactions invite and that agent declines the invite
    [...], the created task gets canceled":
    https://www.twilio.com/docs/flex/developer/conversations/best-practices
    """
    _require(workspace, reservation, "reject", {ReservationStatus.PENDING})
    workspace.put_reservation(reservation, ReservationStatus.REJECTED)
    if activity_sid is not None:
        workspace.find(workspace.tables.activities, "Activities", activity_sid)
        workspace.set_activity(reservation.worker_sid, activity_sid)
    task = workspace.task(reservation.task_sid)
    direct = (task.routing_target or "").startswith("WK")
    if direct and workspace.belongs_to_interaction(task):
        cancel(workspace, task, "Invited worker declined")


def finish(workspace: Workspace, reservation: Reservation, *, wrapping: bool) -> None:
    """Complete (or wrap up) a reservation, and its task with it."""
    task = workspace.task(reservation.task_sid)
    if wrapping:
        _require(workspace, reservation, "wrap up", {ReservationStatus.ACCEPTED})
        wrap(workspace, task, None)
    else:
        held = {ReservationStatus.ACCEPTED, ReservationStatus.WRAPPING}
        _require(workspace, reservation, "complete", held)
        complete(workspace, task, None)


def change_status(workspace: Workspace, task: Task, status: str, reason: str | None) -> None:
    """Carry out the ``AssignmentStatus`` of an update.

    Raises
    ------
    TwilioError
        400 with code 20001 for a status that cannot be set, or not from the present one.
    """
    changes = {
        TaskStatus.CANCELED: cancel,
        TaskStatus.WRAPPING: wrap,
        TaskStatus.COMPLETED: complete,
    }
    for name, change in changes.items():
        if status == name:
            change(workspace, task, reason)
            return
    raise invalid(f"Cannot set AssignmentStatus to {status}: expected one of {', '.join(changes)}")


def _end(workspace: Workspace, task: Task, status: TaskStatus, reason: str | None) -> Task:
    ended = workspace.put_task(
        replace(task, status=status, reason=reason or task.reason, ended_at=workspace.now())
    )
    _tell_of_end(workspace, ended)
    return ended


def _tell_of_end(workspace: Workspace, task: Task) -> None:
    for observer in workspace.observers:
        observer.task_ended(task)


def _end_reservations(workspace: Workspace, task: Task, status: ReservationStatus) -> None:
    for reservation in workspace.reservations_of(task.sid):
        if reservation.status.open:
            workspace.put_reservation(reservation, status)


def _require(
    workspace: Workspace, reservation: Reservation, what: str, allowed: set[ReservationStatus]
) -> None:
    if reservation.status not in allowed:
        raise invalid(
            f"Cannot {what} reservation {reservation.sid} of task {reservation.task_sid} in "
            f"workspace {workspace.sid} because it is {reservation.status}.",
        )
