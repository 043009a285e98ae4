"""Task queues and workflows over HTTP.

Sources: https://www.twilio.com/docs/taskrouter/api/task-queue,
https://www.twilio.com/docs/taskrouter/api/workflow
"""

from dataclasses import replace

from local.twilio.account import Account
from local.twilio.calls import Answer, Call, Routes
from local.twilio.errors import invalid
from local.twilio.expressions import ExpressionError, parse
from local.twilio.paging import page
from local.twilio.sids import new_sid
from local.twilio.taskrouter.engine import enter_workflow, settle
from local.twilio.taskrouter.model import TaskQueue, TaskStatus, Workflow
from local.twilio.taskrouter.resources import task_queue_form, workflow_form
from local.twilio.taskrouter.workflow_configuration import Step, read_configuration
from local.twilio.taskrouter.workspace import Workspace

QUEUES = "/Workspaces/{workspace}/TaskQueues"
WORKFLOWS = "/Workspaces/{workspace}/Workflows"
MAX_RESERVED_WORKERS = 50
MAX_RESERVATION_TIMEOUT = 86_400


def create_queue(account: Account, call: Call) -> Answer:
    """Create a task queue; its name must be free and its expression must parse."""
    workspace = account.workspace(call.path["workspace"])
    now = workspace.now()
    blank = TaskQueue(new_sid("WQ"), call.required("FriendlyName"), "1==1", now, now)
    queue = _changed_queue(workspace, call, blank)
    workspace.tables.task_queues[queue.sid] = queue
    return Answer(201, task_queue_form(workspace, queue))


def fetch_queue(account: Account, call: Call) -> Answer:
    """Show a task queue."""
    workspace = account.workspace(call.path["workspace"])
    return Answer(200, task_queue_form(workspace, workspace.queue(call.path["queue"])))


def update_queue(account: Account, call: Call) -> Answer:
    """Change a task queue."""
    workspace = account.workspace(call.path["workspace"])
    queue = _changed_queue(workspace, call, workspace.queue(call.path["queue"]))
    workspace.tables.task_queues[queue.sid] = queue
    settle(workspace)
    return fetch_queue(account, call)


def delete_queue(account: Account, call: Call) -> Answer:
    """Delete a task queue that no workflow names and no task waits in.

    The documentation says that a queue in use cannot be deleted, not how it is refused.
    """
    workspace = account.workspace(call.path["workspace"])
    queue = workspace.queue(call.path["queue"])
    for workflow in workspace.tables.workflows.values():
        if any(step.queue_sid == queue.sid for step in _steps(workspace, workflow)):
            raise invalid(f"TaskQueue {queue.sid} is used by workflow {workflow.sid}")
    for task in workspace.tables.tasks.values():
        if task.task_queue_sid == queue.sid and not task.status.ended:
            raise invalid(f"TaskQueue {queue.sid} has tasks")
    del workspace.tables.task_queues[queue.sid]
    return Answer(204)


def show_queues(account: Account, call: Call) -> Answer:
    """List the task queues, all or those of one name."""
    workspace = account.workspace(call.path["workspace"])
    name = call.query.get("FriendlyName")
    queues = [
        queue
        for queue in workspace.tables.task_queues.values()
        if not name or queue.friendly_name == name
    ]
    return page(call, "task_queues", queues, lambda queue: task_queue_form(workspace, queue))


def _changed_queue(workspace: Workspace, call: Call, queue: TaskQueue) -> TaskQueue:
    expression = call.form.get("TargetWorkers") or queue.target_workers
    try:
        parse(expression)
    except ExpressionError as error:
        raise invalid(f"TargetWorkers is not valid: {error}") from error
    name = call.form.get("FriendlyName") or queue.friendly_name
    others = workspace.tables.task_queues.values()
    if any(other.friendly_name == name and other.sid != queue.sid for other in others):
        raise invalid(f"TaskQueue with FriendlyName {name} already exists")
    order = call.form.get("TaskOrder") or queue.task_order
    if order not in {"FIFO", "LIFO"}:
        raise invalid(f"TaskOrder must be FIFO or LIFO, not {order}")
    reserved = call.integer("MaxReservedWorkers", queue.max_reserved_workers, minimum=1) or 1
    if reserved > MAX_RESERVED_WORKERS:
        raise invalid(f"MaxReservedWorkers must be between 1 and {MAX_RESERVED_WORKERS}")
    return replace(
        queue,
        friendly_name=name,
        target_workers=expression,
        max_reserved_workers=reserved,
        task_order=order,
        reservation_activity_sid=_activity(
            workspace, call, "ReservationActivitySid", queue.reservation_activity_sid
        ),
        assignment_activity_sid=_activity(
            workspace, call, "AssignmentActivitySid", queue.assignment_activity_sid
        ),
        date_updated=workspace.now(),
    )


def _activity(workspace: Workspace, call: Call, name: str, current: str | None) -> str | None:
    sid = call.form.get(name) or current
    if sid is not None and sid not in workspace.tables.activities:
        raise invalid(f"{name} {sid} does not exist")
    return sid


