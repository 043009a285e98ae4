"""TaskRouter's objects as its answers show them.

Source: the properties tables below https://www.twilio.com/docs/taskrouter/api
"""

from collections import Counter
from typing import Any

from twilio_emulator.clock import iso8601
from twilio_emulator.fields import fields
from twilio_emulator.taskrouter.candidates import Loads
from twilio_emulator.taskrouter.model import (
    Activity,
    Reservation,
    Task,
    TaskChannel,
    TaskQueue,
    TaskStatus,
    Worker,
    WorkerChannel,
    Workflow,
)
from twilio_emulator.taskrouter.workspace import Workspace
from twilio_emulator.workflows.matching import members

HOST = "https://taskrouter.twilio.com/v1"


def _frame(workspace: Workspace, path: str, /, **links: str | None) -> dict[str, Any]:
    """Return what nearly all resources have; links are paths below the workspace, None for none."""
    base = f"{HOST}/Workspaces/{workspace.sid}"
    return {
        "account_sid": workspace.account_sid,
        "workspace_sid": workspace.sid,
        "url": f"{base}/{path}",
        "links": {
            name: f"{base}/{below}".rstrip("/")
            for name, below in links.items()
            if below is not None
        },
    }


def _statistics(path: str) -> dict[str, str]:
    return {
        "statistics": f"{path}Statistics",
        "real_time_statistics": f"{path}RealTimeStatistics",
        "cumulative_statistics": f"{path}CumulativeStatistics",
    }


def workspace_form(workspace: Workspace) -> dict[str, Any]:
    """Return a workspace as the API shows it."""
    activities = workspace.tables.activities
    below = ("activities", "task_queues", "tasks", "workers", "workflows", "task_channels")
    paths = {name: name.title().replace("_", "") for name in (*below, "events")}
    frame = _frame(workspace, "", **_statistics(""), **paths)
    del frame["workspace_sid"]
    names = "sid friendly_name default_activity_sid timeout_activity_sid date_created"
    shown = fields(workspace, names)
    return {
        **frame,
        **shown,
        "url": f"{HOST}/Workspaces/{workspace.sid}",
        "default_activity_name": activities[workspace.default_activity_sid].friendly_name,
        "timeout_activity_name": activities[workspace.timeout_activity_sid].friendly_name,
        **fields(
            workspace,
            "event_callback_url events_filter multi_task_enabled prioritize_queue_order",
        ),
        "date_updated": shown["date_created"],
    }


def activity_form(workspace: Workspace, activity: Activity) -> dict[str, Any]:
    """Return an activity as the API shows it."""
    shown = fields(activity, "sid friendly_name available date_created")
    frame = _frame(workspace, f"Activities/{activity.sid}", workspace="")
    return {**frame, **shown, "date_updated": shown["date_created"]}


def task_channel_form(workspace: Workspace, channel: TaskChannel) -> dict[str, Any]:
    """Return a task channel as the API shows it."""
    names = "sid unique_name friendly_name channel_optimized_routing date_created"
    shown = fields(channel, names)
    frame = _frame(workspace, f"TaskChannels/{channel.sid}", workspace="")
    return {**frame, **shown, "date_updated": shown["date_created"]}


def worker_form(workspace: Workspace, worker: Worker) -> dict[str, Any]:
    """Return a worker as the API shows it."""
    activity = workspace.tables.activities[worker.activity_sid]
    path = f"Workers/{worker.sid}"
    links = {
        "channels": f"{path}/Channels",
        "worker_channels": f"{path}/Channels",
        "reservations": f"{path}/Reservations",
        "worker_statistics": f"{path}/Statistics",
        "activity": f"Activities/{activity.sid}",
        "workspace": "",
    }
    names = "sid friendly_name attributes activity_sid date_created date_updated"
    return {
        **_frame(workspace, path, **_statistics("Workers/"), **links),
        **fields(worker, f"{names} date_status_changed"),
        "activity_name": activity.friendly_name,
        "available": activity.available,
    }


def worker_channel_form(workspace: Workspace, channel: WorkerChannel) -> dict[str, Any]:
    """Return a worker's capacity on one task channel, as the API shows it."""
    task_channel = workspace.tables.task_channels[channel.task_channel_sid]
    worker = workspace.tables.workers[channel.worker_sid]
    load = Loads(workspace.tables).of(worker.sid, task_channel.sid)
    frame = _frame(workspace, f"Workers/{worker.sid}/Channels/{channel.sid}")
    del frame["links"]
    names = "sid worker_sid task_channel_sid configured_capacity available"
    return {
        **frame,
        **fields(channel, f"{names} date_created date_updated"),
        "task_channel_unique_name": task_channel.unique_name,
        "assigned_tasks": load.assigned,
        "available_capacity_percentage": load.percentage,
    }


