"""Offers: which workers get them, in which order, and how often.

https://www.twilio.com/docs/taskrouter/multitasking,
https://www.twilio.com/docs/taskrouter/api/reservations
"""

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from emulator.routing import new_task, to_worker
from twilio_emulator.clock import ManualClock
from twilio_emulator.seed import ContactCentre


def test_a_worker_without_capacity_gets_no_offer(
    workspace: WorkspaceContext, centre: ContactCentre, transfers: str
) -> None:
    """https://www.twilio.com/docs/taskrouter/multitasking."""
    channel = workspace.workers(centre.workers["dev"]).worker_channels("chat")
    channel.update(capacity=1)
    first = to_worker(workspace, transfers, centre.workers["dev"])
    second = to_worker(workspace, transfers, centre.workers["dev"])
    assert centre.offered_to(second) is None
    assert channel.fetch().available_capacity_percentage == 0
    centre.accept(first)
    assert centre.offered_to(second) is None
    centre.complete(first)
    assert centre.offered_to(second) == "dev"


def test_the_first_of_several_offered_workers_gets_the_task(
    workspace: WorkspaceContext, centre: ContactCentre, transfers: str
) -> None:
    workspace.task_queues(centre.queues["Sales"]).update(max_reserved_workers=2)
    task = new_task(
        workspace, transfers, transferTargetType="queue", targetSid=centre.queues["Sales"]
    )
    offers = workspace.tasks(task).reservations.list()
    assert len(offers) == 2
    offers[1].update(reservation_status="accepted")
    statuses = [str(o.reservation_status) for o in workspace.tasks(task).reservations.list()]
    assert statuses == ["rescinded", "accepted"]
    with pytest.raises(TwilioRestException, match="because it is rescinded"):
        offers[0].update(reservation_status="accepted")


def test_higher_priority_and_longer_wait_are_served_first(
    workspace: WorkspaceContext, centre: ContactCentre, clock: ManualClock
) -> None:
    """https://www.twilio.com/docs/taskrouter/api/task: priority and virtual_start_time."""
    for name in ("ana", "ben", "carla", "dev"):
        centre.set_activity(name, "Offline")
    workspace.workers(centre.workers["ben"]).worker_channels("chat").update(capacity=2)
    waiting_since = clock.now()
    clock.advance(50)
    workflow = centre.workflows["Assign to Anyone"]
    plain = new_task(workspace, workflow)
    clock.advance(1)
    kept_place = workspace.tasks.create(
        workflow_sid=workflow, task_channel="chat", virtual_start_time=waiting_since
    )
    urgent = workspace.tasks.create(workflow_sid=workflow, task_channel="chat", priority=10)
    served = []
    centre.set_activity("ben", "Available")
    for _ in range(3):
        served += [t for t in (plain, kept_place.sid, urgent.sid) if t and centre.offered_to(t)]
        centre.accept(served[-1])
        centre.complete(served[-1])
    assert served == [urgent.sid, kept_place.sid, plain]


def test_the_longest_idle_worker_gets_the_first_offer(
    workspace: WorkspaceContext, centre: ContactCentre, clock: ManualClock
) -> None:
    workflow = centre.workflows["Assign to Anyone"]
    asked = []
    for _ in range(5):
        clock.advance(1)
        task = new_task(workspace, workflow)
        asked.append(centre.accept(task))
    assert sorted(asked[:4]) == ["ana", "ben", "carla", "dev"]
    assert asked[4] == asked[0]


def test_a_worker_who_timed_out_gets_another_offer_when_available_again(
    workspace: WorkspaceContext, centre: ContactCentre, clock: ManualClock, transfers: str
) -> None:
    """A rejection passes the task on; only a change of activity brings it back."""
    task = to_worker(workspace, transfers, centre.workers["dev"])
    clock.advance(20)
    centre.settle()
    assert centre.offered_to(task) is None
    clock.advance(1)
    centre.set_activity("dev", "Available")
    assert centre.reject(task) == "dev"
    clock.advance(1)
    centre.settle()
    assert centre.offered_to(task) is None
