"""How TaskRouter's objects look in its answers.

Source: the properties tables below https://www.twilio.com/docs/taskrouter/api
"""

from typing import Any

from local.twilio.clock import iso8601
from local.twilio.taskrouter.model import (
    Activity,
    Reservation,
    Task,
    TaskChannel,
    TaskQueue,
    Worker,
    WorkerChannel,
    Workflow,
)
from local.twilio.taskrouter.workspace import Workspace

HOST = "https://taskrouter.twilio.com/v1"


def _frame(workspace: Workspace, path: str, links: tuple[str, ...] = ()) -> dict[str, Any]:
    url = f"{HOST}/Workspaces/{workspace.sid}/{path}"
    return {
        "account_sid": workspace.account_sid,
        "workspace_sid": workspace.sid,
        "url": url,
        "links": {name: f"{url}/{name.title().replace('_', '')}" for name in links}
        | {"workspace": f"{HOST}/Workspaces/{workspace.sid}"},
    }


def workspace_form(workspace: Workspace) -> dict[str, Any]:
    """Return a workspace as the API shows it."""
    activities = workspace.tables.activities
    return {
        **_frame(workspace, ""),
        "sid": workspace.sid,
        "url": f"{HOST}/Workspaces/{workspace.sid}",
        "friendly_name": workspace.friendly_name,
        "default_activity_sid": workspace.default_activity_sid,
        "default_activity_name": activities[workspace.default_activity_sid].friendly_name,
        "timeout_activity_sid": workspace.timeout_activity_sid,
        "timeout_activity_name": activities[workspace.timeout_activity_sid].friendly_name,
        "event_callback_url": None,
        "events_filter": None,
        "multi_task_enabled": True,
        "prioritize_queue_order": "FIFO",
    }


def activity_form(workspace: Workspace, activity: Activity) -> dict[str, Any]:
    """Return an activity as the API shows it."""
    return {
        **_frame(workspace, f"Activities/{activity.sid}"),
        "sid": activity.sid,
        "friendly_name": activity.friendly_name,
        "available": activity.available,
        "date_created": iso8601(activity.date_created),
        "date_updated": iso8601(activity.date_created),
    }


def task_channel_form(workspace: Workspace, channel: TaskChannel) -> dict[str, Any]:
    """Return a task channel as the API shows it."""
    return {
        **_frame(workspace, f"TaskChannels/{channel.sid}"),
        "sid": channel.sid,
        "unique_name": channel.unique_name,
        "friendly_name": channel.friendly_name,
        "channel_optimized_routing": False,
        "date_created": iso8601(channel.date_created),
        "date_updated": iso8601(channel.date_created),
    }


def worker_form(workspace: Workspace, worker: Worker) -> dict[str, Any]:
    """Return a worker as the API shows it."""
    activity = workspace.tables.activities[worker.activity_sid]
    return {
        **_frame(workspace, f"Workers/{worker.sid}", ("reservations",)),
        "sid": worker.sid,
        "friendly_name": worker.friendly_name,
        "attributes": worker.attributes,
        "activity_sid": activity.sid,
        "activity_name": activity.friendly_name,
        "available": activity.available,
        "date_created": iso8601(worker.date_created),
        "date_updated": iso8601(worker.date_updated),
        "date_status_changed": iso8601(worker.date_status_changed),
    }


def worker_channel_form(workspace: Workspace, channel: WorkerChannel) -> dict[str, Any]:
    """Return what a worker takes of one task channel, as the API shows it."""
    task_channel = workspace.tables.task_channels[channel.task_channel_sid]
    worker = workspace.tables.workers[channel.worker_sid]
    load = workspace.load(worker, task_channel.sid)
    free = max(load.capacity - load.assigned, 0)
    percentage = 100 * free // load.capacity if load.capacity else 0
    return {
        **_frame(workspace, f"Workers/{worker.sid}/Channels/{channel.sid}"),
        "sid": channel.sid,
        "worker_sid": worker.sid,
        "task_channel_sid": task_channel.sid,
        "task_channel_unique_name": task_channel.unique_name,
        "configured_capacity": channel.configured_capacity,
        "assigned_tasks": load.assigned,
        "available": channel.available,
        "available_capacity_percentage": percentage,
        "date_created": iso8601(channel.date_created),
        "date_updated": iso8601(channel.date_updated),
    }


