"""Which tasks and targets are refused: the 404, 409 or 422, and the proof that nothing changed."""

import json
from typing import Any

import pytest

from chat_transfer.http.request import Target
from chat_transfer.targets.routing import is_routed
from tests.functions.conftest import Deployment
from tests.functions.recording import KINDS
from tests.functions.refusals import UNKNOWN, assert_problem, unchanged


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prefix", ["WK", "WQ", "WW"])
def test_an_unknown_target_is_404_and_the_agent_rejoins(
    deployment: Deployment, kind: str, prefix: str
) -> None:
    with unchanged(deployment.twilio.centre):
        answer = deployment.transfer(kind, prefix + UNKNOWN)
    assert_problem(answer, 404, "target_unknown")
    assert answer.body["agentRejoined"] is True


def test_an_unknown_task_is_404(deployment: Deployment) -> None:
    target_sid = deployment.twilio.centre.workers["dev"]
    with unchanged(deployment.twilio.centre):
        answer = deployment.transfer("WT" + UNKNOWN, target_sid)
        as_supervisor = deployment.transfer("WT" + UNKNOWN, target_sid, by="sam")
    assert_problem(answer, 404, "task_unknown")
    assert_problem(as_supervisor, 404, "task_unknown")


@pytest.mark.parametrize("kind", KINDS)
def test_an_unrouted_queue_and_the_transfer_workflow_are_422(
    deployment: Deployment, kind: str
) -> None:
    with unchanged(deployment.twilio.centre):
        queue = deployment.transfer(kind, deployment.twilio.centre.queues["Billing"])
        workflow = deployment.transfer(kind, deployment.transfer_workflow_sid)
    assert_problem(queue, 422, "target_not_routed")
    assert "transferQueues" in queue.body["detail"]
    assert_problem(workflow, 422, "target_not_routed")


@pytest.mark.parametrize("kind", KINDS)
def test_a_queue_that_was_routed_a_moment_ago_is_a_target(
    deployment: Deployment, kind: str
) -> None:
    """The configuration is cached, but no transfer is refused for an old copy."""
    centre = deployment.twilio.centre
    billing = centre.queues["Billing"]
    assert deployment.transfer(kind, billing).status == 422
    workflow = centre.workspace.tables.workflows[deployment.transfer_workflow_sid]
    configuration = json.loads(workflow.configuration)
    configuration["task_routing"]["filters"][1]["targets"][0]["queue"] = billing
    deployment.workflows()(workflow.sid).update(configuration=json.dumps(configuration))
    assert deployment.transfer(kind, billing).status == 200


def routing(*filters: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "task_routing": {
            "filters": [{"expression": "1==1", "targets": one} for one in filters],
            "default_filter": {"queue": "WQdefault"},
        }
    }


@pytest.mark.parametrize(
    ("configuration", "target", "routed"),
    [
        (routing([{"queue": "WQ1"}]), "WQ1", True),
        (routing([{"queue": "WQ1"}], [{"queue": "WQ2"}, {"queue": "WQ3"}]), "WQ3", True),
        (routing([{"queue": "WQ1"}]), "WQ2", False),
        (routing([{"queue": "WQ1"}]), "WQdefault", False),
        (routing([{"queue": "WQ1"}]), "WK1", False),
        (routing([{"queue": "WQ1", "known_worker_sid": "task.targetSid"}]), "WK1", True),
        (routing(), "WW1", True),
        ({}, "WQ1", False),
        ({"task_routing": None}, "WK1", False),
        ({"task_routing": {"filters": None}}, "WQ1", False),
        ({"task_routing": {"filters": [{}]}}, "WQ1", False),
    ],
)
def test_a_target_is_routed_where_a_filter_names_it(
    configuration: dict[str, Any], target: str, routed: bool
) -> None:
    assert is_routed(configuration, Target(target)) is routed


def test_a_conversation_without_its_interaction_is_409(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    centre.remove_interaction(centre.tasks["conversation"])
    with unchanged(centre):
        answer = deployment.transfer("conversation", centre.workers["dev"])
    assert_problem(answer, 409, "interaction_gone")


@pytest.mark.parametrize("status", ["closed", "inactive", "failed"])
def test_a_conversation_whose_channel_is_over_is_409(deployment: Deployment, status: str) -> None:
    centre = deployment.twilio.centre
    centre.set_channel_status(centre.tasks["conversation"], status)
    answer = deployment.transfer("conversation", centre.workers["dev"])
    assert_problem(answer, 409, "interaction_gone")


@pytest.mark.parametrize(
    ("task", "agent", "code"),
    [
        ("chat", "ana", "target_holds_task"),
        ("conversation", "ana", "target_holds_task"),
        ("two_agents", "ben", "target_in_conversation"),
    ],
)
def test_an_agent_who_has_the_chat_is_no_target(
    deployment: Deployment, task: str, agent: str, code: str
) -> None:
    with unchanged(deployment.twilio.centre):
        answer = deployment.transfer(task, deployment.twilio.centre.workers[agent])
    assert_problem(answer, 409, code)


def test_a_conversation_with_an_open_invite_is_409(deployment: Deployment) -> None:
    """Ana has transferred her part, and no agent has accepted it yet."""
    centre = deployment.twilio.centre
    made = deployment.transfer("two_agents", centre.queues["Support"]).body["taskSid"]
    ben_has = centre.tasks["two_agents_ben"]
    with unchanged(centre):
        answer = deployment.transfer(ben_has, centre.workers["dev"], by="ben")
    assert_problem(answer, 409, "invite_open")
    assert answer.body["agentRejoined"] is True

    centre.accept(made)
    assert deployment.transfer(ben_has, centre.workers["eva"], by="ben").status == 200


@pytest.mark.parametrize("task", ["voice", "callback"])
def test_a_task_that_is_neither_chat_nor_conversation_is_409(
    deployment: Deployment, task: str
) -> None:
    with unchanged(deployment.twilio.centre):
        answer = deployment.transfer(task, deployment.twilio.centre.workers["dev"])
    assert_problem(answer, 409, "task_kind_unsupported")
    assert "agentRejoined" not in answer.body


@pytest.mark.parametrize("task", ["completed", "pending"])
def test_a_task_that_no_agent_holds_is_409_for_a_supervisor_else_403(
    deployment: Deployment, task: str
) -> None:
    target_sid = deployment.twilio.centre.workers["dev"]
    with unchanged(deployment.twilio.centre):
        by_supervisor = deployment.transfer(task, target_sid, by="sam")
        by_agent = deployment.transfer(task, target_sid)
    assert_problem(by_supervisor, 409, "task_not_transferable")
    assert_problem(by_agent, 403, "not_your_task")


@pytest.mark.parametrize("kind", KINDS)
def test_attributes_that_would_exceed_their_limit_are_409(
    deployment: Deployment, kind: str
) -> None:
    centre = deployment.twilio.centre
    centre.set_attributes(centre.tasks[kind], notes="x" * 3800)
    with unchanged(centre):
        answer = deployment.transfer(kind, centre.workers["dev"])
    assert_problem(answer, 409, "attributes_too_large")
