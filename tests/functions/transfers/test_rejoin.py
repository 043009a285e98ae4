"""Which agent rejoins the chat after a failure, and which must not."""

import json
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from chat_transfer.twilio import retries
from tests.functions.conftest import Deployment
from tests.functions.lambda_events import Answer
from tests.functions.refusals import ANA, UNKNOWN
from tests.functions.transfers.leaving import leave
from twilio_emulator.taskrouter.model import TaskStatus

ROOMS = {"chat": "channelSid", "conversation": "conversationSid"}
KINDS = list(ROOMS)

pytestmark = pytest.mark.usefixtures("short_waits")


@pytest.mark.parametrize("by", ["ana", "sam"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_agent_and_no_supervisor_rejoins_after_a_failure(
    deployment: Deployment, kind: str, by: str
) -> None:
    """The plugin makes the agent leave before it calls."""
    centre = deployment.twilio.centre
    room_sid = leave(deployment, deployment.twilio.centre.tasks[kind])
    assert ANA not in centre.present_in(room_sid)
    assert deployment.transfer(kind, "WK" + UNKNOWN, by=by).body["agentRejoined"] is True
    assert ANA in centre.present_in(room_sid)
    assert "sam_40example_2Ecom" not in centre.present_in(room_sid)
    assert centre.workspace.task(centre.tasks[kind]).status is TaskStatus.ASSIGNED


@pytest.mark.parametrize("path", ["/Tasks/WT[0-9a-f]{32}$", "/Reservations$"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_agent_rejoins_though_the_task_could_not_be_read_at_first(
    deployment: Deployment, kind: str, path: str
) -> None:
    """It fails as often as a read is tried, and then succeeds."""
    room_sid = leave(deployment, deployment.twilio.centre.tasks[kind])
    deployment.twilio.faults.status(500, method="GET", path=path, times=retries.ATTEMPTS)
    answer = deployment.transfer(kind, deployment.twilio.centre.workers["dev"])
    assert (answer.status, answer.code) == (502, "twilio_failed")
    assert answer.body["agentRejoined"] is True
    assert ANA in deployment.twilio.centre.present_in(room_sid)


@pytest.mark.parametrize("kind", KINDS)
def test_a_rejoin_that_fails_does_not_hide_the_first_error(
    deployment: Deployment, kind: str
) -> None:
    deployment.twilio.faults.status(500, method="POST", path="Members|Participants", times=None)
    answer = deployment.transfer(kind, "WK" + UNKNOWN)
    assert (answer.status, answer.code) == (404, "target_unknown")
    assert answer.body["agentRejoined"] is False


def test_the_agent_does_not_rejoin_for_an_unauthorized_caller(deployment: Deployment) -> None:
    room_sid = leave(deployment, deployment.twilio.centre.tasks["chat"])
    path = "/Reservations$"
    deployment.twilio.faults.status(500, method="GET", path=path, times=retries.ATTEMPTS)
    answer = deployment.transfer("chat", deployment.twilio.centre.workers["dev"], by="carla")
    assert (answer.status, answer.code) == (502, "twilio_failed")
    assert "agentRejoined" not in answer.body
    assert ANA not in deployment.twilio.centre.present_in(room_sid)


@pytest.mark.parametrize("kind", KINDS)
def test_the_agent_does_not_rejoin_where_another_request_made_the_transfer(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The second request cannot write its lock, while the first succeeds."""
    centre = deployment.twilio.centre
    room_sid = centre.attributes(centre.tasks[kind])[ROOMS[kind]]
    answers: list[Answer] = []

    def transfer_first(model: Any, **_: Any) -> None:
        if model.name == "UpdateItem" and not answers:
            answers.append(Answer(0, {}, ""))  # its own calls go through
            answers[0] = deployment.transfer(kind, centre.workers["dev"])
            raise EndpointConnectionError(endpoint_url="https://dynamodb.example.com")

    session = boto3.session.Session()
    session.events.register("before-call.dynamodb.*", transfer_first)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    second = deployment.transfer(kind, centre.workers["dev"])

    assert answers[0].status == 200, answers[0].text
    assert (second.status, second.code) == (502, "ledger_unavailable")
    assert second.body["rolledBack"] is False
    assert "agentRejoined" not in second.body
    assert ANA not in centre.present_in(room_sid)


def test_an_agent_who_is_no_participant_does_not_rejoin(deployment: Deployment) -> None:
    """Closing the participant would not remove an agent who joined the conversation directly."""
    centre = deployment.twilio.centre
    attributes = centre.attributes(centre.tasks["conversation"])
    flex = centre.account.flex
    for sid in [sid for sid, one in flex.participants.items() if one.identity == ANA]:
        del flex.participants[sid]
    leave(deployment, deployment.twilio.centre.tasks["conversation"])

    answer = deployment.transfer("conversation", centre.workers["dev"])

    assert (answer.status, answer.code) == (409, "agent_not_in_conversation")
    assert "agentRejoined" not in answer.body
    assert ANA not in centre.present_in(attributes["conversationSid"])


@pytest.mark.parametrize("channel_sid", ["CH../CH" + "0" * 32, "../Users", "CH" + "x" * 32])
def test_a_channel_that_is_no_sid_is_not_called(deployment: Deployment, channel_sid: str) -> None:
    """An agent can write the attributes of a task, from which a path is made."""
    centre = deployment.twilio.centre
    centre.set_attributes(centre.tasks["chat"], channelSid=channel_sid)
    answer = deployment.transfer("chat", "WQ" + UNKNOWN)
    assert answer.status == 404
    assert "agentRejoined" not in answer.body
    assert not deployment.twilio.journal.matching("POST", "/Channels/")


def test_an_identity_with_slashes_stays_one_segment_of_the_path(deployment: Deployment) -> None:
    """A worker's `contact_uri` cannot name another resource."""
    centre = deployment.twilio.centre
    other = centre.attributes(centre.chat_task())["channelSid"]
    ana = centre.worker("ana")
    attributes = {**json.loads(ana.attributes), "contact_uri": f"client:../../{other}"}
    centre.workspace.tables.workers[ana.sid] = replace(ana, attributes=json.dumps(attributes))
    assert deployment.transfer("chat", centre.workers["dev"], by="sam").status == 200
    [call] = deployment.twilio.journal.matching("DELETE", ".")
    assert "/Members/" in call.path
    assert centre.account.flex.chat_channels[other].state == "active"
