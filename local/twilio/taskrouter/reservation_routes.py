"""Reservations over HTTP, below tasks and below workers: the same objects.

Sources: https://www.twilio.com/docs/taskrouter/api/reservations,
https://www.twilio.com/docs/taskrouter/api/worker-reservations
"""

from typing import Any

from local.twilio.account import Account
from local.twilio.calls import Answer, Call, Routes, etag
from local.twilio.errors import invalid, not_found
from local.twilio.paging import page
from local.twilio.taskrouter.engine import reopen, settle
from local.twilio.taskrouter.lifecycle import accept, finish, reject
from local.twilio.taskrouter.model import Reservation, ReservationStatus
from local.twilio.taskrouter.resources import reservation_form
from local.twilio.taskrouter.workspace import Workspace

BELOW_TASK = "/Workspaces/{workspace}/Tasks/{task}/Reservations"
BELOW_WORKER = "/Workspaces/{workspace}/Workers/{worker}/Reservations"


def show_all(account: Account, call: Call) -> Answer:
    """List reservations, all or those of one status."""
    workspace = account.workspace(call.path["workspace"])
    wanted = call.query.get("ReservationStatus")
    if wanted and wanted not in set(ReservationStatus):
        raise invalid(f"ReservationStatus {wanted} is none of {', '.join(ReservationStatus)}")
    chosen = [r for r in _all(workspace, call) if not wanted or r.status == wanted]
    if "task" in call.path and call.query.get("WorkerSid"):
        chosen = [r for r in chosen if r.worker_sid == call.query["WorkerSid"]]
    return page(call, "reservations", chosen, lambda r: _form(workspace, call, r))


def fetch(account: Account, call: Call) -> Answer:
    """Show a reservation."""
    workspace = account.workspace(call.path["workspace"])
    reservation = _find(workspace, call)
    return Answer(200, _form(workspace, call, reservation), etag(reservation.version))


def update(account: Account, call: Call) -> Answer:
    """Accept, reject, wrap up or complete a reservation."""
    workspace = account.workspace(call.path["workspace"])
    reservation = _find(workspace, call)
    call.check_version(reservation.version)
    if call.form.get("Instruction"):
        raise invalid("Instructions are for calls; this emulator has none")
    answer(
        workspace,
        reservation,
        call.required("ReservationStatus"),
        call.form.get("WorkerActivitySid"),
    )
    return fetch(account, call)


def answer(
    workspace: Workspace, reservation: Reservation, status: str, activity_sid: str | None = None
) -> None:
    """Do what a worker says about a reservation, and let TaskRouter go on from there.

    Raises
    ------
    TwilioError
        400 with code 20001 when the reservation's state does not allow it.
    """
    if status == ReservationStatus.ACCEPTED:
        accept(workspace, reservation)
    elif status == ReservationStatus.REJECTED:
        reject(workspace, reservation, activity_sid)
        reopen(workspace, reservation.task_sid)
    elif status in {ReservationStatus.WRAPPING, ReservationStatus.COMPLETED}:
        finish(workspace, reservation, wrapping=status == ReservationStatus.WRAPPING)
    else:
        raise invalid(f"Cannot set ReservationStatus to {status}")
    settle(workspace)


def _all(workspace: Workspace, call: Call) -> list[Reservation]:
    if "task" in call.path:
        workspace.task(call.path["task"])
        return workspace.reservations_of(call.path["task"])
    worker = workspace.worker(call.path["worker"])
    return [r for r in workspace.tables.reservations.values() if r.worker_sid == worker.sid]


def _form(workspace: Workspace, call: Call, reservation: Reservation) -> dict[str, Any]:
    above = f"Tasks/{reservation.task_sid}"
    if "worker" in call.path:
        above = f"Workers/{reservation.worker_sid}"
    return reservation_form(workspace, reservation, above)


def _find(workspace: Workspace, call: Call) -> Reservation:
    for reservation in _all(workspace, call):
        if reservation.sid == call.path["reservation"]:
            return reservation
    raise not_found(call.url.split(".twilio.com/v1")[-1])


ROUTES: Routes = (
    ("GET", BELOW_TASK, show_all),
    ("GET", BELOW_TASK + "/{reservation}", fetch),
    ("POST", BELOW_TASK + "/{reservation}", update),
    ("GET", BELOW_WORKER, show_all),
    ("GET", BELOW_WORKER + "/{reservation}", fetch),
    ("POST", BELOW_WORKER + "/{reservation}", update),
)
