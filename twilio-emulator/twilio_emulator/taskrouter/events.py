"""TaskRouter's events about tasks, as Event Streams sends them: CloudEvents of one schema.

Sources: https://www.twilio.com/docs/events/event-types/taskrouter/task and
https://www.twilio.com/docs/events/event-types/taskrouter/reservation (the envelope and the
properties of an example), https://www.twilio.com/docs/taskrouter/api/event/reference (when each
is sent).
"""

from datetime import UTC, datetime
from typing import Any

from twilio_emulator.sids import new_sid
from twilio_emulator.taskrouter.model import Reservation, Task, TaskStatus
from twilio_emulator.taskrouter.workspace import Workspace

PREFIX = "com.twilio.taskrouter."


def task_event(
    workspace: Workspace, name: str, task: Task, reservation: Reservation | None
) -> dict[str, Any]:
    """Return an event, without the ``dataschema`` that its subscription asks for.

    Parameters
    ----------
    name
        Such as ``reservation.accepted``.
    reservation
        The one that the event is about; events of tasks have none.
    """
    sid, now, group = (
        new_sid("EV", workspace.random),
        milliseconds(workspace.now()),
        name.partition(".")[0],
    )
    payload = {
        "sid": sid,
        "eventtype": name,
        "account_sid": workspace.account_sid,
        "timestamp": now,
        "workspace_sid": workspace.sid,
        "workspace_name": workspace.friendly_name,
        "resource_type": group,
        "resource_sid": reservation.sid if reservation else task.sid,
        **_task(workspace, task),
    }
    if reservation is not None:
        payload |= _reservation(workspace, reservation)
    data = {
        "sid": sid,
        "name": name.replace(".", " ").replace("-", " ").title().replace(" ", ""),
        "account_sid": workspace.account_sid,
        "timestamp": now,
        "level": "INFO",
        "group": group,
        "product_name": "TaskRouter",
        "publisher": workspace.friendly_name,
        "publisher_metadata": "{}",
        "payload_type": "application/json",
        "payload": {key: value for key, value in payload.items() if value is not None},
    }
    return {
        "specversion": "1.0",
        "type": PREFIX + name,
        "source": workspace.sid,
        "id": new_sid("EZ", workspace.random),
        "datacontenttype": "application/json",
        "time": now,
        "data": data,
    }


def _task(workspace: Workspace, task: Task) -> dict[str, Any]:
    tables = workspace.tables
    queue = tables.task_queues.get(task.task_queue_sid or "")
    workflow = tables.workflows.get(task.workflow_sid or "")
    reasons = {TaskStatus.COMPLETED: "completed", TaskStatus.CANCELED: "canceled"}
    return {
        "task_sid": task.sid,
        "task_attributes": task.attributes,
        "task_age": int((workspace.now() - task.date_created).total_seconds()),
        "task_date_created": milliseconds(task.date_created),
        "task_priority": task.priority,
        "task_assignment_status": str(task.status),
        "task_channel_sid": task.task_channel_sid,
        "task_channel_unique_name": tables.task_channels[task.task_channel_sid].unique_name,
        "task_queue_sid": task.task_queue_sid,
        "task_queue_name": queue.friendly_name if queue else None,
        "task_version": task.version,
        "workflow_sid": task.workflow_sid,
        "workflow_name": workflow.friendly_name if workflow else None,
        **{
            f"task_{word}_reason": task.reason
            for status, word in reasons.items()
            if task.status is status
        },
    }


def _reservation(workspace: Workspace, reservation: Reservation) -> dict[str, Any]:
    worker = workspace.tables.workers[reservation.worker_sid]
    return {
        "reservation_sid": reservation.sid,
        "reservation_version": reservation.version,
        "worker_sid": worker.sid,
        "worker_name": worker.friendly_name,
        "worker_attributes": worker.attributes,
        "worker_activity_sid": worker.activity_sid,
        "worker_activity_name": workspace.tables.activities[worker.activity_sid].friendly_name,
    }


def milliseconds(moment: datetime) -> str:
    """Write a time as events have it: ISO 8601 with milliseconds."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
