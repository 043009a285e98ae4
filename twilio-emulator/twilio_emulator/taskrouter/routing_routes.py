"""Task queues and workflows over HTTP.

Sources: https://www.twilio.com/docs/taskrouter/api/task-queue,
https://www.twilio.com/docs/taskrouter/api/workflow
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from twilio_emulator.calls import Answer, Call, condition, in_workspace
from twilio_emulator.errors import invalid
from twilio_emulator.paging import named, page
from twilio_emulator.sids import new_sid
from twilio_emulator.taskrouter.model import Activity, TaskQueue, TaskStatus, Workflow
from twilio_emulator.taskrouter.resources import (
    queue_statistics_form,
    task_queue_form,
    workflow_form,
)
from twilio_emulator.taskrouter.routing_loop import enter_workflow, settle
from twilio_emulator.taskrouter.workspace import Workspace

QUEUES = "/Workspaces/{workspace}/TaskQueues"
WORKFLOWS = "/Workspaces/{workspace}/Workflows"
MAX_RESERVED_WORKERS = 50
MAX_RESERVATION_TIMEOUT = 86_400

Entry = TypeVar("Entry", Activity, TaskQueue, Workflow)
Sid = TypeVar("Sid", str, "str | None")


def create_queue(workspace: Workspace, call: Call) -> Answer:
    """Create a task queue; its name must be free and its expression must parse."""
    now = workspace.now()
    blank = TaskQueue(
        new_sid("WQ", workspace.random), call.required("FriendlyName"), "1==1", now, now
    )
    queue = _changed_queue(workspace, call, blank)
    if not queue.target_workers.strip() and workspace.switches.ignores_empty_target_workers:
        queue = replace(queue, target_workers=blank.target_workers)
    workspace.tables.task_queues[queue.sid] = queue
    return Answer(201, task_queue_form(workspace, queue))


def fetch_queue(workspace: Workspace, call: Call) -> Answer:
    """Show a task queue."""
    return Answer(200, task_queue_form(workspace, workspace.queue(call.path["queue"])))


def update_queue(workspace: Workspace, call: Call) -> Answer:
    """Change a task queue."""
    queue = _changed_queue(workspace, call, workspace.queue(call.path["queue"]))
    workspace.tables.task_queues[queue.sid] = queue
    settle(workspace)
    return fetch_queue(workspace, call)


def delete_queue(workspace: Workspace, call: Call) -> Answer:
    """Delete a task queue that no workflow names and no task waits in.

    The documentation says that a queue in use cannot be deleted, not how it is refused.
    """
    queue = workspace.queue(call.path["queue"])
    for workflow in workspace.tables.workflows.values():
        if queue.sid in {target.queue_sid for target in workspace.routing_of(workflow).targets}:
            raise invalid(f"TaskQueue {queue.sid} is used by workflow {workflow.sid}")
    for task in workspace.tables.tasks.values():
        if task.task_queue_sid == queue.sid and not task.status.ended:
            raise invalid(f"TaskQueue {queue.sid} has tasks")
    del workspace.tables.task_queues[queue.sid]
    return Answer(204)


def show_queues(workspace: Workspace, call: Call) -> Answer:
    """List the task queues, all or those of one name."""
    queues = named(call, workspace.tables.task_queues)
    return page(call, "task_queues", queues, lambda queue: task_queue_form(workspace, queue))


def queue_statistics(workspace: Workspace, call: Call) -> Answer:
    """Count a task queue's workers and tasks now.

    https://www.twilio.com/docs/taskrouter/api/taskqueue-statistics
    """
    queue = workspace.queue(call.path["queue"])
    return Answer(200, queue_statistics_form(workspace, queue))


def _changed_queue(workspace: Workspace, call: Call, queue: TaskQueue) -> TaskQueue:
    expression = call.form.get("TargetWorkers", queue.target_workers)
    if expression.strip():
        condition("TargetWorkers", expression)
    order = call.form.get("TaskOrder") or queue.task_order
    if order not in {"FIFO", "LIFO"}:
        raise invalid(f"TaskOrder must be FIFO or LIFO, not {order}")
    return replace(
        queue,
        friendly_name=free_name(call, queue, workspace.tables.task_queues),
        target_workers=expression,
        max_reserved_workers=call.integer(
            "MaxReservedWorkers", queue.max_reserved_workers, 1, MAX_RESERVED_WORKERS
        ),
        task_order=order,
        reservation_activity_sid=activity_sid(
            workspace, call, "ReservationActivitySid", queue.reservation_activity_sid
        ),
        assignment_activity_sid=activity_sid(
            workspace, call, "AssignmentActivitySid", queue.assignment_activity_sid
        ),
        date_updated=workspace.now(),
    )


def free_name(call: Call, entry: Entry, table: Mapping[str, Entry]) -> str:
    """Return the name that a call gives an entry, or the entry's; no other may have it."""
    name = call.form.get("FriendlyName") or entry.friendly_name
    if any(other.friendly_name == name and other.sid != entry.sid for other in table.values()):
        raise invalid(f"{type(entry).__name__} with FriendlyName {name} already exists")
    return name


