"""What goes wrong at Twilio, or on the way there: one readable line, and no duplicates."""

from dataclasses import replace
from typing import Any, Literal

import grpc
import pytest
from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from tests.provider.plugin_process import GET_TASK_QUEUE, TASK_QUEUE, WORKFLOW, Engine, Refused
from twilio_emulator.faults import Fault
from twilio_emulator.server import RunningTwilio

OTHER_WS = "WS" + "0" * 32


@pytest.fixture
def declared(workspace_sid: str) -> dict[str, Any]:
    return {"workspaceSid": workspace_sid, "friendlyName": "Night"}


def refusal(engine: Engine, inputs: dict[str, Any]) -> str:
    with pytest.raises(Refused) as refused:
        engine.create(TASK_QUEUE, inputs)
    message = str(refused.value)
    assert "\n" not in message
    return message


def test_wrong_credentials(engine: Engine, twilio: RunningTwilio, declared: dict[str, Any]) -> None:
    engine.configure(
        accountSid=twilio.centre.account_sid, authToken="guessed-it", baseUrl=twilio.base_url
    )
    message = refusal(engine, declared)
    assert "Twilio answered 20003 (HTTP 401): Authenticate" in message
    assert "Check twilio:accountSid and twilio:authToken" in message
    assert "guessed-it" not in "".join(engine.heard)


def test_no_answer(engine: Engine, declared: dict[str, Any]) -> None:
    engine.configure(
        accountSid="AC" + "0" * 32, authToken="guessed-it", baseUrl="http://127.0.0.1:1"
    )
    message = refusal(engine, declared)
    assert "could not look for the task queue 'Night'" in message
    assert "no answer that is Twilio's (ConnectionError)" in message
    assert "twilio:baseUrl" in message


def test_an_answer_that_is_not_twilios(
    engine: Engine, twilio: RunningTwilio, declared: dict[str, Any]
) -> None:
    engine.configure(
        accountSid=twilio.centre.account_sid,
        authToken=twilio.centre.auth_token,
        baseUrl=f"{twilio.base_url}/nothing",
    )
    assert "HTTP 404" in refusal(engine, declared)


def test_an_unknown_workspace(engine: Engine, declared: dict[str, Any]) -> None:
    message = refusal(engine, declared | {"workspaceSid": OTHER_WS})
    assert "Twilio answered 20404 (HTTP 404)" in message
    assert OTHER_WS in message


def test_what_twilio_refuses(engine: Engine, declared: dict[str, Any]) -> None:
    message = refusal(engine, declared | {"targetWorkers": "skills HAS (("})
    assert "could not create the task queue 'Night'" in message
    assert "(HTTP 400)" in message
    assert "https://www.twilio.com/docs/api/errors/" in message


@pytest.mark.parametrize("status", [429, 503])
def test_reads_are_tried_again(
    engine: Engine, twilio: RunningTwilio, declared: dict[str, Any], status: int
) -> None:
    twilio.faults.status(status, method="GET")
    engine.create(TASK_QUEUE, declared)
    assert [entry.status for entry in twilio.journal.matching("GET")] == [status, 200]


def test_creation_is_tried_again_when_it_was_turned_away(
    engine: Engine, twilio: RunningTwilio, workspace: WorkspaceContext, declared: dict[str, Any]
) -> None:
    twilio.faults.status(429, method="POST", retry_after=0)
    engine.create(TASK_QUEUE, declared)
    assert [entry.status for entry in twilio.journal.matching("POST")] == [429, 201]
    assert len(workspace.task_queues.list(friendly_name="Night")) == 1


def test_creation_is_not_repeated_blindly(
    engine: Engine, twilio: RunningTwilio, declared: dict[str, Any]
) -> None:
    twilio.faults.status(500, method="POST")
    message = refusal(engine, declared)
    assert "Twilio had a problem: see https://status.twilio.com" in message
    assert len(twilio.journal.matching("POST")) == 1


@pytest.mark.parametrize("kind", ["status", "close"])
def test_what_was_created_although_the_answer_was_lost_is_found(
    engine: Engine,
    twilio: RunningTwilio,
    workspace: WorkspaceContext,
    declared: dict[str, Any],
    kind: Literal["status", "close"],
) -> None:
    twilio.faults.add(Fault(kind, method="POST", status=502, takes_effect=True))
    outputs = engine.create(TASK_QUEUE, declared)
    (made,) = workspace.task_queues.list(friendly_name="Night")
    assert outputs["sid"] == made.sid
    assert outputs["adopted"] is False
    assert len(twilio.journal.matching("POST")) == 1


