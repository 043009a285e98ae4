"""Both endpoints through the deployed stack."""

import pytest

from tests.e2e.conftest import FLEX, Plugin
from tests.functions.recording import KINDS
from twilio_emulator.taskrouter.model import TaskStatus

UNKNOWN = "f" * 32


@pytest.mark.parametrize("form", [False, True], ids=["json", "form"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_transfer_to_an_agent_offers_them_the_task_and_completes_the_original(
    plugin: Plugin, kind: str, form: bool
) -> None:
    task_sid = KINDS[kind](plugin.centre)

    answer = plugin.transfer(task_sid, plugin.centre.workers["dev"], form=form)

    assert answer.status_code == 200, answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == FLEX
    made = answer.json()["taskSid"]
    assert plugin.centre.offered_to(made) == "dev"
    assert plugin.centre.workspace.task(task_sid).status is TaskStatus.COMPLETED
    again = plugin.transfer(task_sid, plugin.centre.workers["dev"], form=not form)
    assert again.json() == answer.json()


@pytest.mark.parametrize("kind", KINDS)
def test_a_transfer_to_a_queue_or_a_workflow_offers_the_task_to_another_agent(
    plugin: Plugin, kind: str
) -> None:
    centre = plugin.centre
    for target_sid in (centre.queues["Support"], centre.workflows["Escalations"]):
        answer = plugin.transfer(KINDS[kind](centre), target_sid)
        assert answer.status_code == 200, answer.text
        assert centre.offered_to(answer.json()["taskSid"]) not in {None, "ana"}


def test_the_targets_of_a_task_have_the_agents_who_could_take_it(plugin: Plugin) -> None:
    task_sid = KINDS["conversation"](plugin.centre)
    headers = {"Authorization": f"Bearer {plugin.centre.token_of('ana')}"}

    answer = plugin.call("GET", f"/transfer-targets?taskSid={task_sid}", headers=headers)

    assert answer.status_code == 200, answer.text
    [everyone] = [one for one in answer.json()["queues"] if one["friendlyName"] == "Everyone"]
    assert everyone["availableAgents"] == everyone["availableWorkers"] - 1


def test_every_error_reaches_the_caller_as_a_problem_document(plugin: Plugin) -> None:
    centre = plugin.centre
    task_sid = KINDS["chat"](centre)
    answers = {
        400: plugin.transfer("WT1", centre.workers["dev"]),
        401: plugin.call("POST", "/transfer-chat", json={}),
        403: plugin.transfer(task_sid, centre.workers["dev"], by="carla"),
        404: plugin.transfer(task_sid, "WK" + UNKNOWN),
        409: plugin.transfer(centre.tasks["completed"], centre.workers["dev"], by="sam"),
        413: plugin.call("POST", "/transfer-chat", json={"padding": "x" * 70_000}),
        415: plugin.call("POST", "/transfer-chat", data=b"text"),
        422: plugin.transfer(task_sid, centre.queues["Billing"]),
    }
    for status, answer in answers.items():
        assert answer.status_code == status, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Access-Control-Allow-Origin"] == FLEX
        assert answer.json()["status"] == status
        assert answer.json()["requestId"]
    assert centre.workspace.task(task_sid).status is TaskStatus.ASSIGNED


@pytest.mark.parametrize("path", ["/transfer-chat", "/get-workflows"])
def test_a_preflight_is_answered_with_methods_and_headers(plugin: Plugin, path: str) -> None:
    """What a browser asks before it sends JSON or an Authorization header."""
    answer = plugin.call(
        "OPTIONS",
        path,
        headers={
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )
    assert answer.status_code in {200, 204}
    assert answer.headers["Access-Control-Allow-Origin"] == FLEX
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert {"authorization", "content-type"} <= set(allowed.split(","))


def test_another_origin_gets_no_cors_headers(plugin: Plugin) -> None:
    for method in ("OPTIONS", "POST"):
        answer = plugin.call(
            method,
            "/transfer-chat",
            headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
        )
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_get_workflows_lists_the_workflows_by_name(plugin: Plugin) -> None:
    token = plugin.centre.token_of("ana")
    by_get = plugin.call("GET", "/get-workflows", headers={"Authorization": f"Bearer {token}"})
    by_post = plugin.call("POST", "/get-workflows", data={"Token": token})
    assert by_get.status_code == by_post.status_code == 200
    assert by_get.json() == by_post.json()
    names = [one["friendlyName"] for one in by_get.json()["workflows"]]
    assert names == sorted(names, key=str.casefold)
    assert set(names) == {"Assign to Anyone", "Escalations"}
