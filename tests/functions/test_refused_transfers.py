"""Every 4xx of the contract: its status, its code, and the proof that nothing changed."""

import json
from typing import Any

import pytest

from tests.functions.conftest import Deployment
from tests.functions.lambda_events import Answer, Context, http_event, json_event
from tests.functions.unchanged import unchanged

UNKNOWN = "f" * 32
ANA = "ana_40example_2Ecom"
KINDS = ["chat", "conversation"]


def assert_problem(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.code) == (status, code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["status"] == status
    assert answer.body["title"]
    assert answer.body["detail"].endswith((".", "token"))
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prefix", ["WK", "WQ", "WW"])
def test_an_unknown_target(deployment: Deployment, kind: str, prefix: str) -> None:
    with unchanged(deployment.twilio.centre):
        answer = deployment.transfer(kind, prefix + UNKNOWN)
    assert_problem(answer, 404, "target_unknown")
    assert answer.body["agentRejoined"] is True


def test_an_unknown_task(deployment: Deployment) -> None:
    target_sid = deployment.twilio.centre.workers["dev"]
    with unchanged(deployment.twilio.centre):
        answer = deployment.transfer("WT" + UNKNOWN, target_sid)
        as_supervisor = deployment.transfer("WT" + UNKNOWN, target_sid, by="sam")
    assert_problem(answer, 404, "task_unknown")
    assert_problem(as_supervisor, 404, "task_unknown")


@pytest.mark.parametrize("kind", KINDS)
def test_a_queue_that_no_filter_routes_to(deployment: Deployment, kind: str) -> None:
    with unchanged(deployment.twilio.centre):
        answer = deployment.transfer(kind, deployment.twilio.centre.queues["Billing"])
    assert_problem(answer, 422, "target_not_routed")
    assert "transferQueues" in answer.body["detail"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_queue_that_is_routed_since_a_moment_ago(deployment: Deployment, kind: str) -> None:
    """The configuration is cached, but no transfer is refused for an old copy."""
    centre = deployment.twilio.centre
    billing = centre.queues["Billing"]
    assert deployment.transfer(kind, billing).status == 422
    workflow = centre.workspace.tables.workflows[deployment.transfer_workflow_sid]
    configuration = json.loads(workflow.configuration)
    configuration["task_routing"]["filters"][1]["targets"][0]["queue"] = billing
    deployment.workflows()(workflow.sid).update(configuration=json.dumps(configuration))
    assert deployment.transfer(kind, billing).status == 200


@pytest.mark.parametrize("kind", KINDS)
def test_the_transfer_workflow_is_no_target(deployment: Deployment, kind: str) -> None:
    with unchanged(deployment.twilio.centre):
        answer = deployment.transfer(kind, deployment.transfer_workflow_sid)
    assert_problem(answer, 422, "target_not_routed")


def test_an_interaction_that_is_gone(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    centre.remove_interaction(centre.tasks["conversation"])
    with unchanged(centre):
        answer = deployment.transfer("conversation", centre.workers["dev"])
    assert_problem(answer, 409, "interaction_gone")


@pytest.mark.parametrize("status", ["closed", "inactive", "failed"])
def test_an_interaction_channel_that_is_over(deployment: Deployment, status: str) -> None:
    centre = deployment.twilio.centre
    centre.set_channel_status(centre.tasks["conversation"], status)
    answer = deployment.transfer("conversation", centre.workers["dev"])
    assert_problem(answer, 409, "interaction_gone")


@pytest.mark.parametrize("kind", KINDS)
def test_the_agent_who_holds_the_task(deployment: Deployment, kind: str) -> None:
    with unchanged(deployment.twilio.centre):
        answer = deployment.transfer(kind, deployment.twilio.centre.workers["ana"])
    assert_problem(answer, 409, "target_holds_task")


def test_an_agent_who_is_in_the_conversation(deployment: Deployment) -> None:
    with unchanged(deployment.twilio.centre):
        answer = deployment.transfer("two_agents", deployment.twilio.centre.workers["ben"])
    assert_problem(answer, 409, "target_in_conversation")


def test_a_conversation_that_another_agent_is_invited_into(deployment: Deployment) -> None:
    """Ana has transferred her part, nobody has taken it yet: Ben's has to wait."""
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
def test_a_task_of_neither_kind(deployment: Deployment, task: str) -> None:
    with unchanged(deployment.twilio.centre):
        answer = deployment.transfer(task, deployment.twilio.centre.workers["dev"])
    assert_problem(answer, 409, "task_kind_unsupported")
    assert "agentRejoined" not in answer.body


@pytest.mark.parametrize("task", ["completed", "pending"])
def test_a_task_that_nobody_holds(deployment: Deployment, task: str) -> None:
    target_sid = deployment.twilio.centre.workers["dev"]
    with unchanged(deployment.twilio.centre):
        by_supervisor = deployment.transfer(task, target_sid, by="sam")
        by_agent = deployment.transfer(task, target_sid)
    assert_problem(by_supervisor, 409, "task_not_transferable")
    assert_problem(by_agent, 403, "not_your_task")


@pytest.mark.parametrize("kind", KINDS)
def test_attributes_that_would_grow_too_large(deployment: Deployment, kind: str) -> None:
    centre = deployment.twilio.centre
    centre.set_attributes(centre.tasks[kind], notes="x" * 3800)
    with unchanged(centre):
        answer = deployment.transfer(kind, centre.workers["dev"])
    assert_problem(answer, 409, "attributes_too_large")


@pytest.mark.parametrize("kind", KINDS)
def test_another_target_after_a_success(deployment: Deployment, kind: str) -> None:
    centre = deployment.twilio.centre
    assert deployment.transfer(kind, centre.workers["dev"]).status == 200
    with unchanged(centre):
        answer = deployment.transfer(kind, centre.workers["carla"])
    assert_problem(answer, 409, "transferred_elsewhere")
    assert "agentRejoined" not in answer.body


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_request_again(deployment: Deployment, kind: str) -> None:
    """Whoever held it, and whoever may transfer any task, gets the same answer; others do not."""
    centre = deployment.twilio.centre
    first = deployment.transfer(kind, centre.workers["dev"])
    with unchanged(centre):
        again = deployment.transfer(kind, centre.workers["dev"], form=True)
        by_supervisor = deployment.transfer(kind, centre.workers["dev"], by="sam")
        by_another = deployment.transfer(kind, centre.workers["dev"], by="carla")
    assert again.body == by_supervisor.body == first.body
    assert_problem(by_another, 403, "not_your_task")


@pytest.mark.parametrize("kind", KINDS)
def test_sids_are_compared_without_regard_to_case(deployment: Deployment, kind: str) -> None:
    centre = deployment.twilio.centre
    first = deployment.transfer(kind, centre.workers["dev"])
    upper = deployment.transfer(
        centre.tasks[kind][:2] + centre.tasks[kind][2:].upper(),
        "WK" + centre.workers["dev"][2:].upper(),
    )
    assert upper.body == first.body


def test_the_same_request_after_twilio_forgot_the_task(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    first = deployment.transfer("chat", centre.workers["dev"])
    with centre.account.lock:
        del centre.workspace.tables.tasks[centre.tasks["chat"]]
    assert deployment.transfer("chat", centre.workers["dev"]).body == first.body


# Who may transfer


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by", ["ben", "carla", "eva"])
def test_an_agent_who_does_not_hold_the_task(deployment: Deployment, kind: str, by: str) -> None:
    with unchanged(deployment.twilio.centre):
        answer = deployment.transfer(kind, deployment.twilio.centre.workers["dev"], by=by)
        unknown_target = deployment.transfer(kind, "WK" + UNKNOWN, by=by)
    assert_problem(answer, 403, "not_your_task")
    assert_problem(unknown_target, 403, "not_your_task")
    assert "agentRejoined" not in answer.body


@pytest.mark.parametrize("by", ["sam", "alex"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_supervisor_and_an_admin(deployment: Deployment, kind: str, by: str) -> None:
    answer = deployment.transfer(kind, deployment.twilio.centre.workers["dev"], by=by)
    assert answer.status == 200


def test_a_worker_whose_reservation_is_only_offered(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    made = deployment.transfer("chat", centre.workers["dev"]).body["taskSid"]
    assert centre.offered_to(made) == "dev"
    with unchanged(centre):
        answer = deployment.transfer(made, centre.workers["carla"], by="dev")
    assert_problem(answer, 403, "not_your_task")


@pytest.mark.parametrize("make", ["expired_token", "invalid_token"])
def test_a_token_that_is_not_valid(deployment: Deployment, make: str) -> None:
    centre = deployment.twilio.centre
    fields = {
        "Token": getattr(centre, make)(),
        "taskSid": centre.tasks["chat"],
        "targetSid": centre.workers["dev"],
    }
    with unchanged(centre):
        answer = deployment.invoke(json_event("/transfer-chat", fields))
    assert_problem(answer, 403, "token_invalid")
    assert fields["Token"] not in answer.text


@pytest.mark.parametrize("token", ["two words", "t" * 8_193, "émile", "a\nb", "tok=en=x"])
def test_a_text_that_cannot_be_a_token_is_not_sent_to_twilio(
    deployment: Deployment, token: str
) -> None:
    event = json_event("/transfer-chat", {**valid(deployment), "Token": token})
    answer = deployment.invoke(event)
    assert_problem(answer, 403, "token_invalid")
    assert not deployment.twilio.journal.entries


# Malformed requests


def valid(deployment: Deployment) -> dict[str, Any]:
    centre = deployment.twilio.centre
    return {
        "Token": centre.token_of("ana"),
        "taskSid": centre.tasks["chat"],
        "targetSid": centre.workers["dev"],
    }


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"taskSid": None}, "taskSid"),
        ({"taskSid": 5}, "taskSid"),
        ({"taskSid": "WT123"}, "taskSid"),
        ({"taskSid": " WT" + UNKNOWN}, "taskSid"),
        ({"taskSid": "WT" + UNKNOWN + "\n"}, "taskSid"),
        ({"taskSid": "WK" + UNKNOWN}, "taskSid"),
        ({"targetSid": "WT" + UNKNOWN}, "targetSid"),
        ({"targetSid": ["WK" + UNKNOWN]}, "targetSid"),
        ({"targetSid": ""}, "targetSid"),
        ({"workerName": {"a": 1}}, "workerName"),
        ({"Token": 5}, "Token"),
        ({"Token": {"a": "b"}}, "Token"),
    ],
)
def test_a_field_of_the_wrong_form(
    deployment: Deployment, changed: dict[str, Any], named: str
) -> None:
    fields = {**valid(deployment), **changed}
    with unchanged(deployment.twilio.centre):
        answer = deployment.invoke(json_event("/transfer-chat", fields))
    assert_problem(answer, 400, "invalid_request")
    assert answer.body["detail"].startswith(named)
    assert deployment.twilio.centre.token_of("ana") not in answer.text
    assert not deployment.twilio.journal.entries


@pytest.mark.parametrize("missing", ["taskSid", "targetSid"])
def test_a_missing_field(deployment: Deployment, missing: str) -> None:
    fields = valid(deployment)
    del fields[missing]
    answer = deployment.invoke(json_event("/transfer-chat", fields))
    assert_problem(answer, 400, "invalid_request")
    assert answer.body["detail"].startswith(missing)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", "{"),
        ("application/json", "[]"),
        ("application/json", '"text"'),
        ("application/json", ""),
        ("application/json", "[" * 60_000),
        ("application/json", '{"taskSid": ' + "1" * 5000 + "}"),
        ("application/json", '{"taskSid": "a", "taskSid": "b"}'),
        ("application/json", b"\xff\xfe"),
        ("application/x-www-form-urlencoded", "taskSid=a&taskSid=b"),
        ("application/x-www-form-urlencoded", "no pairs"),
        ("application/x-www-form-urlencoded", "a=%ff"),
    ],
)
def test_a_body_that_is_not_what_it_says(
    deployment: Deployment, content_type: str, body: str | bytes
) -> None:
    event = http_event("POST", "/transfer-chat", body, {"Content-Type": content_type})
    assert_problem(deployment.invoke(event), 400, "malformed_body")


def test_a_body_that_is_not_base64(deployment: Deployment) -> None:
    event = json_event("/transfer-chat", {}) | {"isBase64Encoded": True, "body": "%%%"}
    assert_problem(deployment.invoke(event), 400, "malformed_body")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "multipart/form-data", "", "application/json; charset=utf-16"]
)
def test_another_content_type(deployment: Deployment, content_type: str) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    event = http_event("POST", "/transfer-chat", json.dumps(valid(deployment)), headers)
    assert_problem(deployment.invoke(event), 415, "unsupported_media_type")


