"""The Flex token of a request: where it may stand, and which tokens are refused."""

import time

import pytest

from tests.functions.conftest import Deployment
from tests.functions.lambda_events import json_event
from tests.functions.refusals import assert_problem, unchanged, valid


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
def test_a_request_without_a_token_is_401_before_any_call_to_twilio(
    deployment: Deployment, token: str | None, authorization: str | None
) -> None:
    event = json_event("/transfer-chat", {**valid(deployment), "Token": token})
    if authorization is not None:
        event["headers"]["authorization"] = authorization
    answer = deployment.invoke(event)
    assert_problem(answer, 401, "token_missing")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert not deployment.twilio.journal.entries


def test_a_token_in_the_authorization_header_is_accepted(deployment: Deployment) -> None:
    fields = valid(deployment)
    token = fields.pop("Token")
    event = json_event("/transfer-chat", fields)
    event["headers"]["authorization"] = f"bearer {token}"
    assert deployment.invoke(event).status == 200


@pytest.mark.parametrize("make", ["expired_token", "invalid_token"])
def test_a_token_that_twilio_does_not_accept_is_refused_and_not_shown(
    deployment: Deployment, make: str
) -> None:
    centre = deployment.twilio.centre
    fields = {**valid(deployment), "Token": getattr(centre, make)()}
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


def test_unknown_tokens_hold_up_no_one_while_taskrouter_hangs(deployment: Deployment) -> None:
    """After the first one nothing is asked of TaskRouter before a token is known to be valid."""
    centre, twilio = deployment.twilio.centre, deployment.twilio
    fields = {**valid(deployment), "Token": centre.invalid_token()}
    twilio.faults.silence(20, path="/taskrouter/", times=None)
    deployment.invoke(json_event("/transfer-chat", fields))
    other = centre.chat_task()
    for _ in range(4):
        answer = deployment.invoke(json_event("/transfer-chat", {**fields, "taskSid": other}))
        assert_problem(answer, 403, "token_invalid")
    assert not twilio.journal.matching("GET", other)
    twilio.faults.clear()
    began = time.monotonic()

    answer = deployment.invoke(json_event("/transfer-chat", valid(deployment)))

    assert answer.status == 200
    assert time.monotonic() - began < 5, "calls that no one waits for have kept the threads"
