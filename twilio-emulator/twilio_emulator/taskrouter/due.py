"""When something is due that happens by itself: time-outs, deletions, late tasks of invites."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from twilio_emulator.account import Account
from twilio_emulator.taskrouter.model import ReservationStatus, TaskStatus
from twilio_emulator.taskrouter.routing_loop import LONGEST_ASSIGNMENT
from twilio_emulator.taskrouter.workspace import Workspace

# A ``skip_if`` may ask for the task's age, whole seconds.
SECOND = timedelta(seconds=1)


def next_due(account: Account) -> datetime | None:
    """Return the first moment after now at which something happens; None if nothing does."""
    now = account.clock.now()
    return min((moment for moment in _moments(account) if moment > now), default=None)


def is_due(account: Account) -> bool:
    """Tell whether something has to happen now that no one has called for.

    Every change settles its workspace, so otherwise nothing would.
    """
    now = account.clock.now()
    tables = [workspace.tables for workspace in account.workspaces.values()]
    return any(moment <= now for moment in _moments(account)) or any(
        task.status.waiting and task.target is not None and task.target.skip_if is not None
        for table in tables
        for task in table.tasks.values()
    )


def _moments(account: Account) -> Iterator[datetime]:
    for participant in account.flex.participants.values():
        if participant.completes_at is not None:
            yield participant.completes_at
    for invite in account.flex.invites.values():
        if invite.order is not None and invite.due is not None:
            yield invite.due
    for workspace in account.workspaces.values():
        yield from _of_tasks(workspace)
        for reservation in workspace.tables.reservations.values():
            if reservation.status is ReservationStatus.PENDING and reservation.expires_at:
                yield reservation.expires_at
            if reservation.status is ReservationStatus.ACCEPTED:
                yield reservation.date_updated + LONGEST_ASSIGNMENT


def _of_tasks(workspace: Workspace) -> Iterator[datetime]:
    switches = workspace.switches
    for task in workspace.tables.tasks.values():
        if task.ended_at is not None and switches.deletes_finished_after is not None:
            yield task.ended_at + timedelta(seconds=switches.deletes_finished_after)
        if not task.status.waiting:
            continue
        yield task.expires_at
        if task.target_ends_at is not None:
            yield task.target_ends_at
        if task.status is TaskStatus.PENDING and task.stranded_at is not None:
            yield task.stranded_at + timedelta(seconds=switches.cancels_unroutable_after)
        if task.target is not None and task.target.skip_if is not None:
            yield workspace.now().replace(microsecond=0) + SECOND
