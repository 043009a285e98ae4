"""TaskRouter's Tasks over HTTP.

Source: https://www.twilio.com/docs/taskrouter/api/task
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from twilio_emulator.calls import Answer, Call, condition, etag, in_workspace, with_etag
from twilio_emulator.errors import invalid, too_many_requests
from twilio_emulator.paging import page
from twilio_emulator.taskrouter.creation import TaskOrder, create_task
from twilio_emulator.taskrouter.lifecycle import change_status, remove
from twilio_emulator.taskrouter.model import Task, TaskQueue, TaskStatus, Workflow
from twilio_emulator.taskrouter.resources import listed, task_form
from twilio_emulator.taskrouter.routing_loop import settle
from twilio_emulator.taskrouter.workspace import Workspace
from twilio_emulator.workflows.matching import filter_scope

BASE = "/Workspaces/{workspace}/Tasks"
# Characters of JSON, white space included: https://www.twilio.com/docs/taskrouter/limits
MAX_ATTRIBUTES = 4096
# Seconds that a task may wait: two weeks, by the same page.
MAX_TIMEOUT = 1_209_600
EARLIEST_START = datetime(1900, 1, 1, tzinfo=UTC)


def create(workspace: Workspace, call: Call) -> Answer:
    """Create a task and let its workflow route it."""
    task = create_task(
        workspace,
        TaskOrder(
            attributes=call.json_object("Attributes", limit=MAX_ATTRIBUTES),
            workflow_sid=call.form.get("WorkflowSid"),
            task_channel=call.form.get("TaskChannel") or "default",
            timeout=call.integer("Timeout", 86_400, minimum=1, maximum=MAX_TIMEOUT),
            priority=call.integer("Priority", 0),
            virtual_start_time=_virtual_start_time(workspace, call),
            routing_target=call.form.get("RoutingTarget"),
            ignore_capacity=call.boolean("IgnoreCapacity", default=True),
            task_queue_sid=call.form.get("TaskQueueSid"),
        ),
    )
    return Answer(201, task_form(workspace, task), etag(task.version))


def fetch(workspace: Workspace, call: Call) -> Answer:
    """Show a task, with its version as the ``ETag``."""
    task = workspace.task(call.path["task"])
    return Answer(200, task_form(workspace, task), etag(task.version))


def update(workspace: Workspace, call: Call) -> Answer:
    """Change a task's attributes and priority, or its status.

    The documentation asks for two requests if both the attributes and a status of wrapping or
    completed are to change; it does not say what one request does. Here it is refused.
    """
    task = workspace.task(call.path["task"])
    call.check_version(task.version)
    status = call.form.get("AssignmentStatus")
    if status == TaskStatus.CANCELED:
        _check_cancellable(workspace, task)
    if status and "Attributes" in call.form and status != TaskStatus.CANCELED:
        raise invalid("Attributes and AssignmentStatus must be changed by two requests")
    changed = replace(
        task,
        attributes=call.json_object("Attributes", task.attributes, limit=MAX_ATTRIBUTES),
        priority=call.integer("Priority", task.priority),
        reason=call.form.get("Reason", task.reason),
        virtual_start_time=_virtual_start_time(workspace, call) or task.virtual_start_time,
        task_channel_sid=workspace.channel(
            call.form.get("TaskChannel") or task.task_channel_sid
        ).sid,
    )
    if status:
        change_status(workspace, changed, status, call.form.get("Reason"))
    elif changed != task or workspace.switches.etag_changes_always:
        workspace.put_task(changed)
    settle(workspace)
    return fetch(workspace, call)


def delete(workspace: Workspace, call: Call) -> Answer:
    """Delete a task in whatever state it is."""
    task = workspace.task(call.path["task"])
    call.check_version(task.version)
    _check_cancellable(workspace, task)
    workspace.publish("task.deleted", task, None)
    remove(workspace, task)
    settle(workspace)
    return Answer(204)


def _virtual_start_time(workspace: Workspace, call: Call) -> datetime | None:
    """Return the time that is asked for, which "can't be in the future or before" 1900."""
    moment = call.moment("VirtualStartTime")
    if moment is not None and not EARLIEST_START <= moment <= workspace.now():
        raise invalid("VirtualStartTime must be neither in the future nor before 1900")
    return moment


def _check_cancellable(workspace: Workspace, task: Task) -> None:
    """Refuse to cancel an interaction's task, if the switch says so."""
    kept = not workspace.switches.cancels_interaction_tasks
    if kept and workspace.belongs_to_interaction(task):
        raise invalid(f"Task {task.sid} belongs to an interaction")


