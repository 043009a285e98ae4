"""Creates tasks, for the Tasks API and for Flex's interactions."""

from dataclasses import dataclass
from datetime import datetime

from twilio_emulator.errors import invalid
from twilio_emulator.sids import new_sid
from twilio_emulator.taskrouter.model import Task, waiting_in
from twilio_emulator.taskrouter.routing_loop import enter_workflow, settle
from twilio_emulator.taskrouter.workspace import Workspace


@dataclass(frozen=True, slots=True)
class TaskOrder:
    """The parameters of a new task. Times in seconds; ``attributes`` is JSON."""

    attributes: str
    workflow_sid: str | None = None
    task_channel: str = "default"
    timeout: int = 86_400
    priority: int = 0
    virtual_start_time: datetime | None = None
    routing_target: str | None = None
    ignore_capacity: bool = True
    task_queue_sid: str | None = None


def create_task(workspace: Workspace, order: TaskOrder) -> Task:
    """Create a task and route it.

    Returns
    -------
    Task
        The task after the first round of routing: an agent may have been offered it already.

    Raises
    ------
    TwilioError
        400 with code 20001 for a workflow, queue or channel that the workspace does not have.
    """
    task = plan_task(workspace, order)
    workspace.tables.tasks[task.sid] = task
    workspace.publish("task.created", task, None)
    settle(workspace)
    return workspace.tables.tasks[task.sid]


def plan_task(workspace: Workspace, order: TaskOrder) -> Task:
    """Return the task of an order, without creating it; raises as `create_task`."""
    now = workspace.now()
    task = Task(
        sid=new_sid("WT", workspace.random),
        attributes=order.attributes,
        workflow_sid=_workflow_sid(workspace, order),
        task_channel_sid=workspace.channel(order.task_channel).sid,
        date_created=now,
        date_updated=now,
        virtual_start_time=order.virtual_start_time or now,
        timeout=order.timeout,
        priority=order.priority,
        routing_target=order.routing_target,
        ignore_capacity=order.ignore_capacity and (order.routing_target or "").startswith("WK"),
    )
    return _direct(workspace, task, order)


def _direct(workspace: Workspace, task: Task, order: TaskOrder) -> Task:
    """Send the task through its workflow, or straight to a queue or worker."""
    target = order.routing_target or order.task_queue_sid or ""
    if target.startswith("WQ"):
        if target not in workspace.tables.task_queues:
            raise invalid(f"TaskQueue {target} does not exist")
        queue_sid = target
    elif target.startswith("WK"):
        if target not in workspace.tables.workers:
            raise invalid(f"Worker {target} does not exist")
        queue_sid = order.task_queue_sid or next(iter(workspace.tables.task_queues))
    else:
        return enter_workflow(workspace, task)
    return waiting_in(task, queue_sid, workspace.now())


def _workflow_sid(workspace: Workspace, order: TaskOrder) -> str | None:
    workflows = workspace.tables.workflows
    target = order.routing_target or ""
    sid = order.workflow_sid or (target if target.startswith("WW") else None)
    if sid is None:
        if len(workflows) == 1:
            return next(iter(workflows))
        if target:
            return None
        raise invalid("WorkflowSid is required: the workspace has more than one workflow")
    if sid not in workflows:
        raise invalid(f"Workflow {sid} does not exist")
    return sid
