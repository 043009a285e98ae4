"""Interactions: how agents join and leave.

https://www.twilio.com/docs/flex/developer/conversations/interactions-api,
https://www.twilio.com/docs/flex/developer/conversations/park-an-interaction
"""

import json
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.flex_api.v1.interaction.interaction_channel import InteractionChannelContext

from twilio_emulator.seed import ContactCentre
from twilio_emulator.taskrouter.model import TaskStatus

CLOSED: Any = "closed"


def channel_of(client: Client, centre: ContactCentre, task: str) -> InteractionChannelContext:
    attributes = centre.attributes(centre.tasks.get(task, task))
    interaction = client.flex_api.v1.interaction(attributes["flexInteractionSid"])
    return interaction.channels(attributes["flexInteractionChannelSid"])


def agents(channel: InteractionChannelContext) -> list[Any]:
    return [p for p in channel.participants.list() if str(p.type) == "agent"]


def invite(client: Client, centre: ContactCentre, task: str, **properties: Any) -> Any:
    routing = {
        "workspace_sid": centre.workspace_sid,
        "workflow_sid": centre.workflows["Escalations"],
        "task_channel_unique_name": "chat",
        "attributes": {"mood": "cross"},
        **properties,
    }
    return channel_of(client, centre, task).invites.create(routing={"properties": routing})


def test_an_interaction_channel_lists_its_participants(
    client: Client, centre: ContactCentre
) -> None:
    attributes = centre.attributes(centre.tasks["two_agents"])
    channel = channel_of(client, centre, "two_agents")
    assert channel.fetch().interaction_sid == attributes["flexInteractionSid"]
    participants = channel.participants.list()
    assert [str(p.type) for p in participants] == ["customer", "agent", "agent"]
    named = [p.routing_properties["task_sid"] for p in participants if p.routing_properties]
    assert named == [centre.tasks["two_agents"], centre.tasks["two_agents_ben"]]


def test_an_invite_creates_a_task_with_the_attributes_that_flex_adds(
    client: Client, centre: ContactCentre
) -> None:
    made = invite(client, centre, "conversation", priority=5)
    task = client.taskrouter.v1.workspaces(centre.workspace_sid).tasks(
        made.routing["properties"]["sid"]
    )
    fetched = task.fetch()
    original = centre.attributes(centre.tasks["conversation"])
    assert fetched.priority == 5
    assert json.loads(fetched.attributes or "") == {
        "mood": "cross",
        "channelType": "web",
        "flexInteractionSid": original["flexInteractionSid"],
        "flexInteractionChannelSid": original["flexInteractionChannelSid"],
        "flexChannelInviteSid": made.sid,
        "conversationSid": original["conversationSid"],
    }
    listed = channel_of(client, centre, "conversation").invites.list()
    assert [one.sid for one in listed] == [made.sid]


def test_an_agent_who_accepts_an_invite_joins_the_channel_and_the_conversation(
    client: Client, centre: ContactCentre
) -> None:
    task = invite(client, centre, "conversation").routing["properties"]["sid"]
    channel = channel_of(client, centre, "conversation")
    assert len(agents(channel)) == 1
    name = centre.accept(task)
    newcomer = agents(channel)[-1]
    assert newcomer.routing_properties["task_sid"] == task
    assert newcomer.routing_properties["worker_sid"] == centre.workers[name]
    conversation = centre.attributes(task)["conversationSid"]
    assert f"{name}_40example_2Ecom" in centre.present_in(conversation)
    assert "ana_40example_2Ecom" in centre.present_in(conversation)


def test_changed_attributes_do_not_move_a_task_to_another_channel(
    client: Client, centre: ContactCentre
) -> None:
    task = invite(client, centre, "conversation").routing["properties"]["sid"]
    other = centre.attributes(centre.tasks["sms_conversation"])["flexInteractionChannelSid"]
    centre.set_attributes(task, flexInteractionChannelSid=other)
    centre.accept(task)
    assert len(agents(channel_of(client, centre, "conversation"))) == 2
    assert len(agents(channel_of(client, centre, "sms_conversation"))) == 1


