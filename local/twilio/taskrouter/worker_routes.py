"""Workers, what they take of each task channel, activities and task channels over HTTP.

Sources: https://www.twilio.com/docs/taskrouter/api/worker,
https://www.twilio.com/docs/taskrouter/api/worker-channel,
https://www.twilio.com/docs/taskrouter/api/activity,
https://www.twilio.com/docs/taskrouter/api/task-channel
"""

from dataclasses import replace

from local.twilio.account import Account
from local.twilio.calls import Answer, Call, Routes, etag, truth
from local.twilio.errors import invalid, not_found
from local.twilio.expressions import ExpressionError, parse
from local.twilio.paging import page
from local.twilio.sids import new_sid
from local.twilio.taskrouter import resources
from local.twilio.taskrouter.engine import reopen, settle
from local.twilio.taskrouter.lifecycle import reject
from local.twilio.taskrouter.model import ReservationStatus, Worker, WorkerChannel
from local.twilio.taskrouter.routing import Candidate, Load, members
from local.twilio.taskrouter.workspace import Workspace

BASE = "/Workspaces/{workspace}/Workers"
# Characters of JSON: https://www.twilio.com/docs/taskrouter/limits
MAX_ATTRIBUTES = 4096


def create(account: Account, call: Call) -> Answer:
    """Create a worker, with a capacity on every task channel."""
    workspace = account.workspace(call.path["workspace"])
    name = call.required("FriendlyName")
    if any(worker.friendly_name == name for worker in workspace.tables.workers.values()):
        raise invalid(f"Worker with FriendlyName {name} already exists")
    activity_sid = call.form.get("ActivitySid") or workspace.default_activity_sid
    _check_activity(workspace, activity_sid)
    worker = add_worker(
        workspace,
        new_sid("WK"),
        name,
        call.json_object("Attributes", limit=MAX_ATTRIBUTES),
        activity_sid,
    )
    settle(workspace)
    return Answer(201, resources.worker_form(workspace, worker), etag(worker.version))


def add_worker(
    workspace: Workspace, sid: str, friendly_name: str, attributes: str, activity_sid: str
) -> Worker:
    """Put a worker into the workspace, without routing anything to them yet."""
    now = workspace.now()
    worker = Worker(sid, friendly_name, activity_sid, attributes, now, now, now, now)
    workspace.tables.workers[sid] = worker
    for channel in workspace.tables.task_channels.values():
        entry = WorkerChannel(
            new_sid("WC"),
            sid,
            channel.sid,
            channel.default_capacity,
            available=True,
            date_created=now,
            date_updated=now,
        )
        workspace.tables.worker_channels[entry.sid] = entry
    return worker


def fetch(account: Account, call: Call) -> Answer:
    """Show a worker."""
    workspace = account.workspace(call.path["workspace"])
    worker = workspace.worker(call.path["worker"])
    return Answer(200, resources.worker_form(workspace, worker), etag(worker.version))


def update(account: Account, call: Call) -> Answer:
    """Change a worker's name, attributes or activity."""
    workspace = account.workspace(call.path["workspace"])
    worker = workspace.worker(call.path["worker"])
    call.check_version(worker.version)
    activity_sid = call.form.get("ActivitySid") or worker.activity_sid
    _check_activity(workspace, activity_sid)
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
    return fetch(account, call)


def delete(account: Account, call: Call) -> Answer:
    """Delete a worker whom no task holds back."""
    workspace = account.workspace(call.path["workspace"])
    worker = workspace.worker(call.path["worker"])
    call.check_version(worker.version)
    if any(
        r.worker_sid == worker.sid and r.status.open for r in workspace.tables.reservations.values()
    ):
        raise invalid(f"Worker {worker.sid} cannot be deleted while reservations are open")
    del workspace.tables.workers[worker.sid]
    for channel in list(workspace.tables.worker_channels.values()):
        if channel.worker_sid == worker.sid:
            del workspace.tables.worker_channels[channel.sid]
    return Answer(204)


