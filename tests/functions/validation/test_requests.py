"""Malformed requests: their 400, 413, 415 or 404, before any call to Twilio."""

import json
from typing import Any

import pytest

from tests.functions.conftest import Deployment
from tests.functions.lambda_events import Context, http_event, json_event
from tests.functions.refusals import UNKNOWN, assert_problem, unchanged, valid


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
def test_a_field_of_the_wrong_form_is_refused_and_named(
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
def test_a_missing_field_is_refused_and_named(deployment: Deployment, missing: str) -> None:
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
def test_a_body_that_does_not_match_its_content_type_is_malformed(
    deployment: Deployment, content_type: str, body: str | bytes
) -> None:
    event = http_event("POST", "/transfer-chat", body, {"Content-Type": content_type})
    assert_problem(deployment.invoke(event), 400, "malformed_body")


def test_a_body_that_is_not_base64_is_malformed(deployment: Deployment) -> None:
    event = json_event("/transfer-chat", {}) | {"isBase64Encoded": True, "body": "%%%"}
    assert_problem(deployment.invoke(event), 400, "malformed_body")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "multipart/form-data", "", "application/json; charset=utf-16"]
)
def test_a_content_type_other_than_json_and_form_is_415(
    deployment: Deployment, content_type: str
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    event = http_event("POST", "/transfer-chat", json.dumps(valid(deployment)), headers)
    assert_problem(deployment.invoke(event), 415, "unsupported_media_type")


@pytest.mark.parametrize(("size", "status"), [(65_536, 400), (65_537, 413)])
def test_a_body_of_more_than_64_kib_is_413(deployment: Deployment, size: int, status: int) -> None:
    body = b'{"Token": "t", "padding": "' + b"x" * (size - 29) + b'"}'
    assert len(body) == size
    event = http_event("POST", "/transfer-chat", body, {"Content-Type": "application/json"})
    assert deployment.invoke(event).status == status


@pytest.mark.parametrize("event", [{}, None, [], {"Records": []}, {"requestContext": None}])
def test_an_event_that_is_no_http_request_is_400_without_a_traceback(
    deployment: Deployment, event: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """For example the empty event of ``aws lambda invoke`` without a payload."""
    for module in (deployment.transfer_chat, deployment.get_workflows):
        answer = module.handler(event, Context())
        assert answer["statusCode"] == 400
        assert json.loads(answer["body"])["code"] == "not_http"
    assert "Traceback" not in capsys.readouterr().out


def test_an_unknown_route_is_404(deployment: Deployment) -> None:
    event = http_event("GET", "/transfer-chat")
    assert_problem(deployment.invoke(event), 404, "route_unknown")
