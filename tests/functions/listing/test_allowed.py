"""Which queues and workflows an agent has: in the lists, and in a transfer."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from chat_transfer.targets.allowed import is_allowed, names_in, routes_transfers
from chat_transfer.twilio.tasks import Named
from tests.functions.conftest import Deployment
from transfer_stack.workflow import Timeouts, workflow_configuration

ATTRIBUTE = "transfer_targets"
TIMEOUTS = Timeouts(60, 300, 600)


@pytest.fixture
def by_attribute(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    """A deployment with the name of the attribute."""
    monkeypatch.setenv("TRANSFER_TARGETS_ATTRIBUTE", ATTRIBUTE)
    return deployment


def may_transfer_to(deployment: Deployment, name: str, listed: Any) -> None:
    """Write what an agent may transfer to."""
    centre = deployment.twilio.centre
    worker = deployment.client.taskrouter.v1.workspaces(centre.workspace_sid).workers(
        centre.workers[name]
    )
    attributes = json.loads(worker.fetch().attributes or "{}")
    worker.update(attributes=json.dumps({**attributes, ATTRIBUTE: listed}))


def lists(deployment: Deployment, by: str = "ana") -> tuple[list[str], list[str]]:
    """The names of the workflows and the queues that an agent is shown."""
    answer = deployment.list_targets(by)
    assert answer.status == 200, answer.text
    workflows = [one["friendlyName"] for one in answer.body["workflows"]]
    also = deployment.list_workflows(deployment.twilio.centre.token_of(by))
    assert also.body["workflows"] == answer.body["workflows"]
    return workflows, [one["friendlyName"] for one in answer.body["queues"]]


def test_the_transfer_workflow_of_another_stack_is_not_listed_and_no_target(
    deployment: Deployment,
) -> None:
    queues = deployment.twilio.centre.queues
    other = workflow_configuration(queues["Everyone"], [queues["Sales"]], TIMEOUTS, offers=False)
    created = deployment.workflows().create(
        friendly_name="Chat transfer (prod)", configuration=json.dumps(other)
    )

    assert lists(deployment)[0] == ["Assign to Anyone", "Escalations"]
    answer = deployment.transfer("conversation", created.sid or "")
    assert (answer.status, answer.code) == (422, "target_not_allowed")
    assert "transferWorkflows" in answer.body["detail"]
    assert deployment.twilio.centre.holder_of(deployment.twilio.centre.tasks["conversation"])


@pytest.mark.parametrize("names", [["Escalations"], []])
def test_the_workflows_of_the_stacks_config_alone_are_targets(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, names: list[str]
) -> None:
    workflows = deployment.twilio.centre.workflows
    sids = [workflows[name] for name in names]
    monkeypatch.setenv("TRANSFER_WORKFLOWS", json.dumps(sids))

    assert lists(deployment)[0] == names
    refused = deployment.transfer("conversation", workflows["Assign to Anyone"])
    assert (refused.status, refused.code) == (422, "target_not_allowed")
    if names:
        assert deployment.transfer("conversation", workflows[names[0]]).status == 200


def test_an_agent_has_what_the_attribute_lists_by_name_or_sid(by_attribute: Deployment) -> None:
    centre = by_attribute.twilio.centre
    may_transfer_to(by_attribute, "ana", [centre.queues["Sales"], "Support", "Escalations"])

    # A workflow and a queue have the third name.
    assert lists(by_attribute) == (["Escalations"], ["Escalations", "Sales", "Support"])
    everyone = lists(by_attribute, "ben")
    assert everyone == (
        ["Assign to Anyone", "Escalations"],
        ["Escalations", "Everyone", "Sales", "Support"],
    )


def test_what_the_attribute_does_not_list_is_refused(by_attribute: Deployment) -> None:
    centre = by_attribute.twilio.centre
    may_transfer_to(by_attribute, "ana", ["Sales"])

    for target in (centre.queues["Support"], centre.workflows["Escalations"]):
        answer = by_attribute.transfer("conversation", target)
        assert (answer.status, answer.code) == (422, "target_not_allowed")
        assert ATTRIBUTE in answer.body["detail"]
    assert by_attribute.transfer("conversation", centre.queues["Sales"]).status == 200


def test_the_attribute_says_nothing_of_agents(by_attribute: Deployment) -> None:
    may_transfer_to(by_attribute, "ana", [])

    assert (
        by_attribute.transfer("conversation", by_attribute.twilio.centre.workers["dev"]).status
        == 200
    )


def test_the_attribute_of_who_asks_counts(by_attribute: Deployment) -> None:
    """Not that of the agent who holds the task."""
    queues = by_attribute.twilio.centre.queues
    may_transfer_to(by_attribute, "ana", [])

    assert by_attribute.transfer("conversation", queues["Support"], "sam").status == 200


@pytest.mark.usefixtures("short_waits")
def test_an_attribute_that_cannot_be_read_allows_nothing(by_attribute: Deployment) -> None:
    centre = by_attribute.twilio.centre
    ana = centre.workers["ana"]
    by_attribute.twilio.faults.status(500, path=f"/Workers/{ana}$", times=None)

    assert by_attribute.list_targets().code == "twilio_failed"
    answer = by_attribute.transfer("conversation", centre.queues["Support"])
    assert (answer.status, answer.code) == (502, "twilio_failed")
    assert answer.body["rolledBack"] is True


def test_without_the_setting_no_worker_is_read(deployment: Deployment) -> None:
    may_transfer_to(deployment, "ana", [])
    deployment.twilio.journal.clear()

    assert lists(deployment)[1]
    assert not deployment.twilio.journal.matching("GET", "/Workers/WK[0-9a-f]{32}$")


@pytest.mark.parametrize(
    ("attributes", "names"),
    [
        ({}, None),
        ({ATTRIBUTE: None}, None),
        ({ATTRIBUTE: []}, frozenset()),
        ({ATTRIBUTE: "Sales"}, frozenset({"Sales"})),
        ({ATTRIBUTE: ["Sales", 7, None]}, frozenset({"Sales"})),
        ({ATTRIBUTE: {"Sales": True}}, frozenset()),
        ({ATTRIBUTE: 7}, frozenset()),
    ],
)
def test_only_an_absent_attribute_allows_all(
    attributes: Mapping[str, Any], names: frozenset[str] | None
) -> None:
    assert names_in(attributes, ATTRIBUTE) == names


def test_a_target_is_allowed_by_its_name_or_its_sid() -> None:
    sales = Named("WQ1", "Sales")

    assert is_allowed(None, sales)
    assert is_allowed(frozenset({"Sales"}), sales)
    assert is_allowed(frozenset({"WQ1"}), sales)
    assert not is_allowed(frozenset({"sales", "WQ2"}), sales)


@pytest.mark.parametrize("offers", [False, True])
def test_what_a_stack_writes_is_taken_for_a_transfer_workflow(offers: bool) -> None:
    assert routes_transfers(workflow_configuration("WQ1", ["WQ2"], TIMEOUTS, offers=offers))


@pytest.mark.parametrize(
    "routing",
    [
        {},
        {"default_filter": {"queue": "WQ1"}},
        {"filters": [{"expression": "1==1", "targets": [{"queue": "WQ1"}]}]},
        {"filters": [{"expression": "transferTargetType == 'queue'"}]},
        {"filters": [{"targets": [{"queue": "WQ1", "known_worker_sid": "task.agent"}]}]},
    ],
)
def test_another_workflow_is_not_taken_for_one(routing: Mapping[str, Any]) -> None:
    assert not routes_transfers({"task_routing": routing})
    assert not routes_transfers({})