@pytest.mark.parametrize(("size", "status"), [(65_536, 400), (65_537, 413)])
def test_the_limit_of_the_body(deployment: Deployment, size: int, status: int) -> None:
    body = b'{"Token": "t", "padding": "' + b"x" * (size - 29) + b'"}'
    assert len(body) == size
    event = http_event("POST", "/transfer-chat", body, {"Content-Type": "application/json"})
    assert deployment.invoke(event).status == status


@pytest.mark.parametrize(
    ("token", "authorization"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        (None, ""),
        (None, "Bearer"),
        (None, "Bearer  "),
        (None, "Basic dXNlcjpwYXNz"),
        (None, "token-alone"),
    ],
)
def test_no_token(deployment: Deployment, token: str | None, authorization: str | None) -> None:
    event = json_event("/transfer-chat", {**valid(deployment), "Token": token})
    if authorization is not None:
        event["headers"]["authorization"] = authorization
    answer = deployment.invoke(event)
    assert_problem(answer, 401, "token_missing")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert not deployment.twilio.journal.entries


def test_the_token_in_the_header(deployment: Deployment) -> None:
    fields = valid(deployment)
    event = json_event("/transfer-chat", fields)
    del fields["Token"]
    event = json_event("/transfer-chat", fields)
    event["headers"]["authorization"] = f"bearer {deployment.twilio.centre.token_of('ana')}"
    assert deployment.invoke(event).status == 200


@pytest.mark.parametrize("event", [{}, None, [], {"Records": []}, {"requestContext": None}])
def test_an_event_that_is_no_http_request(
    deployment: Deployment, event: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Such as the empty one of ``aws lambda invoke`` without a payload."""
    for module in (deployment.transfer_chat, deployment.get_workflows):
        answer = module.handler(event, Context())
        assert answer["statusCode"] == 400
        assert json.loads(answer["body"])["code"] == "not_http"
    assert "Traceback" not in capsys.readouterr().out


def test_a_route_that_is_not_there(deployment: Deployment) -> None:
    event = http_event("GET", "/transfer-chat")
    assert_problem(deployment.invoke(event), 404, "route_unknown")
