"""Creates tasks for the tests of routing."""

import json
from typing import Any

from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from twilio_emulator.seed import ContactCentre


def new_task(workspace: WorkspaceContext, workflow: str, **attributes: Any) -> str:
    own = {"ignoreWorkerSids": [], **attributes}
    made = workspace.tasks.create(
        workflow_sid=workflow, task_channel="chat", attributes=json.dumps(own)
    )
    return made.sid or ""


def to_worker(workspace: WorkspaceContext, workflow: str, sid: str) -> str:
    return new_task(workspace, workflow, transferTargetType="worker", targetSid=sid)


def place(centre: ContactCentre, task_sid: str) -> int | None:
    """Return the index of the target that a task waits at, in its filter."""
    task = centre.task(task_sid)
    return task.place.target if task and task.place else None