def test_two_that_are_created_at_once_do_not_become_two(
    engine: Engine,
    twilio: RunningTwilio,
    workspace: WorkspaceContext,
    declared: dict[str, Any],
) -> None:
    twilio.faults.latency(0.2, method="GET")
    twice = [engine.begin_create(TASK_QUEUE, declared) for _ in range(2)]
    (refused,) = [call for call in twice if call.code() is not grpc.StatusCode.OK]
    assert "already has the task queue 'Night'" in refused.details()
    assert len(workspace.task_queues.list(friendly_name="Night")) == 1


def test_an_update_of_what_is_gone_says_what_to_do(
    engine: Engine, workspace: WorkspaceContext, declared: dict[str, Any]
) -> None:
    state = engine.create(TASK_QUEUE, declared)
    workspace.task_queues(state["sid"]).delete()
    with pytest.raises(Refused, match="pulumi refresh"):
        engine.update(TASK_QUEUE, state, declared | {"taskOrder": "LIFO"})


def test_a_failed_delete_is_told(
    engine: Engine, twilio: RunningTwilio, declared: dict[str, Any]
) -> None:
    state = engine.create(TASK_QUEUE, declared)
    twilio.faults.status(403, method="DELETE")
    with pytest.raises(Refused, match=r"could not delete .* \(HTTP 403\).* may not do this"):
        engine.delete(TASK_QUEUE, state)


def test_a_refresh_that_fails_is_not_taken_for_gone(
    engine: Engine, twilio: RunningTwilio, declared: dict[str, Any]
) -> None:
    state = engine.create(TASK_QUEUE, declared)
    twilio.faults.status(403, method="GET")
    with pytest.raises(Refused, match="could not read the task queue"):
        engine.read(TASK_QUEUE, state["sid"], state, declared)


def test_more_than_one_of_that_name_cannot_be_told_apart(
    engine: Engine, twilio: RunningTwilio, declared: dict[str, Any]
) -> None:
    two_of(twilio, "Sales")
    given = declared | {"friendlyName": "Sales", "adoptExisting": True}
    assert "2 task queues named 'Sales'" in refusal(engine, given)


def two_of(twilio: RunningTwilio, name: str) -> None:
    """Give another queue that name, behind the API's back: old workspaces have such pairs."""
    queues = twilio.centre.workspace.tables.task_queues
    support = twilio.centre.queues["Support"]
    queues[support] = replace(queues[support], friendly_name=name)


@pytest.mark.parametrize("token", ["twilio:taskrouter:Task", "aws:sqs:Queue"])
def test_a_type_it_does_not_know(process: Engine, token: str) -> None:
    with pytest.raises(Refused, match=f"no resource {token}; it has .*{TASK_QUEUE}, {WORKFLOW}"):
        process.check(token, {})


# The lookup


def test_a_queue_is_found_by_name_or_by_sid(engine: Engine, twilio: RunningTwilio) -> None:
    sales = twilio.centre.queues["Sales"]
    ws = twilio.centre.workspace_sid
    found = engine.invoke(GET_TASK_QUEUE, workspaceSid=ws, friendlyName="Sales")
    assert found["sid"] == sales
    assert found["targetWorkers"] == 'routing.skills HAS "sales"'
    assert found == engine.invoke(GET_TASK_QUEUE, workspaceSid=ws, sid=sales)
    assert found == engine.invoke(GET_TASK_QUEUE, workspaceSid=ws, friendlyName=sales)
    assert twilio.journal.matching("POST") == []


@pytest.mark.parametrize(
    "arguments", [{"friendlyName": "sales"}, {"sid": "WQ" + "0" * 32}, {"friendlyName": "Sale"}]
)
def test_a_queue_that_is_not_there_names_those_that_are(
    engine: Engine, twilio: RunningTwilio, arguments: dict[str, str]
) -> None:
    with pytest.raises(Refused) as refused:
        engine.invoke(GET_TASK_QUEUE, workspaceSid=twilio.centre.workspace_sid, **arguments)
    for name, sid in twilio.centre.queues.items():
        assert f"{name} ({sid})" in str(refused.value)