def show_all(account: Account, call: Call) -> Answer:
    """List the workers that pass all the filters of the query."""
    workspace = account.workspace(call.path["workspace"])
    candidates = [
        Candidate(worker, workspace.tables.activities[worker.activity_sid], Load(0, 1))
        for worker in workspace.tables.workers.values()
    ]
    for queue in workspace.tables.task_queues.values():
        if call.query.get("TaskQueueSid") == queue.sid or (
            call.query.get("TaskQueueName") == queue.friendly_name
        ):
            candidates = members(queue, candidates)
    if call.query.get("TargetWorkersExpression"):
        candidates = _targeted(candidates, call.query["TargetWorkersExpression"])
    workers = [candidate.worker for candidate in candidates if _passes(candidate, call)]
    return page(call, "workers", workers, lambda w: resources.listed_worker_form(workspace, w))


def _passes(candidate: Candidate, call: Call) -> bool:
    """Hold a worker against the plain filters of a list's query."""
    shown = {
        "FriendlyName": candidate.worker.friendly_name,
        "ActivityName": candidate.activity.friendly_name,
        "ActivitySid": candidate.activity.sid,
    }
    available = call.query.get("Available")
    return all(call.query.get(name, text) in {"", text} for name, text in shown.items()) and (
        not available or candidate.activity.available is truth(available)
    )


def _targeted(candidates: list[Candidate], expression: str) -> list[Candidate]:
    try:
        condition = parse(expression)
    except ExpressionError as error:
        raise invalid(f"TargetWorkersExpression is not valid: {error}") from error
    return [c for c in candidates if condition.holds({"worker": c.scope(), **c.scope()})]


def _reject_pending(workspace: Workspace, worker_sid: str) -> None:
    for reservation in list(workspace.tables.reservations.values()):
        pending = reservation.status is ReservationStatus.PENDING
        if reservation.worker_sid == worker_sid and pending:
            reject(workspace, reservation, None)
            reopen(workspace, reservation.task_sid)


def _check_activity(workspace: Workspace, sid: str) -> None:
    if sid not in workspace.tables.activities:
        raise invalid(f"Activity {sid} does not exist")


def show_channels(account: Account, call: Call) -> Answer:
    """List what a worker takes of each task channel."""
    workspace = account.workspace(call.path["workspace"])
    channels = _channels(workspace, call.path["worker"])
    return page(call, "channels", channels, lambda c: resources.worker_channel_form(workspace, c))


def fetch_channel(account: Account, call: Call) -> Answer:
    """Show what a worker takes of one task channel."""
    workspace = account.workspace(call.path["workspace"])
    return Answer(200, resources.worker_channel_form(workspace, _channel(workspace, call)))


def update_channel(account: Account, call: Call) -> Answer:
    """Change a worker's capacity on a task channel, or close the channel to them."""
    workspace = account.workspace(call.path["workspace"])
    channel = _channel(workspace, call)
    capacity = call.integer("Capacity", channel.configured_capacity)
    workspace.tables.worker_channels[channel.sid] = replace(
        channel,
        configured_capacity=capacity or 0,
        available=call.boolean("Available", default=channel.available),
        date_updated=workspace.now(),
    )
    settle(workspace)
    return fetch_channel(account, call)


def _channels(workspace: Workspace, worker_sid: str) -> list[WorkerChannel]:
    workspace.worker(worker_sid)
    return [c for c in workspace.tables.worker_channels.values() if c.worker_sid == worker_sid]


def _channel(workspace: Workspace, call: Call) -> WorkerChannel:
    for channel in _channels(workspace, call.path["worker"]):
        task_channel = workspace.tables.task_channels[channel.task_channel_sid]
        if call.path["channel"] in {channel.sid, task_channel.sid, task_channel.unique_name}:
            return channel
    raise not_found(f"/Workers/{call.path['worker']}/Channels/{call.path['channel']}")


ROUTES: Routes = (
    ("GET", BASE, show_all),
    ("POST", BASE, create),
    ("GET", BASE + "/{worker}", fetch),
    ("POST", BASE + "/{worker}", update),
    ("DELETE", BASE + "/{worker}", delete),
    ("GET", BASE + "/{worker}/Channels", show_channels),
    ("GET", BASE + "/{worker}/Channels/{channel}", fetch_channel),
    ("POST", BASE + "/{worker}/Channels/{channel}", update_channel),
)
