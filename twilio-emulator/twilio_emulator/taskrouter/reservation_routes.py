"""Reservations over HTTP, below tasks and below workers: the same objects.

Sources: https://www.twilio.com/docs/taskrouter/api/reservations,
https://www.twilio.com/docs/taskrouter/api/worker-reservations
"""

from typing import Any

from twilio_emulator.calls import Answer, Call, etag, in_workspace, with_etag
from twilio_emulator.errors import invalid, not_found
from twilio_emulator.paging import page
from twilio_emulator.taskrouter.lifecycle import accept, finish, reject
from twilio_emulator.taskrouter.model import Reservation, ReservationStatus
from twilio_emulator.taskrouter.resources import reservation_form
from twilio_emulator.taskrouter.routing_loop import reopen, settle
from twilio_emulator.taskrouter.workspace import Workspace

BELOW_TASK = "/Workspaces/{workspace}/Tasks/{task}/Reservations"
BELOW_WORKER = "/Workspaces/{workspace}/Workers/{worker}/Reservations"


def show_all(workspace: Workspace, call: Call) -> Answer:
    """List reservations, all or those of one status."""
    wanted = call.query.get("ReservationStatus")
    if wanted and wanted not in set(ReservationStatus):
        raise invalid(f"ReservationStatus {wanted} is none of {', '.join(ReservationStatus)}")
    chosen = [r for r in _all(workspace, call) if not wanted or r.status == wanted]
    if "task" in call.path and call.query.get("WorkerSid"):
        chosen = [r for r in chosen if r.worker_sid == call.query["WorkerSid"]]
    return with_etag(page(call, "reservations", chosen, lambda r: _form(workspace, call, r)))


def fetch(workspace: Workspace, call: Call) -> Answer:
    """Show a reservation."""
    reservation = _find(workspace, call)
    shown = _form(workspace, call, reservation)
    # By the OpenAPI document, only the reservations of a task have a version to see.
    return Answer(200, shown, etag(reservation.version) if "task" in call.path else {})


def update(workspace: Workspace, call: Call) -> Answer:
    """Accept, reject, wrap up or complete a reservation."""
    reservation = _find(workspace, call)
    call.check_version(reservation.version)
    if call.form.get("Instruction"):
        raise invalid("Instructions are for calls; this emulator has none")
    status, activity_sid = call.required("ReservationStatus"), call.form.get("WorkerActivitySid")
    answer(workspace, reservation, status, activity_sid)
    return fetch(workspace, call)


def answer(
    workspace: Workspace, reservation: Reservation, status: str, activity_sid: str | None = None
) -> None:
    """Carry out a worker's answer to a reservation, and let TaskRouter go on from there.

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
    raise not_found(call.path_below_host)


ROUTES = in_workspace(
    *(
        route
        for base in (BELOW_TASK, BELOW_WORKER)
        for route in (
            ("GET", base, show_all),
            ("GET", base + "/{reservation}", fetch),
            ("POST", base + "/{reservation}", update),
        )
    )
)
