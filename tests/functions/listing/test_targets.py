"""The workflows and queues that the plugin's directory offers."""

import pytest

from chat_transfer.targets import availability
from tests.functions.conftest import Deployment
from tests.functions.lambda_events import http_event

STATISTICS = "/RealTimeStatistics"


def test_the_workflows_and_the_routed_queues_are_listed(deployment: Deployment) -> None:
    centre = deployment.twilio.centre

    answer = deployment.list_targets()

    assert answer.status == 200
    assert answer.body.keys() == {"workflows", "queues", "handOver"}
    listed = deployment.list_workflows(centre.token_of("ana"))
    assert answer.body["workflows"] == listed.body["workflows"]
    # Not "Billing", which is not routed. "Everyone" is where every filter ends.
    assert [one["friendlyName"] for one in answer.body["queues"]] == [
        "Escalations",
        "Everyone",
        "Sales",
        "Support",
    ]
    for one in answer.body["queues"]:
        assert one["sid"] == centre.queues[one["friendlyName"]]


@pytest.mark.parametrize(
    ("default", "has_queue", "listed"),
    [
        ("now", True, ["now", "accepted"]),
        ("accepted", True, ["accepted", "now"]),
        ("warm", True, ["warm", "accepted", "now"]),
        ("accepted", False, ["now"]),
    ],
)
def test_what_can_be_asked_for_is_listed_with_the_default_first(
    deployment: Deployment,
    monkeypatch: pytest.MonkeyPatch,
    default: str,
    has_queue: bool,
    listed: list[str],
) -> None:
    monkeypatch.setenv("HAND_OVER", default)
    monkeypatch.delenv("HAND_OVER_CHOICES")
    if not has_queue:
        monkeypatch.delenv("EVENTS_QUEUE_URL")

    assert deployment.list_targets().body["handOver"] == listed


@pytest.mark.parametrize("refused", ["accepted", "now"])
def test_what_is_not_among_the_choices_is_refused(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    monkeypatch.setenv("HAND_OVER", "warm")
    monkeypatch.setenv("HAND_OVER_CHOICES", '["warm"]')
    ben = deployment.twilio.centre.workers["dev"]

    answer = deployment.transfer("conversation", ben, handOver=refused)

    assert (answer.status, answer.code) == (409, "hand_over_off")
    assert deployment.transfer("chat", ben, handOver="now").status == 200


def test_a_queue_has_the_number_of_its_agents_who_are_available(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    support = centre.queues["Support"]
    workspace = deployment.client.taskrouter.v1.workspaces(centre.workspace_sid)
    available = workspace.task_queues(support).real_time_statistics().fetch()
    assert (available.total_available_workers or 0) > 0

    assert number_of(deployment, support) == available.total_available_workers


def test_the_numbers_are_cached_for_at_most_ten_seconds(deployment: Deployment) -> None:
    support = deployment.twilio.centre.queues["Support"]
    first = number_of(deployment, support)
    away(deployment, "Support")

    assert number_of(deployment, support) == first
    deployment.get_workflows.runtime()._warm.forget(f"workers of {support}")
    assert number_of(deployment, support) == 0
    assert availability.SECONDS <= 10


def test_a_number_that_twilio_does_not_answer_is_null(deployment: Deployment) -> None:
    deployment.twilio.faults.status(400, times=None, path=STATISTICS)

    answer = deployment.list_targets()

    assert answer.status == 200
    assert {one["availableWorkers"] for one in answer.body["queues"]} == {None}


def test_a_failing_list_of_queues_is_502(deployment: Deployment) -> None:
    deployment.twilio.faults.status(500, times=None, path="/TaskQueues")

    answer = deployment.list_targets()

    assert (answer.status, answer.code) == (502, "twilio_failed")


def test_a_request_without_a_token_makes_no_call(deployment: Deployment) -> None:
    answer = deployment.invoke(http_event("GET", "/transfer-targets"))

    assert (answer.status, answer.code) == (401, "token_missing")
    assert len(deployment.twilio.journal) == 0


def number_of(deployment: Deployment, queue_sid: str) -> int | None:
    queues = deployment.list_targets().body["queues"]
    [found] = [one["availableWorkers"] for one in queues if one["sid"] == queue_sid]
    return found  # type: ignore[no-any-return]


def away(deployment: Deployment, queue: str) -> None:
    """Make every agent of a queue unavailable."""
    centre = deployment.twilio.centre
    workspace = deployment.client.taskrouter.v1.workspaces(centre.workspace_sid)
    [offline, *_] = workspace.activities.list(available="false")
    for worker in workspace.workers.list(task_queue_name=queue):
        workspace.workers(worker.sid or "").update(activity_sid=offline.sid or "")
