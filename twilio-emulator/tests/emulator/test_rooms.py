"""Chat channels and conversations: members, participants and the Channel Janitor.

https://www.twilio.com/docs/chat/rest/member-resource,
https://www.twilio.com/docs/conversations/api/conversation-participant-resource,
https://www.twilio.com/docs/flex/developer/messaging/manage-flows#channel-janitor
"""

import json
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from twilio_emulator.seed import ContactCentre
from twilio_emulator.taskrouter.model import TaskStatus


def test_adding_a_chat_member_twice_is_refused(client: Client, centre: ContactCentre) -> None:
    """https://www.twilio.com/docs/api/errors/50404."""
    sid = centre.attributes(centre.tasks["chat"])["channelSid"]
    service = client.chat.v2.services(centre.account.flex.chat_service_sid)
    members = service.channels(sid).members
    with pytest.raises(TwilioRestException) as refused:
        members.create("ana_40example_2Ecom")
    assert (refused.value.status, refused.value.code) == (409, 50404)
    assert service.channels(sid).members("ana_40example_2Ecom").delete()
    assert "ana_40example_2Ecom" not in centre.present_in(sid)
    assert members.create("ana_40example_2Ecom").identity == "ana_40example_2Ecom"
    assert len(members.list()) == 2


def test_adding_a_conversation_participant_twice_is_refused(
    client: Client, centre: ContactCentre
) -> None:
    """https://www.twilio.com/docs/api/errors/50433."""
    sid = centre.attributes(centre.tasks["sms_conversation"])["conversationSid"]
    conversation = client.conversations.v1.conversations(sid)
    with pytest.raises(TwilioRestException) as refused:
        conversation.participants.create(identity="ana_40example_2Ecom")
    assert (refused.value.status, refused.value.code) == (409, 50433)
    assert conversation.participants("ana_40example_2Ecom").delete()
    conversation.participants.create(identity="ana_40example_2Ecom")
    binding = {
        "messaging_binding_address": "+15005550003",
        "messaging_binding_proxy_address": "+15005550006",
    }
    conversation.participants.create(**binding)
    by_address = [p.messaging_binding for p in conversation.participants.list() if not p.identity]
    assert by_address == [
        {"type": "sms", "address": address, "proxy_address": "+15005550006"}
        for address in ("+15005550001", "+15005550003")
    ]
    with pytest.raises(TwilioRestException, match="Identity or"):
        conversation.participants.create()


def test_the_janitor_cleans_up_only_the_channel_that_a_completed_task_names(
    centre: ContactCentre,
) -> None:
    """https://www.twilio.com/docs/flex/developer/messaging/manage-flows#channel-janitor."""
    chat, sms = centre.tasks["chat"], centre.tasks["sms"]
    channels = [centre.attributes(task)["channelSid"] for task in (chat, sms)]
    centre.set_attributes(sms, channelSid=None)
    centre.complete(chat)
    centre.complete(sms)
    assert centre.present_in(channels[0]) == set()
    assert "ana_40example_2Ecom" in centre.present_in(channels[1])


def test_the_janitor_cleans_up_after_deleted_tasks_and_can_be_switched_off(
    client: Client, centre: ContactCentre
) -> None:
    """The FlexFlow's ``janitor_enabled``: https://www.twilio.com/docs/flex/developer/messaging/flow."""
    workspace = client.taskrouter.v1.workspaces(centre.workspace_sid)
    chat, sms = centre.tasks["chat"], centre.tasks["sms"]
    channels = [centre.attributes(task)["channelSid"] for task in (chat, sms)]
    workspace.tasks(chat).delete()
    assert centre.present_in(channels[0]) == set()
    centre.account.settings.janitor_after = frozenset()
    centre.complete(sms)
    assert "ana_40example_2Ecom" in centre.present_in(channels[1])


def test_the_janitor_can_clean_up_after_cancelled_tasks(
    centre: ContactCentre, client: Client
) -> None:
    """Not documented either way, so a caller can be tried with both."""
    channel = centre.attributes(centre.tasks["chat"])["channelSid"]
    task = client.taskrouter.v1.workspaces(centre.workspace_sid).tasks.create(
        workflow_sid=centre.workflows["Escalations"], attributes=json.dumps({"channelSid": channel})
    )
    centre.account.settings.janitor_after = frozenset({TaskStatus.CANCELED})
    status: Any = "canceled"
    task.update(assignment_status=status)
    assert centre.present_in(channel) == set()


def test_an_agent_who_accepts_a_chat_joins_its_channel(
    client: Client, centre: ContactCentre
) -> None:
    workspace = client.taskrouter.v1.workspaces(centre.workspace_sid)
    sid = centre.attributes(centre.tasks["chat"])["channelSid"]
    made = workspace.tasks.create(
        workflow_sid=centre.workflows["Escalations"], attributes=json.dumps({"channelSid": sid})
    )
    name = centre.accept(made.sid or "")
    assert f"{name}_40example_2Ecom" in centre.present_in(sid)