def show_all(workspace: Workspace, call: Call) -> Answer:
    """List the tasks that pass all the filters of the query."""
    _check_filters(call)
    tasks = list(workspace.tables.tasks.values())
    for name, passes in _FILTERS.items():
        if call.query.get(name):
            wanted = call.query[name]
            tasks = [task for task in tasks if passes(workspace, task, wanted)]
    if call.query.get("EvaluateTaskAttributes"):
        tasks = _evaluated(workspace, call.query["EvaluateTaskAttributes"], tasks)
    tasks = _ordered(tasks, call.query.get("Ordering"))
    return with_etag(page(call, "tasks", tasks, lambda task: listed(task_form(workspace, task))))


def _evaluated(workspace: Workspace, expression: str, tasks: list[Task]) -> list[Task]:
    """Keep the tasks whose attributes match an expression; 3 such requests a second, then 429.

    Source: https://www.twilio.com/en-us/changelog/taskrouter-endpoint-rate-limit-correction
    """
    now = workspace.now()
    recent = [at for at in workspace.evaluations if at > now - timedelta(seconds=1)]
    if len(recent) >= workspace.switches.evaluations_per_second:
        raise too_many_requests()
    workspace.evaluations[:] = [*recent, now]
    matches = condition("EvaluateTaskAttributes", expression)
    seen = now - timedelta(seconds=workspace.switches.search_lag)
    return [
        task
        for task in tasks
        if task.date_created <= seen and matches(filter_scope(workspace.scope_of(task)))
    ]


def _ordered(tasks: list[Task], ordering: str | None) -> list[Task]:
    """Sort by one property or several, as in ``Priority:desc,DateCreated:asc``."""
    keys: dict[str, Callable[[Task], float]] = {
        "Priority": lambda task: task.priority,
        "DateCreated": lambda task: task.date_created.timestamp(),
        "VirtualStartTime": lambda task: task.virtual_start_time.timestamp(),
    }
    for clause in reversed((ordering or "").split(",")):
        name, _, direction = clause.partition(":")
        if not name:
            continue
        if name not in keys or direction not in {"", "asc", "desc"}:
            raise invalid(f"Ordering {clause!r} is not valid")
        tasks = sorted(tasks, key=keys[name], reverse=direction == "desc")
    return tasks


def _check_filters(call: Call) -> None:
    """Refuse statuses that no task has, and a ``HasAddons`` that is not true or false."""
    for status in filter(None, call.query.get("AssignmentStatus", "").split(",")):
        if status not in set(TaskStatus):
            raise invalid(f"AssignmentStatus {status} is none of {', '.join(TaskStatus)}")
    if call.query.get("HasAddons", "false").lower() not in {"", "true", "false"}:
        raise invalid("HasAddons must be true or false")


def _has_name(
    table: Mapping[str, TaskQueue] | Mapping[str, Workflow], sid: str | None, name: str
) -> bool:
    return sid is not None and sid in table and table[sid].friendly_name == name


def _has_priority(_workspace: Workspace, task: Task, wanted: str) -> bool:
    try:
        return task.priority == int(wanted)
    except ValueError:
        raise invalid("Priority is not a number") from None


_FILTERS: dict[str, Callable[[Workspace, Task, str], bool]] = {
    "AssignmentStatus": lambda _workspace, task, wanted: task.status in wanted.split(","),
    "WorkflowSid": lambda _workspace, task, wanted: task.workflow_sid == wanted,
    "WorkflowName": lambda workspace, task, wanted: _has_name(
        workspace.tables.workflows, task.workflow_sid, wanted
    ),
    "TaskQueueSid": lambda _workspace, task, wanted: task.task_queue_sid == wanted,
    "TaskQueueName": lambda workspace, task, wanted: _has_name(
        workspace.tables.task_queues, task.task_queue_sid, wanted
    ),
    "Priority": _has_priority,
    "RoutingTarget": lambda _workspace, task, wanted: task.routing_target == wanted,
    "HasAddons": lambda _workspace, _task, wanted: wanted.lower() == "false",
}

ROUTES = in_workspace(
    ("GET", BASE, show_all),
    ("POST", BASE, create),
    ("GET", BASE + "/{task}", fetch),
    ("POST", BASE + "/{task}", update),
    ("DELETE", BASE + "/{task}", delete),
)
