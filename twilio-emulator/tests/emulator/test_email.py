"""E-mail conversations: several customers, who all stay when an agent leaves."""

import json
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from twilio_emulator.seed import ContactCentre
from twilio_emulator.server import RunningTwilio

MAIL = {
    "type": "email",
    "initiated_by": "api",
    "properties": {"from": "support@example.org", "from_name": "Support"},
    "participants": [
        {"level": "to", "name": "Robin", "address": "robin@example.com"},
        {"level": "cc", "address": "casey@example.com"},
    ],
}


def levels(client: Client, conversation: str) -> list[Any]:
    """Return the level of each participant of a conversation; agents have none."""
    people = client.conversations.v1.conversations(conversation).participants.list()
    return [(one.messaging_binding or {}).get("level") for one in people]


def of_channel(client: Client, attributes: dict[str, Any]) -> list[Any]:
    channel = client.flex_api.v1.interaction(attributes["flexInteractionSid"]).channels(
        attributes["flexInteractionChannelSid"]
    )
    return channel.participants.list()


def routing(centre: ContactCentre, **more: Any) -> dict[str, Any]:
    workflow = centre.workflows["Escalations"]
    return {"properties": {"workspace_sid": centre.workspace_sid, "workflow_sid": workflow, **more}}


def test_an_email_has_customers_with_levels_and_its_own_task_channel(
    client: Client, centre: ContactCentre
) -> None:
    sid = centre.email_conversation_task(holder="ben")
    attributes = centre.attributes(sid)

    task = client.taskrouter.v1.workspaces(centre.workspace_sid).tasks(sid).fetch()
    assert task.task_channel_unique_name == "email"
    assert str(task.assignment_status) == "assigned"
    assert attributes["channelType"] == "email"
    assert attributes["conversations"]["communication_channel"] == "Email"
    assert attributes["customerAddress"] == "robin@example.com"
    assert levels(client, attributes["conversationSid"]) == ["to", "cc", None]
    types = [one.type for one in of_channel(client, attributes)]
    assert types == ["customer", "customer", "agent"]
    room = client.conversations.v1.conversations(attributes["conversationSid"]).fetch()
    assert room.bindings == {
        "email": {"projected_address": "support@example.org", "name": "Support"}
    }


def test_the_customers_stay_when_the_agent_is_closed(client: Client, centre: ContactCentre) -> None:
    sid = centre.email_conversation_task()
    attributes = centre.attributes(sid)
    (agent,) = [one for one in of_channel(client, attributes) if one.type == "agent"]

    agent.update(status="closed")

    assert centre.workspace.task(sid).status == "completed"
    assert levels(client, attributes["conversationSid"]) == ["to", "cc"]


def test_an_invite_into_an_email_makes_a_task_of_it(client: Client, centre: ContactCentre) -> None:
    attributes = centre.attributes(centre.email_conversation_task())
    channel = client.flex_api.v1.interaction(attributes["flexInteractionSid"]).channels(
        attributes["flexInteractionChannelSid"]
    )

    invite: Any = channel.invites.create(routing=routing(centre, task_channel_unique_name="email"))

    made = centre.workspace.task(invite.routing["properties"]["sid"])
    assert made.attribute("channelType") == "email"
    assert centre.workspace.tables.task_channels[made.task_channel_sid].unique_name == "email"
    assert made.attribute("conversationSid") == attributes["conversationSid"]


def test_an_email_interaction_opens_a_conversation(client: Client, centre: ContactCentre) -> None:
    asked = routing(centre, task_channel_unique_name="email", attributes={"source": "form"})
    made: Any = client.flex_api.v1.interaction.create(channel=MAIL, routing=asked)

    attributes = json.loads(made.routing["properties"]["attributes"])
    assert attributes["source"] == "form"
    assert levels(client, attributes["conversationSid"]) == ["to", "cc"]
    assert [one.type for one in of_channel(client, attributes)] == ["customer", "customer"]


@pytest.mark.parametrize(
    "changed",
    [
        {"initiated_by": "customer"},
        {"properties": {"from": "support@example.org"}},
        {"initiated_by": "agent", "participants": []},
        {"participants": [{"level": "to"}]},
        {"participants": [{"level": "from", "address": "robin@example.com"}]},
        {"participants": ["robin@example.com"]},
    ],
)
def test_an_email_interaction_needs_what_the_page_says(
    client: Client, centre: ContactCentre, changed: dict[str, Any]
) -> None:
    before = set(centre.account.flex.conversations)
    with pytest.raises(TwilioRestException) as refused:
        client.flex_api.v1.interaction.create(channel=MAIL | changed, routing=routing(centre))
    assert (refused.value.status, refused.value.code) == (400, 20001)
    assert set(centre.account.flex.conversations) == before


def test_a_refused_routing_leaves_no_conversation(client: Client, centre: ContactCentre) -> None:
    before = set(centre.account.flex.conversations)
    with pytest.raises(TwilioRestException):
        client.flex_api.v1.interaction.create(
            channel=MAIL, routing=routing(centre, workflow_sid="WW" + "0" * 32)
        )
    assert set(centre.account.flex.conversations) == before


def test_other_processes_can_make_an_email(twilio: RunningTwilio) -> None:
    answer = requests.post(
        f"{twilio.base_url}/emulator/tasks",
        json={"kind": "email_conversation", "holder": "carla"},
        timeout=5,
    )
    assert answer.status_code == 201
    assert twilio.centre.holder_of(answer.json()["taskSid"]) == "carla"
