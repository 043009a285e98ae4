"""Routing: how a task goes through its workflow's targets.

https://www.twilio.com/docs/taskrouter/lifecycle-task-workflows-and-assignment,
https://www.twilio.com/docs/taskrouter/workflow-configuration
"""

import json

from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from emulator.routing import new_task, place, to_worker
from twilio_emulator.clock import ManualClock
from twilio_emulator.seed import ContactCentre


def test_only_the_known_agent_gets_an_offer(
    workspace: WorkspaceContext, centre: ContactCentre, transfers: str
) -> None:
    task = to_worker(workspace, transfers, centre.workers["dev"])
    fetched = workspace.tasks(task).fetch()
    assert centre.offered_to(task) == "dev"
    assert str(fetched.assignment_status) == "reserved"
    assert fetched.task_queue_friendly_name == "Everyone"
    assert len(workspace.tasks(task).reservations.list()) == 1


def test_a_queue_offers_the_task_to_its_members_except_the_ignored_ones(
    workspace: WorkspaceContext, centre: ContactCentre, transfers: str
) -> None:
    asked = []
    task = new_task(
        workspace,
        transfers,
        transferTargetType="queue",
        targetSid=centre.queues["Sales"],
        ignoreWorkerSids=[centre.workers["ana"]],
    )
    while centre.offered_to(task):
        asked.append(centre.reject(task))
    assert sorted(asked) == ["ben", "carla"]
    assert str(workspace.tasks(task).fetch().assignment_status) == "pending"


def test_a_rejecting_worker_keeps_their_activity_unless_they_name_another(
    workspace: WorkspaceContext, centre: ContactCentre, transfers: str
) -> None:
    first = to_worker(workspace, transfers, centre.workers["dev"])
    centre.reject(first)
    second = to_worker(workspace, transfers, centre.workers["dev"])
    offer = workspace.tasks(second).reservations.list()[0]
    worker = workspace.workers(centre.workers["dev"])
    assert worker.fetch().activity_name == "Available"
    offer.update(
        reservation_status="rejected", worker_activity_sid=centre.workspace.timeout_activity_sid
    )
    assert worker.fetch().activity_name == "Offline"


def test_a_task_rejected_by_the_known_agent_goes_to_the_next_target(
    workspace: WorkspaceContext, centre: ContactCentre, clock: ManualClock, transfers: str
) -> None:
    task = to_worker(workspace, transfers, centre.workers["dev"])
    centre.reject(task)
    assert centre.offered_to(task) is None
    clock.advance(60)
    centre.settle()
    assert centre.offered_to(task) is not None
    assert place(centre, task) == 1


def test_a_task_waits_for_an_unavailable_known_agent(
    workspace: WorkspaceContext, centre: ContactCentre, clock: ManualClock, transfers: str
) -> None:
    task = to_worker(workspace, transfers, centre.workers["eva"])
    assert str(workspace.tasks(task).fetch().assignment_status) == "pending"
    clock.advance(30)
    centre.set_activity("eva", "Available")
    assert centre.offered_to(task) == "eva"


def test_a_task_waits_for_a_known_agent_who_does_not_exist(
    workspace: WorkspaceContext, centre: ContactCentre, clock: ManualClock, transfers: str
) -> None:
    """https://www.twilio.com/docs/taskrouter/workflow-configuration/known-agent-routing."""
    task = to_worker(workspace, transfers, "WK" + "0" * 32)
    assert centre.offered_to(task) is None
    clock.advance(60)
    centre.settle()
    assert centre.offered_to(task) is not None


def test_an_unanswered_offer_sets_the_timeout_activity(
    workspace: WorkspaceContext, centre: ContactCentre, clock: ManualClock, transfers: str
) -> None:
    """The workspace's timeout activity: https://www.twilio.com/docs/taskrouter/api/workspace."""
    task = to_worker(workspace, transfers, centre.workers["dev"])
    clock.advance(19)
    centre.settle()
    assert centre.offered_to(task) == "dev"
    clock.advance(1)
    centre.settle()
    offers = workspace.tasks(task).reservations.list()
    assert [str(offer.reservation_status) for offer in offers] == ["timeout"]
    assert workspace.workers(centre.workers["dev"]).fetch().activity_name == "Offline"
    assert str(workspace.tasks(task).fetch().assignment_status) == "pending"


