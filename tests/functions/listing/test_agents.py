"""The agents whom a task can be offered to, and those who are away."""

import pytest

from tests.functions.conftest import Deployment
from tests.functions.listing.test_availability import chat_channel


def agents(
    deployment: Deployment, by: str = "ana", task: str = "conversation"
) -> dict[str, object]:
    """Whether each agent is available, and has capacity."""
    answer = deployment.list_targets(by, task)
    assert answer.status == 200, answer.text
    names = {sid: name for name, sid in deployment.twilio.centre.workers.items()}
    return {
        names[one["sid"]]: (one["available"], one["hasCapacity"]) for one in answer.body["agents"]
    }


def test_each_agent_is_listed_but_who_asks(deployment: Deployment) -> None:
    deployment.twilio.centre.set_activity("dev", "Offline")
    chat_channel(deployment, "carla", capacity=0)

    assert agents(deployment) == {
        "ben": (True, True),
        "carla": (True, False),
        "dev": (False, None),
        **dict.fromkeys(("alex", "eva", "sam"), (False, None)),  # an admin, and supervisors
    }


def test_who_is_in_the_conversation_is_not_listed(deployment: Deployment) -> None:
    assert agents(deployment, task="two_agents").keys() == {"alex", "carla", "dev", "eva", "sam"}


def test_without_a_task_there_are_none(deployment: Deployment) -> None:
    assert "agents" not in deployment.list_targets().body


@pytest.mark.parametrize("by", ["ben", "ana"])
def test_none_are_listed_for_a_task_of_another_agent(deployment: Deployment, by: str) -> None:
    task = deployment.twilio.centre.conversation_task("carla")
    assert agents(deployment, by, task) == {}


def test_a_stack_may_refuse_an_agent_who_is_away(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre = deployment.twilio.centre
    centre.set_activity("dev", "Offline")
    task = centre.conversation_task()
    monkeypatch.setenv("UNAVAILABLE_AGENTS", "refuse")
    deployment.twilio.journal.clear()

    answer = deployment.transfer(task, centre.workers["dev"])

    assert (answer.status, answer.code) == (409, "target_unavailable")
    assert not deployment.twilio.journal.matching("POST", "/Invites$")
    assert deployment.transfer(task, centre.workers["ben"]).status == 200


def test_by_default_a_customer_waits_for_who_is_away(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    centre.set_activity("dev", "Offline")

    assert deployment.transfer(centre.conversation_task(), centre.workers["dev"]).status == 200
