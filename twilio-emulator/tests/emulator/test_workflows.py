"""Workflows and queues: what TaskRouter accepts and what it refuses.

https://www.twilio.com/docs/taskrouter/workflow-configuration,
https://www.twilio.com/docs/taskrouter/api/task-queue
"""

import json
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from twilio_emulator.seed import ContactCentre

NOWHERE = "WQ" + "0" * 32


def configuration(**routing: Any) -> str:
    return json.dumps({"task_routing": routing})


def route(queue: str, expression: str = "1==1", **target: Any) -> dict[str, Any]:
    return {"expression": expression, "targets": [{"queue": queue, **target}]}


def test_a_workflows_configuration_is_returned_unchanged(
    workspace: WorkspaceContext, centre: ContactCentre
) -> None:
    text = configuration(
        filters=[
            {
                "filter_friendly_name": "To an agent",
                "expression": 'transferTargetType == "worker"',
                "targets": [
                    {
                        "queue": centre.queues["Everyone"],
                        "known_worker_sid": "task.targetSid",
                        "timeout": 30,
                        "priority": 5,
                        "skip_if": "workers.available == 0",
                        "order_by": "worker.level DESC",
                    }
                ],
            }
        ],
        default_filter={"queue": centre.queues["Everyone"]},
    )
    made = workspace.workflows.create("Transfers", text, task_reservation_timeout=45)
    fetched = workspace.workflows(made.sid or "").fetch()
    assert fetched.configuration == text
    assert fetched.task_reservation_timeout == 45
    assert fetched.friendly_name == "Transfers"


def test_a_workflow_can_be_updated_and_deleted(
    workspace: WorkspaceContext, centre: ContactCentre
) -> None:
    made = workspace.workflows.create("Mine", configuration(filters=[]))
    changed = made.update(friendly_name="Ours", configuration=configuration())
    assert (changed.friendly_name, changed.configuration) == ("Ours", configuration())
    assert changed.delete()
    assert made.sid not in centre.workspace.tables.workflows


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "not valid JSON"),
        ("[]", "needs task_routing"),
        (configuration(filters=[route(NOWHERE)]), f"task queue {NOWHERE} does not exist"),
        (configuration(default_filter={"queue": NOWHERE}), "default_filter"),
        (configuration(filters=[{"targets": []}]), "needs expression"),
        (configuration(filters=[{"expression": "1==1"}]), "needs targets"),
        (configuration(filters=[{"expression": "1==1", "targets": []}]), "no targets"),
        (configuration(filters=[{"expression": "1==", "targets": [{}]}]), "makes no sense"),
        (configuration(filters={}), "must be an array"),
    ],
)
def test_an_invalid_configuration_is_refused_with_the_reason(
    workspace: WorkspaceContext, text: str, complaint: str
) -> None:
    with pytest.raises(TwilioRestException, match=complaint) as refused:
        workspace.workflows.create("Bad", text)
    assert (refused.value.status, refused.value.code) == (400, 20001)


@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        ({"expression": "worker.sid"}, r"targets\[0\].expression"),
        ({"known_worker_sid": "task."}, "known_worker_sid"),
        ({"skip_if": "a ="}, "skip_if"),
        ({"timeout": "soon"}, "timeout must be a whole number"),
        ({"timeout": -1}, "0 or more"),
        ({"known_worker": "x"}, "unknown keys: known_worker"),
    ],
)
def test_an_invalid_target_is_refused_with_the_reason(
    workspace: WorkspaceContext, centre: ContactCentre, target: dict[str, Any], complaint: str
) -> None:
    targets = [{"queue": centre.queues["Sales"], **target}]
    text = configuration(filters=[{"expression": "1==1", "targets": targets}])
    with pytest.raises(TwilioRestException, match=complaint):
        workspace.workflows.create("Bad", text)


def test_a_configuration_above_a_megabyte_is_refused(workspace: WorkspaceContext) -> None:
    """1,038,576 bytes: https://www.twilio.com/docs/taskrouter/limits."""
    text = configuration(filters=[])
    largest = text + " " * (1_038_576 - len(text))
    made = workspace.workflows.create("Large", largest)
    assert len(made.configuration or "") == 1_038_576
    with pytest.raises(TwilioRestException, match="larger than 1038576 bytes"):
        made.update(configuration=largest + " ")


def test_a_second_queue_or_workflow_of_the_same_name_is_refused(
    workspace: WorkspaceContext,
) -> None:
    with pytest.raises(TwilioRestException, match="already exists"):
        workspace.workflows.create("Escalations", configuration())
    with pytest.raises(TwilioRestException, match="already exists"):
        workspace.task_queues.create("Sales")


def test_a_queue_can_be_created_with_an_expression_and_deleted(
    workspace: WorkspaceContext, centre: ContactCentre
) -> None:
    made = workspace.task_queues.create(
        "French", target_workers='languages HAS "fr"', max_reserved_workers=3, task_order="LIFO"
    )
    fetched = workspace.task_queues(made.sid or "").fetch()
    assert fetched.target_workers == 'languages HAS "fr"'
    assert (fetched.max_reserved_workers, str(fetched.task_order)) == (3, "LIFO")
    assert [q.sid for q in workspace.task_queues.list(friendly_name="French")] == [made.sid]
    assert fetched.delete()
    assert made.sid not in centre.workspace.tables.task_queues


@pytest.mark.parametrize(
    "wrong",
    [
        {"target_workers": "languages HAS"},
        {"max_reserved_workers": 0},
        {"max_reserved_workers": 51},
        {"task_order": "RANDOM"},
        {"reservation_activity_sid": "WA" + "0" * 32},
    ],
)
def test_an_invalid_queue_is_refused_and_not_created(
    workspace: WorkspaceContext, centre: ContactCentre, wrong: dict[str, Any]
) -> None:
    before = dict(centre.workspace.tables.task_queues)
    with pytest.raises(TwilioRestException) as refused:
        workspace.task_queues.create("Bad", **wrong)
    assert refused.value.status == 400
    assert centre.workspace.tables.task_queues == before


def test_deleting_a_queue_in_use_is_refused(
    workspace: WorkspaceContext, centre: ContactCentre
) -> None:
    with pytest.raises(TwilioRestException, match="is used by workflow"):
        workspace.task_queues(centre.queues["Escalations"]).delete()


def test_fetching_an_unknown_queue_is_answered_404(workspace: WorkspaceContext) -> None:
    with pytest.raises(TwilioRestException) as missing:
        workspace.task_queues(NOWHERE).fetch()
    assert (missing.value.status, missing.value.code) == (404, 20404)
    assert NOWHERE in missing.value.msg
