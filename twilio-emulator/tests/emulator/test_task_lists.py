"""Lists and searches of tasks: https://www.twilio.com/docs/taskrouter/api/task."""

from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from twilio_emulator.clock import ManualClock
from twilio_emulator.seed import ContactCentre
from twilio_emulator.server import RunningTwilio


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"assignment_status": ["pending"]}, {"pending"}),
        ({"assignment_status": ["pending,completed"]}, {"pending", "completed"}),
        ({"assignment_status": ["pending", "completed"]}, {"pending", "completed"}),
        (
            {"evaluate_task_attributes": 'type == "callback"'},
            {"callback"},
        ),
        (
            {
                "evaluate_task_attributes": 'channelType == "sms"',
                "assignment_status": ["assigned"],
            },
            {"sms", "sms_conversation"},
        ),
        ({"task_queue_name": "Billing"}, {"pending"}),
        ({"priority": 3}, set()),
    ],
)
def test_task_filters_return_the_matching_tasks(
    workspace: WorkspaceContext, centre: ContactCentre, query: dict[str, Any], names: set[str]
) -> None:
    found = {task.sid for task in workspace.tasks.list(**query)}
    assert found == {centre.tasks[name] for name in names}


def test_lists_show_no_attributes(workspace: WorkspaceContext) -> None:
    """The properties tables: attributes are shown where a single task or worker is fetched."""
    assert {task.attributes for task in workspace.tasks.list()} == {None}
    workers = workspace.workers.list()
    assert {worker.attributes for worker in workers} == {None}
    assert "contact_uri" in (workers[0].fetch().attributes or "")


def test_tasks_are_listed_in_the_requested_order(
    workspace: WorkspaceContext, centre: ContactCentre
) -> None:
    years = (2001, 2003, 2002)
    for year in years:
        workspace.tasks.create(
            workflow_sid=centre.workflows["Escalations"],
            virtual_start_time=datetime(year, 1, 1, tzinfo=UTC),
            priority=9,
        )
    listed = workspace.tasks.list(priority=9, ordering="VirtualStartTime:desc")
    starts = [task.virtual_start_time for task in listed]
    assert [start.year for start in starts if start] == sorted(years, reverse=True)


def test_searches_by_attributes_are_rate_limited(
    twilio: RunningTwilio, centre: ContactCentre, clock: ManualClock
) -> None:
    """Three requests a second.

    https://www.twilio.com/en-us/changelog/taskrouter-endpoint-rate-limit-correction
    """

    def search() -> requests.Response:
        url = f"{twilio.base_url}/taskrouter/v1/Workspaces/{centre.workspace_sid}/Tasks"
        query = {"EvaluateTaskAttributes": "a == 1"}
        return requests.get(url, params=query, auth=centre.api_key, timeout=5)

    answers = [search() for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "1"
    assert answers[-1].json()["code"] == 20429
    clock.advance(1)
    assert search().status_code == 200
