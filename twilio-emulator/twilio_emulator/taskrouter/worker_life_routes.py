"""Creating and deleting workers over HTTP.

Source: https://www.twilio.com/docs/taskrouter/api/worker
"""

from twilio_emulator.calls import Answer, Call, etag, in_workspace
from twilio_emulator.errors import invalid
from twilio_emulator.sids import new_sid
from twilio_emulator.taskrouter.model import Worker, WorkerChannel
from twilio_emulator.taskrouter.resources import worker_form
from twilio_emulator.taskrouter.routing_loop import settle
from twilio_emulator.taskrouter.worker_routes import BASE, MAX_ATTRIBUTES
from twilio_emulator.taskrouter.workspace import Workspace


def create(workspace: Workspace, call: Call) -> Answer:
    """Create a worker in the workspace's default activity, or the one that the call names."""
    tables, now, name = workspace.tables, workspace.now(), call.required("FriendlyName")
    if any(worker.friendly_name == name for worker in tables.workers.values()):
        raise invalid(f"Worker with FriendlyName {name} already exists")
    activity_sid = call.form.get("ActivitySid") or workspace.default_activity_sid
    if activity_sid not in tables.activities:
        raise invalid(f"Activity {activity_sid} does not exist")
    attributes = call.json_object("Attributes", limit=MAX_ATTRIBUTES)
    worker = Worker(
        new_sid("WK", workspace.random), name, activity_sid, attributes, now, now, now, now
    )
    tables.workers[worker.sid] = worker
    for channel in tables.task_channels.values():
        sid, capacity = new_sid("WC", workspace.random), channel.default_capacity
        tables.worker_channels[sid] = WorkerChannel(
            sid, worker.sid, channel.sid, capacity, now, now
        )
    settle(workspace)
    return Answer(201, worker_form(workspace, worker), etag(worker.version))


def delete(workspace: Workspace, call: Call) -> Answer:
    """Delete a worker who is not available; the documentation does not say how it is refused."""
    worker = workspace.worker(call.path["worker"])
    if workspace.tables.activities[worker.activity_sid].available:
        raise invalid(f"Worker {worker.sid} is available")
    del workspace.tables.workers[worker.sid]
    for channel in list(workspace.tables.worker_channels.values()):
        if channel.worker_sid == worker.sid:
            del workspace.tables.worker_channels[channel.sid]
    return Answer(204)


ROUTES = in_workspace(("POST", BASE, create), ("DELETE", BASE + "/{worker}", delete))