def activity_sid(workspace: Workspace, call: Call, name: str, current: Sid) -> str | Sid:
    """Return the activity that a call names, or the current one; it must exist."""
    sid = call.form.get(name) or current
    if sid not in {None, *workspace.tables.activities}:
        raise invalid(f"{name} {sid} does not exist")
    return sid


def create_workflow(workspace: Workspace, call: Call) -> Answer:
    """Create a workflow; its name must be free and its configuration valid."""
    now = workspace.now()
    name, configuration = call.required("FriendlyName"), call.required("Configuration")
    blank = Workflow(new_sid("WW", workspace.random), name, configuration, now, now)
    workflow = _changed_workflow(workspace, call, blank)
    workspace.tables.workflows[workflow.sid] = workflow
    return Answer(201, workflow_form(workspace, workflow))


def fetch_workflow(workspace: Workspace, call: Call) -> Answer:
    """Show a workflow."""
    return Answer(200, workflow_form(workspace, workspace.workflow(call.path["workflow"])))


def update_workflow(workspace: Workspace, call: Call) -> Answer:
    """Change a workflow; ``ReEvaluateTasks`` sends its pending tasks through it again."""
    workflow = _changed_workflow(workspace, call, workspace.workflow(call.path["workflow"]))
    workspace.tables.workflows[workflow.sid] = workflow
    if call.boolean("ReEvaluateTasks", default=False):
        for task in list(workspace.tables.tasks.values()):
            if task.workflow_sid == workflow.sid and task.status is TaskStatus.PENDING:
                workspace.put_task(enter_workflow(workspace, task))
    settle(workspace)
    return fetch_workflow(workspace, call)


def delete_workflow(workspace: Workspace, call: Call) -> Answer:
    """Delete a workflow that no open task is in."""
    workflow = workspace.workflow(call.path["workflow"])
    for task in workspace.tables.tasks.values():
        if task.workflow_sid == workflow.sid and not task.status.ended:
            raise invalid(f"Workflow {workflow.sid} has tasks")
    del workspace.tables.workflows[workflow.sid]
    return Answer(204)


def show_workflows(workspace: Workspace, call: Call) -> Answer:
    """List the workflows, all or those of one name."""
    workflows = named(call, workspace.tables.workflows)
    return page(call, "workflows", workflows, lambda w: workflow_form(workspace, w))


def _changed_workflow(workspace: Workspace, call: Call, workflow: Workflow) -> Workflow:
    configuration = call.form.get("Configuration") or workflow.configuration
    changed = replace(workflow, configuration=configuration)
    workspace.routing_of(changed)
    return replace(
        changed,
        friendly_name=free_name(call, workflow, workspace.tables.workflows),
        task_reservation_timeout=call.integer(
            "TaskReservationTimeout",
            workflow.task_reservation_timeout,
            1,
            MAX_RESERVATION_TIMEOUT,
        ),
        assignment_callback_url=_url(
            call, "AssignmentCallbackUrl", workflow.assignment_callback_url
        ),
        fallback_assignment_callback_url=_url(
            call, "FallbackAssignmentCallbackUrl", workflow.fallback_assignment_callback_url
        ),
        date_updated=workspace.now(),
    )


def _url(call: Call, name: str, current: str | None) -> str | None:
    url = call.form.get(name, current)
    if url and not url.startswith(("http://", "https://")):
        raise invalid(f"{name} is not a URL")
    return url or None


ROUTES = in_workspace(
    ("GET", QUEUES, show_queues),
    ("POST", QUEUES, create_queue),
    ("GET", QUEUES + "/{queue}", fetch_queue),
    ("POST", QUEUES + "/{queue}", update_queue),
    ("DELETE", QUEUES + "/{queue}", delete_queue),
    ("GET", QUEUES + "/{queue}/RealTimeStatistics", queue_statistics),
    ("GET", WORKFLOWS, show_workflows),
    ("POST", WORKFLOWS, create_workflow),
    ("GET", WORKFLOWS + "/{workflow}", fetch_workflow),
    ("POST", WORKFLOWS + "/{workflow}", update_workflow),
    ("DELETE", WORKFLOWS + "/{workflow}", delete_workflow),
)