def test_closing_an_agent_completes_the_task_and_leaves_the_conversation_open(
    client: Client, centre: ContactCentre
) -> None:
    channel = channel_of(client, centre, "two_agents")
    agents(channel)[0].update(status="closed")
    conversation = centre.attributes(centre.tasks["two_agents"])["conversationSid"]
    assert centre.task(centre.tasks["two_agents"]).status is TaskStatus.COMPLETED  # type: ignore[union-attr]
    assert centre.task(centre.tasks["two_agents_ben"]).status is TaskStatus.ASSIGNED  # type: ignore[union-attr]
    assert str(client.conversations.v1.conversations(conversation).fetch().state) == "active"
    present = centre.present_in(conversation)
    assert "ben_40example_2Ecom" in present
    assert "ana_40example_2Ecom" not in present


def test_an_agent_can_wrap_up_before_closing(client: Client, centre: ContactCentre) -> None:
    participant = agents(channel_of(client, centre, "conversation"))[0]
    participant.update(status="wrapup")
    assert centre.task(centre.tasks["conversation"]).status is TaskStatus.WRAPPING  # type: ignore[union-attr]
    participant.update(status="closed")
    assert centre.task(centre.tasks["conversation"]).status is TaskStatus.COMPLETED  # type: ignore[union-attr]


def test_completing_an_agents_task_closes_the_participant(
    client: Client, centre: ContactCentre
) -> None:
    centre.complete(centre.tasks["conversation"])
    participant = agents(channel_of(client, centre, "conversation"))[0]
    with pytest.raises(TwilioRestException, match="closed already") as refused:
        participant.update(status="closed")
    assert (refused.value.status, refused.value.code) == (400, 20001)


def test_unknown_participants_channels_and_interactions_are_answered_404(
    client: Client, centre: ContactCentre
) -> None:
    channel = channel_of(client, centre, "conversation")
    other = agents(channel_of(client, centre, "sms_conversation"))[0]
    for missing in (
        lambda: channel.participants(other.sid).update(status=CLOSED),
        lambda: client.flex_api.v1.interaction("KD" + "0" * 32).channels(other.channel_sid).fetch(),
        lambda: client.flex_api.v1.interaction("KD0").channels("UO0").invites.create(routing={}),
    ):
        with pytest.raises(TwilioRestException) as refused:
            missing()
        assert (refused.value.status, refused.value.code) == (404, 20404)


def test_closing_a_customer_and_inviting_into_a_closed_channel_are_refused(
    client: Client, centre: ContactCentre
) -> None:
    channel = channel_of(client, centre, "conversation")
    customer = next(p for p in channel.participants.list() if str(p.type) == "customer")
    with pytest.raises(TwilioRestException, match="not an agent"):
        customer.update(status=CLOSED)
    channel.update(status=CLOSED)
    with pytest.raises(TwilioRestException, match="is closed"):
        invite(client, centre, "conversation")


@pytest.mark.parametrize(
    ("routing", "task_status"),
    [({}, TaskStatus.WRAPPING), ({"status": "closed"}, TaskStatus.COMPLETED)],
)
def test_closing_a_channel_closes_the_conversation_and_wraps_or_completes_the_tasks(
    client: Client, centre: ContactCentre, routing: dict[str, str], task_status: TaskStatus
) -> None:
    """The table of the page ``channels-subresource``."""
    channel = channel_of(client, centre, "two_agents")
    assert str(channel.update(status=CLOSED, routing=routing).status) == "closed"
    tasks = [centre.task(centre.tasks[name]) for name in ("two_agents", "two_agents_ben")]
    assert [task.status for task in tasks if task] == [task_status, task_status]
    conversation = centre.attributes(centre.tasks["two_agents"])["conversationSid"]
    assert str(client.conversations.v1.conversations(conversation).fetch().state) == "closed"