def test_two_queues_of_that_name(engine: Engine, twilio: RunningTwilio) -> None:
    two_of(twilio, "Sales")
    with pytest.raises(Refused, match="2 task queues named 'Sales': give the SID"):
        engine.invoke(
            GET_TASK_QUEUE, workspaceSid=twilio.centre.workspace_sid, friendlyName="Sales"
        )


def test_a_lookup_in_an_unknown_workspace(engine: Engine) -> None:
    with pytest.raises(Refused, match=f"no workspace {OTHER_WS}"):
        engine.invoke(GET_TASK_QUEUE, workspaceSid=OTHER_WS, friendlyName="Sales")


@pytest.mark.parametrize(
    ("arguments", "wrong", "expectation"),
    [
        ({"friendlyName": "Sales"}, "workspaceSid", "is missing"),
        ({"workspaceSid": OTHER_WS}, "friendlyName", "one of the two"),
        ({"workspaceSid": OTHER_WS, "sid": "WQ1"}, "sid", "WQ and 32"),
        ({"workspaceSid": OTHER_WS, "friendlyName": "x", "name": "x"}, "name", "not an argument"),
    ],
)
def test_wrong_arguments(
    engine: Engine, arguments: dict[str, str], wrong: str, expectation: str
) -> None:
    failures = engine.invoke(GET_TASK_QUEUE, **arguments)
    assert list(failures) == [wrong]
    assert expectation in failures[wrong]


@pytest.mark.parametrize(
    ("kind", "name", "count"),
    [
        ("workspaces", "Flex Task Assignment", 1),
        ("activities", "Break", 4),
        ("taskQueues", "Sales", 5),
        ("workflows", "Escalations", 2),
        ("workers", "ana@example.com", 7),
        ("taskChannels", "voice", 6),
    ],
)
def test_a_list_is_one_call_and_may_have_a_name(
    engine: Engine, twilio: RunningTwilio, kind: str, name: str, count: int
) -> None:
    token = f"twilio:taskrouter:get{kind[0].upper()}{kind[1:]}"
    place = {} if kind == "workspaces" else {"workspaceSid": twilio.centre.workspace_sid}
    found = engine.invoke(token, **place)[kind]
    assert len(found) == count
    assert len(twilio.journal) == 1
    key = "uniqueName" if kind == "taskChannels" else "friendlyName"
    (one,) = engine.invoke(token, **place, **{key: name})[kind]
    assert one[key] == name
    assert one in found


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("Workspace", "Flex Task Assignment"),
        ("Activity", "Break"),
        ("Workflow", "Escalations"),
        ("TaskChannel", "voice"),
        ("Worker", "ana@example.com"),
    ],
)
def test_one_of_each_kind_is_found_by_name_or_by_sid(
    engine: Engine, twilio: RunningTwilio, kind: str, name: str
) -> None:
    token = f"twilio:taskrouter:get{kind}"
    place = {} if kind == "Workspace" else {"workspaceSid": twilio.centre.workspace_sid}
    key = "uniqueName" if kind == "TaskChannel" else "friendlyName"
    found = engine.invoke(token, **place, **{key: name})
    assert found[key] == name
    assert engine.invoke(token, **place, sid=found["sid"]) == found


def test_a_function_it_does_not_know(process: Engine) -> None:
    with pytest.raises(Refused, match=f"no function twilio:x:y; it has .*{GET_TASK_QUEUE}"):
        process.invoke("twilio:x:y")


def test_workers_are_listed_by_the_queue_that_finds_them_eligible(
    engine: Engine, twilio: RunningTwilio
) -> None:
    ws, billing = twilio.centre.workspace_sid, twilio.centre.queues["Billing"]
    token = "twilio:taskrouter:getWorkers"
    everyone = engine.invoke(token, workspaceSid=ws)["workers"]
    found = engine.invoke(token, workspaceSid=ws, taskQueueSid=billing)["workers"]
    assert len(everyone) == len(twilio.centre.workers)
    assert [worker["sid"] for worker in found] == [twilio.centre.workers["eva"]]
    engine.invoke(GET_TASK_QUEUE, workspaceSid=ws, sid=billing, taskQueueSid=billing)
    assert "taskQueueSid is not an argument" in engine.heard[-1]