def task_queue_form(workspace: Workspace, queue: TaskQueue) -> dict[str, Any]:
    """Return a task queue as the API shows it."""
    activities = workspace.tables.activities
    reservation = activities.get(queue.reservation_activity_sid or "")
    assignment = activities.get(queue.assignment_activity_sid or "")
    path = f"TaskQueues/{queue.sid}"
    links = {
        "assignment_activity": f"Activities/{assignment.sid}" if assignment else None,
        "reservation_activity": f"Activities/{reservation.sid}" if reservation else None,
        "list_statistics": "TaskQueues/Statistics",
        "bulk_real_time_statistics": "TaskQueues/RealTimeStatistics",
        "workspace": "",
    }
    names = "sid friendly_name target_workers max_reserved_workers task_order"
    own = "reservation_activity_sid assignment_activity_sid date_created date_updated"
    return {
        **_frame(workspace, path, **_statistics(f"{path}/"), **links),
        **fields(queue, f"{names} {own}"),
        "reservation_activity_name": reservation.friendly_name if reservation else None,
        "assignment_activity_name": assignment.friendly_name if assignment else None,
    }


def queue_statistics_form(workspace: Workspace, queue: TaskQueue) -> dict[str, Any]:
    """Return the real-time statistics of a task queue as the API shows them."""
    activities = workspace.tables.activities.values()
    # Whatever their channels: only the activity counts.
    workers = [one.worker for one in members(queue.target_workers, workspace.candidates())]
    in_activity = Counter(worker.activity_sid for worker in workers)
    tasks = [
        task
        for task in workspace.tables.tasks.values()
        if task.task_queue_sid == queue.sid and not task.status.ended
    ]
    waiting = [task for task in tasks if task.status in {TaskStatus.PENDING, TaskStatus.RESERVED}]
    longest = min(waiting, key=lambda task: task.date_created, default=None)
    age = int((workspace.now() - longest.date_created).total_seconds()) if longest else 0
    frame = _frame(workspace, f"TaskQueues/{queue.sid}/RealTimeStatistics")
    return {
        **{name: frame[name] for name in ("account_sid", "workspace_sid", "url")},
        "task_queue_sid": queue.sid,
        "longest_task_waiting_age": age,
        "longest_task_waiting_sid": longest.sid if longest else None,
        "longest_relative_task_age_in_queue": age,
        "longest_relative_task_sid_in_queue": longest.sid if longest else None,
        "tasks_by_priority": dict(Counter(str(task.priority) for task in tasks)),
        "tasks_by_status": {
            status: sum(task.status.value == status for task in tasks)
            for status in ("reserved", "pending", "assigned", "wrapping")
        },
        "total_tasks": len(tasks),
        "total_eligible_workers": len(workers),
        "total_available_workers": sum(in_activity[one.sid] for one in activities if one.available),
        "activity_statistics": [
            {"sid": one.sid, "friendly_name": one.friendly_name, "workers": in_activity[one.sid]}
            for one in activities
        ],
    }


def workflow_form(workspace: Workspace, workflow: Workflow) -> dict[str, Any]:
    """Return a workflow as the API shows it."""
    path = f"Workflows/{workflow.sid}"
    names = "sid friendly_name configuration task_reservation_timeout assignment_callback_url"
    return {
        **_frame(workspace, path, **_statistics(f"{path}/")),
        **fields(workflow, f"{names} fallback_assignment_callback_url date_created date_updated"),
        "document_content_type": "application/json",
    }


def task_form(workspace: Workspace, task: Task) -> dict[str, Any]:
    """Return a task as the API shows it on its own."""
    queue = workspace.tables.task_queues.get(task.task_queue_sid or "")
    workflow = workspace.tables.workflows.get(task.workflow_sid or "")
    channel = workspace.tables.task_channels[task.task_channel_sid]
    links = {
        "task_queue": f"TaskQueues/{queue.sid}" if queue else None,
        "workflow": f"Workflows/{workflow.sid}" if workflow else None,
        "workspace": "",
        "reservations": f"Tasks/{task.sid}/Reservations",
    }
    names = "sid attributes priority reason timeout task_queue_sid task_channel_sid workflow_sid"
    own = "virtual_start_time ignore_capacity routing_target date_created date_updated"
    return {
        **_frame(workspace, f"Tasks/{task.sid}", **links),
        **fields(task, f"{names} {own}"),
        "assignment_status": task.status,
        "addons": "{}",
        "age": int((workspace.now() - task.date_created).total_seconds()),
        "task_queue_friendly_name": queue.friendly_name if queue else None,
        "task_queue_entered_date": iso8601(task.queue_entered),
        "task_channel_unique_name": channel.unique_name,
        "workflow_friendly_name": workflow.friendly_name if workflow else None,
    }


def listed(form: dict[str, Any]) -> dict[str, Any]:
    """Return a task or a worker as a list shows it: without the attributes.

    The properties table says of ``attributes``: "If this property has been assigned a value, it
    will only be displayed in FETCH action that returns a single resource. Otherwise, it will be
    null."
    """
    return {**form, "attributes": None}


def reservation_form(workspace: Workspace, reservation: Reservation, above: str) -> dict[str, Any]:
    """Return a reservation as the API shows it below ``above``, its task or its worker."""
    worker = workspace.tables.workers.get(reservation.worker_sid)
    links = {
        "task": f"Tasks/{reservation.task_sid}",
        "worker": f"Workers/{reservation.worker_sid}",
        "workspace": "",
    }
    return {
        **_frame(workspace, f"{above}/Reservations/{reservation.sid}", **links),
        **fields(reservation, "sid task_sid worker_sid date_created date_updated"),
        "worker_name": worker.friendly_name if worker else None,
        "reservation_status": reservation.status,
    }
