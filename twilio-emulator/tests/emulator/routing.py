"""Creates tasks for the tests of routing."""

import json
from typing import Any

from twilio.rest.taskrouter.v1.workspace import WorkspaceContext


def new_task(workspace: WorkspaceContext, workflow: str, **attributes: Any) -> str:
    made = workspace.tasks.create(
        workflow_sid=workflow, task_channel="chat", attributes=json.dumps(attributes)
    )
    return made.sid or ""


def to_worker(workspace: WorkspaceContext, workflow: str, sid: str) -> str:
    return new_task(workspace, workflow, transferTargetType="worker", targetSid=sid)