def test_making_a_channel_inactive_requires_completing_its_tasks(
    client: Client, centre: ContactCentre
) -> None:
    channel = channel_of(client, centre, "conversation")
    inactive: Any = "inactive"
    with pytest.raises(TwilioRestException, match="must be closed"):
        channel.update(status=inactive)
    assert str(channel.update(status=inactive, routing={"status": "closed"}).status) == "inactive"


@pytest.mark.parametrize("status", ["wrapup", "active", "pause", "Closed"])
def test_setting_another_channel_status_is_refused(
    client: Client, centre: ContactCentre, status: Any
) -> None:
    with pytest.raises(TwilioRestException, match="must be closed or inactive"):
        channel_of(client, centre, "conversation").update(status=status)


def test_a_participants_routing_properties_are_as_documented(
    client: Client, centre: ContactCentre
) -> None:
    """The example of a list on the page ``interaction-channel-participants``."""
    customer, agent = channel_of(client, centre, "conversation").participants.list()
    reservation = centre.reservations(centre.tasks["conversation"])[0]
    assert customer.routing_properties is None
    assert agent.routing_properties == {
        "task_sid": centre.tasks["conversation"],
        "worker_sid": centre.workers["ana"],
        "reservation_sid": reservation.sid,
    }


def test_an_invites_answer_shows_its_task_as_documented(
    client: Client, centre: ContactCentre
) -> None:
    """The example on the page ``park-an-interaction``."""
    routing = invite(client, centre, "conversation", priority=5).routing
    task = centre.task(routing["properties"]["sid"])
    assert task is not None
    assert routing["reservation"] is None
    assert set(routing) == {"reservation", "properties"}
    assert routing["properties"] == {
        "account_sid": centre.account_sid,
        "workspace_sid": centre.workspace_sid,
        "sid": task.sid,
        "date_created": int(task.date_created.timestamp()),
        "date_updated": int(task.date_updated.timestamp()),
        "attributes": task.attributes,
        "assignment_status": "reserved",
        "workflow_sid": centre.workflows["Escalations"],
        "workflow_name": "Escalations",
        "queue_sid": centre.queues["Escalations"],
        "queue_name": "Escalations",
        "priority": 5,
        "age": 0,
        "reason": None,
        "timeout": 86_400,
        "assignmentCounter": 1,
        "task_channel_sid": task.task_channel_sid,
        "task_channel_unique_name": "chat",
        "routing_target": None,
        "task_queue_entered_date": int(task.date_created.timestamp()),
        "age_in_queue": 0,
        "addons": "{}",
    }


def test_an_invalid_invite_creates_no_task(client: Client, centre: ContactCentre) -> None:
    before = dict(centre.workspace.tables.tasks)
    channel = channel_of(client, centre, "conversation")
    with pytest.raises(TwilioRestException, match="workspace_sid"):
        channel.invites.create(routing={"properties": {}})
    with pytest.raises(TwilioRestException, match="limit is 4096"):
        invite(client, centre, "conversation", attributes={"a": "x" * 4096})
    for wrong in ({"attributes": "[1]"}, {"priority": "high"}, {"timeout": 1_209_601}):
        with pytest.raises(TwilioRestException) as refused:
            invite(client, centre, "conversation", **wrong)
        assert (refused.value.status, refused.value.code) == (400, 20001)
    with pytest.raises(TwilioRestException, match="does not exist"):
        invite(client, centre, "conversation", workflow_sid="WW0")
    assert centre.workspace.tables.tasks == before


def test_the_flex_configuration_names_the_chat_service(
    client: Client, centre: ContactCentre
) -> None:
    configuration = client.flex_api.v1.configuration().fetch()
    assert configuration.chat_service_instance_sid == centre.account.flex.chat_service_sid
    assert configuration.taskrouter_workspace_sid == centre.workspace_sid