def test_target_timeouts_add_up_from_the_tasks_creation(
    workspace: WorkspaceContext, centre: ContactCentre, clock: ManualClock, transfers: str
) -> None:
    """https://www.twilio.com/docs/taskrouter/task-evaluation."""
    for name in ("ana", "ben", "carla", "dev"):
        centre.set_activity(name, "Offline")
    task = to_worker(workspace, transfers, centre.workers["dev"])
    for age, step in ((59, 0), (60, 1), (179, 1), (180, 2)):
        clock.advance(age - workspace.tasks(task).fetch().age)  # type: ignore[operator]
        centre.settle()
        assert place(centre, task) == step
    centre.set_activity("ben", "Available")
    assert centre.offered_to(task) == "ben"


def test_a_task_that_matches_no_filter_goes_to_the_default_queue(
    workspace: WorkspaceContext, centre: ContactCentre, transfers: str
) -> None:
    task = new_task(workspace, transfers, transferTargetType="elsewhere")
    assert workspace.tasks(task).fetch().task_queue_sid == centre.queues["Everyone"]


def test_a_task_that_passes_its_last_target_is_cancelled_whatever_the_default(
    workspace: WorkspaceContext, centre: ContactCentre, clock: ManualClock, transfers: str
) -> None:
    """https://www.twilio.com/docs/taskrouter/lifecycle-task-workflows-and-assignment."""
    sales = centre.queues["Sales"]
    everyone = list(centre.workers.values())
    task = new_task(
        workspace,
        transfers,
        transferTargetType="queue",
        targetSid=sales,
        ignoreWorkerSids=everyone,
    )
    clock.advance(59)
    centre.settle()
    assert str(workspace.tasks(task).fetch().assignment_status) == "pending"
    clock.advance(1)
    centre.settle()
    assert str(workspace.tasks(task).fetch().assignment_status) == "canceled"


def test_a_task_without_a_matching_queue_is_cancelled(
    workspace: WorkspaceContext, centre: ContactCentre
) -> None:
    target = {"queue": centre.queues["Billing"], "timeout": 0}
    routing = {"filters": [{"expression": "vip == true", "targets": [target]}]}
    made = workspace.workflows.create("Strict", json.dumps({"task_routing": routing}))
    for attributes in ({}, {"vip": True}):
        task = workspace.tasks(new_task(workspace, made.sid or "", **attributes)).fetch()
        assert str(task.assignment_status) == "canceled"
        assert task.reason == "Workflow ended without routing to a queue"


def test_a_task_that_no_worker_accepts_within_its_timeout_is_cancelled(
    workspace: WorkspaceContext, centre: ContactCentre, clock: ManualClock
) -> None:
    """The documentation of ``timeout``: https://www.twilio.com/docs/taskrouter/api/task."""
    task = centre.tasks["pending"]
    clock.advance(86_399)
    centre.settle()
    assert str(workspace.tasks(task).fetch().assignment_status) == "pending"
    clock.advance(1)
    centre.settle()
    fetched = workspace.tasks(task).fetch()
    assert (str(fetched.assignment_status), fetched.reason) == ("canceled", "Task TTL Exceeded")


def test_skip_if_skips_a_target_without_available_workers(
    workspace: WorkspaceContext, centre: ContactCentre
) -> None:
    targets = [
        {"queue": centre.queues["Billing"], "timeout": 60, "skip_if": "workers.available == 0"},
        {"queue": centre.queues["Sales"]},
    ]
    routing = {"filters": [{"expression": "1==1", "targets": targets}]}
    made = workspace.workflows.create("Skips", json.dumps({"task_routing": routing}))
    task = new_task(workspace, made.sid or "")
    assert workspace.tasks(task).fetch().task_queue_friendly_name == "Sales"
