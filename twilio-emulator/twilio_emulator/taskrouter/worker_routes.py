"""Workers and their capacity on each task channel over HTTP.

Sources: https://www.twilio.com/docs/taskrouter/api/worker,
https://www.twilio.com/docs/taskrouter/api/worker-channel
"""

from dataclasses import replace

from twilio_emulator.calls import Answer, Call, condition, etag, in_workspace, truth, with_etag
from twilio_emulator.errors import invalid, not_found
from twilio_emulator.paging import page
from twilio_emulator.taskrouter.candidates import Candidate
from twilio_emulator.taskrouter.lifecycle import reject
from twilio_emulator.taskrouter.model import ReservationStatus, WorkerChannel
from twilio_emulator.taskrouter.resources import listed, worker_channel_form, worker_form
from twilio_emulator.taskrouter.routing_loop import reopen, settle
from twilio_emulator.taskrouter.workspace import Workspace
from twilio_emulator.workflows.matching import members

BASE = "/Workspaces/{workspace}/Workers"
# Characters of JSON: https://www.twilio.com/docs/taskrouter/limits
MAX_ATTRIBUTES = 4096


def fetch(workspace: Workspace, call: Call) -> Answer:
    """Show a worker."""
    worker = workspace.worker(call.path["worker"])
    return Answer(200, worker_form(workspace, worker), etag(worker.version))


def update(workspace: Workspace, call: Call) -> Answer:
    """Change a worker's name, attributes or activity."""
    worker = workspace.worker(call.path["worker"])
    call.check_version(worker.version)
    activity_sid = call.form.get("ActivitySid") or worker.activity_sid
    if activity_sid not in workspace.tables.activities:
        raise invalid(f"Activity {activity_sid} does not exist")
    now = workspace.now()
    moved = activity_sid != worker.activity_sid
    workspace.tables.workers[worker.sid] = replace(
        worker,
        friendly_name=call.form.get("FriendlyName") or worker.friendly_name,
        attributes=call.json_object("Attributes", worker.attributes, limit=MAX_ATTRIBUTES),
        activity_sid=activity_sid,
        date_updated=now,
        date_status_changed=now if moved else worker.date_status_changed,
        version=worker.version + 1,
    )
    if call.boolean("RejectPendingReservations", default=False):
        _reject_pending(workspace, worker.sid)
    settle(workspace)
    return fetch(workspace, call)


def show_all(workspace: Workspace, call: Call) -> Answer:
    """List the workers that pass all the filters of the query."""
    candidates = list(workspace.candidates())
    for queue in workspace.tables.task_queues.values():
        if call.query.get("TaskQueueSid") == queue.sid or (
            call.query.get("TaskQueueName") == queue.friendly_name
        ):
            candidates = members(queue.target_workers, candidates)
    if expression := call.query.get("TargetWorkersExpression"):
        condition("TargetWorkersExpression", expression)
        candidates = members(expression, candidates)
    workers = [candidate.worker for candidate in candidates if _passes(candidate, call)]
    return with_etag(page(call, "workers", workers, lambda w: listed(worker_form(workspace, w))))


def _passes(candidate: Candidate, call: Call) -> bool:
    """Compare a worker with the plain filters of a list's query."""
    shown = {
        "FriendlyName": candidate.worker.friendly_name,
        "ActivityName": candidate.activity.friendly_name,
        "ActivitySid": candidate.activity.sid,
    }
    available = call.query.get("Available")
    return all(call.query.get(name, text) in {"", text} for name, text in shown.items()) and (
        not available or candidate.activity.available is truth(available)
    )


def _reject_pending(workspace: Workspace, worker_sid: str) -> None:
    for reservation in list(workspace.tables.reservations.values()):
        pending = reservation.status is ReservationStatus.PENDING
        if reservation.worker_sid == worker_sid and pending:
            reject(workspace, reservation, None)
            reopen(workspace, reservation.task_sid)


def show_channels(workspace: Workspace, call: Call) -> Answer:
    """List a worker's capacity on every task channel."""
    worker = workspace.worker(call.path["worker"])
    found = [c for c in workspace.tables.worker_channels.values() if c.worker_sid == worker.sid]
    return page(call, "channels", found, lambda c: worker_channel_form(workspace, c))


def fetch_channel(workspace: Workspace, call: Call) -> Answer:
    """Show a worker's capacity on one task channel."""
    return Answer(200, worker_channel_form(workspace, _channel(workspace, call)))


def update_channel(workspace: Workspace, call: Call) -> Answer:
    """Change a worker's capacity on a task channel, or close the channel to them."""
    channel = _channel(workspace, call)
    workspace.tables.worker_channels[channel.sid] = replace(
        channel,
        configured_capacity=call.integer("Capacity", channel.configured_capacity),
        available=call.boolean("Available", default=channel.available),
        date_updated=workspace.now(),
    )
    settle(workspace)
    return fetch_channel(workspace, call)


def _channel(workspace: Workspace, call: Call) -> WorkerChannel:
    worker = workspace.worker(call.path["worker"])
    for channel in workspace.tables.worker_channels.values():
        task_channel = workspace.tables.task_channels[channel.task_channel_sid]
        names = {channel.sid, task_channel.sid, task_channel.unique_name}
        if channel.worker_sid == worker.sid and call.path["channel"] in names:
            return channel
    raise not_found(call.path_below_host)


ROUTES = in_workspace(
    ("GET", BASE, show_all),
    ("GET", BASE + "/{worker}", fetch),
    ("POST", BASE + "/{worker}", update),
    ("GET", BASE + "/{worker}/Channels", show_channels),
    ("GET", BASE + "/{worker}/Channels/{channel}", fetch_channel),
    ("POST", BASE + "/{worker}/Channels/{channel}", update_channel),
)