def create_workflow(account: Account, call: Call) -> Answer:
    """Create a workflow; its name must be free and its configuration must make sense."""
    workspace = account.workspace(call.path["workspace"])
    now = workspace.now()
    name, configuration = call.required("FriendlyName"), call.required("Configuration")
    workflow = _changed_workflow(
        workspace, call, Workflow(new_sid("WW"), name, configuration, now, now)
    )
    workspace.tables.workflows[workflow.sid] = workflow
    return Answer(201, workflow_form(workspace, workflow))


def fetch_workflow(account: Account, call: Call) -> Answer:
    """Show a workflow."""
    workspace = account.workspace(call.path["workspace"])
    return Answer(200, workflow_form(workspace, _workflow(workspace, call)))


def update_workflow(account: Account, call: Call) -> Answer:
    """Change a workflow; ``ReEvaluateTasks`` sends its pending tasks through it again."""
    workspace = account.workspace(call.path["workspace"])
    workflow = _changed_workflow(workspace, call, _workflow(workspace, call))
    workspace.tables.workflows[workflow.sid] = workflow
    if call.boolean("ReEvaluateTasks", default=False):
        for task in list(workspace.tables.tasks.values()):
            if task.workflow_sid == workflow.sid and task.status is TaskStatus.PENDING:
                workspace.put_task(enter_workflow(workspace, task))
    settle(workspace)
    return fetch_workflow(account, call)


def delete_workflow(account: Account, call: Call) -> Answer:
    """Delete a workflow that no open task is in."""
    workspace = account.workspace(call.path["workspace"])
    workflow = _workflow(workspace, call)
    for task in workspace.tables.tasks.values():
        if task.workflow_sid == workflow.sid and not task.status.ended:
            raise invalid(f"Workflow {workflow.sid} has tasks")
    del workspace.tables.workflows[workflow.sid]
    return Answer(204)


def show_workflows(account: Account, call: Call) -> Answer:
    """List the workflows, all or those of one name."""
    workspace = account.workspace(call.path["workspace"])
    name = call.query.get("FriendlyName")
    workflows = [
        workflow
        for workflow in workspace.tables.workflows.values()
        if not name or workflow.friendly_name == name
    ]
    return page(call, "workflows", workflows, lambda w: workflow_form(workspace, w))


def _workflow(workspace: Workspace, call: Call) -> Workflow:
    return workspace.find(workspace.tables.workflows, "Workflows", call.path["workflow"])


def _steps(workspace: Workspace, workflow: Workflow) -> tuple[Step, ...]:
    configuration = read_configuration(workflow.configuration, workspace.tables.task_queues)
    default = (configuration.default,) if configuration.default else ()
    return tuple(step for entry in configuration.filters for step in entry.steps) + default


def _changed_workflow(workspace: Workspace, call: Call, workflow: Workflow) -> Workflow:
    configuration = call.form.get("Configuration") or workflow.configuration
    read_configuration(configuration, workspace.tables.task_queues)
    name = call.form.get("FriendlyName") or workflow.friendly_name
    others = workspace.tables.workflows.values()
    if any(other.friendly_name == name and other.sid != workflow.sid for other in others):
        raise invalid(f"Workflow with FriendlyName {name} already exists")
    timeout = call.integer("TaskReservationTimeout", workflow.task_reservation_timeout, minimum=1)
    if timeout is None or timeout > MAX_RESERVATION_TIMEOUT:
        raise invalid(f"TaskReservationTimeout must be at most {MAX_RESERVATION_TIMEOUT}")
    return replace(
        workflow,
        friendly_name=name,
        configuration=configuration,
        task_reservation_timeout=timeout,
        assignment_callback_url=_url(call, "AssignmentCallbackUrl")
        if "AssignmentCallbackUrl" in call.form
        else workflow.assignment_callback_url,
        fallback_assignment_callback_url=_url(call, "FallbackAssignmentCallbackUrl")
        if "FallbackAssignmentCallbackUrl" in call.form
        else workflow.fallback_assignment_callback_url,
        date_updated=workspace.now(),
    )


def _url(call: Call, name: str) -> str | None:
    url = call.form.get(name)
    if url and not url.startswith(("http://", "https://")):
        raise invalid(f"{name} is not a URL")
    return url or None


ROUTES: Routes = (
    ("GET", QUEUES, show_queues),
    ("POST", QUEUES, create_queue),
    ("GET", QUEUES + "/{queue}", fetch_queue),
    ("POST", QUEUES + "/{queue}", update_queue),
    ("DELETE", QUEUES + "/{queue}", delete_queue),
    ("GET", WORKFLOWS, show_workflows),
    ("POST", WORKFLOWS, create_workflow),
    ("GET", WORKFLOWS + "/{workflow}", fetch_workflow),
    ("POST", WORKFLOWS + "/{workflow}", update_workflow),
    ("DELETE", WORKFLOWS + "/{workflow}", delete_workflow),
)