def task_queue_form(workspace: Workspace, queue: TaskQueue) -> dict[str, Any]:
    """Return a task queue as the API shows it."""
    activities = workspace.tables.activities
    reservation = activities.get(queue.reservation_activity_sid or "")
    assignment = activities.get(queue.assignment_activity_sid or "")
    return {
        **_frame(workspace, f"TaskQueues/{queue.sid}"),
        "sid": queue.sid,
        "friendly_name": queue.friendly_name,
        "target_workers": queue.target_workers,
        "max_reserved_workers": queue.max_reserved_workers,
        "task_order": queue.task_order,
        "reservation_activity_sid": queue.reservation_activity_sid,
        "reservation_activity_name": reservation.friendly_name if reservation else None,
        "assignment_activity_sid": queue.assignment_activity_sid,
        "assignment_activity_name": assignment.friendly_name if assignment else None,
        "date_created": iso8601(queue.date_created),
        "date_updated": iso8601(queue.date_updated),
    }


def workflow_form(workspace: Workspace, workflow: Workflow) -> dict[str, Any]:
    """Return a workflow as the API shows it."""
    return {
        **_frame(workspace, f"Workflows/{workflow.sid}"),
        "sid": workflow.sid,
        "friendly_name": workflow.friendly_name,
        "configuration": workflow.configuration,
        "document_content_type": "application/json",
        "task_reservation_timeout": workflow.task_reservation_timeout,
        "assignment_callback_url": workflow.assignment_callback_url,
        "fallback_assignment_callback_url": workflow.fallback_assignment_callback_url,
        "date_created": iso8601(workflow.date_created),
        "date_updated": iso8601(workflow.date_updated),
    }


def task_form(workspace: Workspace, task: Task) -> dict[str, Any]:
    """Return a task as the API shows it on its own."""
    queue = workspace.tables.task_queues.get(task.task_queue_sid or "")
    workflow = workspace.tables.workflows.get(task.workflow_sid or "")
    channel = workspace.tables.task_channels[task.task_channel_sid]
    return {
        **_frame(workspace, f"Tasks/{task.sid}", ("reservations",)),
        "sid": task.sid,
        "assignment_status": str(task.status),
        "attributes": task.attributes,
        "addons": "{}",
        "age": int((workspace.now() - task.date_created).total_seconds()),
        "priority": task.priority,
        "reason": task.reason,
        "timeout": task.timeout,
        "task_queue_sid": task.task_queue_sid,
        "task_queue_friendly_name": queue.friendly_name if queue else None,
        "task_queue_entered_date": iso8601(task.queue_entered),
        "task_channel_sid": channel.sid,
        "task_channel_unique_name": channel.unique_name,
        "workflow_sid": task.workflow_sid,
        "workflow_friendly_name": workflow.friendly_name if workflow else None,
        "virtual_start_time": iso8601(task.virtual_start_time),
        "ignore_capacity": task.ignore_capacity,
        "routing_target": task.routing_target,
        "date_created": iso8601(task.date_created),
        "date_updated": iso8601(task.date_updated),
    }


def listed_task_form(workspace: Workspace, task: Task) -> dict[str, Any]:
    """Return a task as a list shows it: without the attributes.

    The properties table says of ``attributes``: "If this property has been assigned a value, it
    will only be displayed in FETCH action that returns a single resource. Otherwise, it will be
    null."
    """
    return {**task_form(workspace, task), "attributes": None}


def reservation_form(workspace: Workspace, reservation: Reservation) -> dict[str, Any]:
    """Return a reservation as the API shows it."""
    worker = workspace.tables.workers.get(reservation.worker_sid)
    path = f"Tasks/{reservation.task_sid}/Reservations/{reservation.sid}"
    return {
        **_frame(workspace, path),
        "sid": reservation.sid,
        "task_sid": reservation.task_sid,
        "worker_sid": reservation.worker_sid,
        "worker_name": worker.friendly_name if worker else None,
        "reservation_status": str(reservation.status),
        "date_created": iso8601(reservation.date_created),
        "date_updated": iso8601(reservation.date_updated),
    }
