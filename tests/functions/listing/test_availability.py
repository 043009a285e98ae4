"""How many agents of each queue could take the task that is to be transferred."""

from collections.abc import Mapping

import pytest

from chat_transfer.targets import availability
from chat_transfer.targets.availability import to_look_at, with_capacity
from tests.functions.conftest import Deployment

WORKERS, CHANNELS = "/Workers$", "/Workers/[^/]+/Channels/"


def agents(
    deployment: Deployment, by: str = "ana", task: str = "conversation"
) -> dict[str, object]:
    """The numbers of agents by the queues' names."""
    return {name: number for name, (_, number) in numbers(deployment, by, task).items()}


def numbers(
    deployment: Deployment, by: str = "ana", task: str | None = "conversation"
) -> dict[str, tuple[object, object]]:
    """Who are available and who could take the task, by the queues' names."""
    answer = deployment.list_targets(by, task)
    assert answer.status == 200, answer.text
    return {
        one["friendlyName"]: (one["availableWorkers"], one["availableAgents"])
        for one in answer.body["queues"]
    }


def chat_channel(deployment: Deployment, name: str, **changed: object) -> None:
    """Change an agent's capacity for chats."""
    centre = deployment.twilio.centre
    workspace = deployment.client.taskrouter.v1.workspaces(centre.workspace_sid)
    workspace.workers(centre.workers[name]).worker_channels("chat").update(**changed)


def test_who_asks_is_not_among_the_agents(deployment: Deployment) -> None:
    assert numbers(deployment) == {
        "Escalations": (2, 2),  # Carla, Dev
        "Everyone": (4, 3),
        "Sales": (3, 2),  # Ana herself, Ben, Carla
        "Support": (3, 2),
    }


def test_who_is_in_the_conversation_is_not_among_them(deployment: Deployment) -> None:
    assert agents(deployment, task="two_agents")["Sales"] == 1


@pytest.mark.parametrize("is_listed", [True, False])
def test_who_has_left_the_conversation_is_among_them_listed_or_not(
    deployment: Deployment, is_listed: bool
) -> None:
    centre = deployment.twilio.centre
    centre.account.settings.lists_closed_participants = is_listed
    centre.complete(centre.tasks["two_agents_ben"])

    assert agents(deployment, task="two_agents")["Sales"] == 2


def test_a_supervisor_counts_neither_themselves_nor_who_holds_the_task(
    deployment: Deployment,
) -> None:
    deployment.twilio.centre.set_activity("sam", "Available")

    assert numbers(deployment, "sam")["Everyone"] == (5, 3)


@pytest.mark.parametrize("changed", [{"capacity": 0}, {"available": False}])
def test_who_has_no_capacity_for_the_tasks_channel_is_not_among_them(
    deployment: Deployment, changed: Mapping[str, object]
) -> None:
    chat_channel(deployment, "carla", **changed)

    assert numbers(deployment)["Sales"] == (3, 1)


def test_an_agent_whose_capacity_is_used_up_is_not_among_them(deployment: Deployment) -> None:
    chat_channel(deployment, "ben", capacity=1)  # with the customer of two agents

    assert agents(deployment)["Sales"] == 1


def test_a_task_of_programmable_chat_has_its_numbers_too(deployment: Deployment) -> None:
    assert agents(deployment, task="chat")["Sales"] == 2


@pytest.mark.parametrize(
    ("by", "task"), [("ben", "conversation"), ("ana", f"WT{'0' * 32}"), ("ana", "completed")]
)
def test_about_a_task_that_is_not_the_callers_nothing_is_said(
    deployment: Deployment, by: str, task: str
) -> None:
    assert numbers(deployment, by, task) == numbers(deployment, by, None)
    assert set(agents(deployment, by, task).values()) == {None}


def test_without_a_task_the_workers_are_only_counted(deployment: Deployment) -> None:
    assert numbers(deployment, task=None)["Sales"] == (3, None)
    assert not deployment.twilio.journal.matching("GET", WORKERS)


def test_what_is_no_sid_of_a_task_is_400(deployment: Deployment) -> None:
    answer = deployment.list_targets(task="WT1")

    assert (answer.status, answer.code) == (400, "invalid_request")
    assert not deployment.twilio.journal.entries


@pytest.mark.usefixtures("short_waits")
def test_workers_that_cannot_be_listed_are_counted(deployment: Deployment) -> None:
    deployment.twilio.faults.status(500, path=WORKERS, times=None)

    assert numbers(deployment)["Sales"] == (3, None)


@pytest.mark.usefixtures("short_waits")
def test_a_conversation_that_cannot_be_read_leaves_the_list_as_it_is(
    deployment: Deployment,
) -> None:
    deployment.twilio.faults.status(500, path="/Participants", times=None)

    assert numbers(deployment)["Sales"] == (3, None)


@pytest.mark.usefixtures("short_waits")
def test_a_capacity_that_cannot_be_read_leaves_its_queues_unknown(deployment: Deployment) -> None:
    dev = deployment.twilio.centre.workers["dev"]
    deployment.twilio.faults.status(500, path=f"{dev}/Channels/", times=None)

    found = numbers(deployment)

    assert found["Sales"] == (3, 2)
    assert found["Escalations"] == (2, None)


def test_a_queue_of_many_is_counted_and_not_looked_at(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability, "MOST_WORKERS", 3)

    found = numbers(deployment)

    assert found["Everyone"] == (4, None)
    assert found["Sales"] == (3, 2)


def test_each_worker_is_looked_at_once_for_all_queues(deployment: Deployment) -> None:
    agents(deployment)

    assert len(deployment.twilio.journal.matching("GET", WORKERS)) == 5
    assert len(deployment.twilio.journal.matching("GET", CHANNELS)) == 3
    assert not deployment.twilio.journal.matching("GET", "/RealTimeStatistics")
    deployment.twilio.journal.clear()

    agents(deployment)  # some seconds later

    assert not deployment.twilio.journal.matching("GET", WORKERS)
    assert not deployment.twilio.journal.matching("GET", CHANNELS)


def test_a_worker_who_is_deleted_meanwhile_has_no_capacity(deployment: Deployment) -> None:
    deployment.twilio.faults.status(404, path=CHANNELS, times=None)

    assert set(agents(deployment).values()) == {0}


@pytest.mark.parametrize(
    ("most", "workers"),
    [(0, set()), (1, {"WK1"}), (2, {"WK1", "WK2"}), (4, {"WK1", "WK2", "WK3", "WK4"})],
)
def test_whole_queues_are_looked_at_the_smallest_first(most: int, workers: set[str]) -> None:
    candidates = {"WQ1": {"WK1"}, "WQ2": {"WK1", "WK2"}, "WQ3": {"WK3", "WK4", "WK1"}, "WQ4": set()}

    assert to_look_at(candidates, most) == workers


@pytest.mark.parametrize(
    ("free", "number"),
    [({"WK1": True, "WK2": False}, 1), ({"WK1": True, "WK2": None}, None), ({"WK1": True}, None)],
)
def test_a_number_is_known_if_each_worker_is(
    free: Mapping[str, bool | None], number: int | None
) -> None:
    assert with_capacity({"WK1", "WK2"}, free) == number
    assert with_capacity((), free) == 0
