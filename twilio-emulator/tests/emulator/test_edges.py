"""What is easily taken for something else: empty texts, constants that are no JSON, an end."""

import json
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.taskrouter.v1.workspace import WorkspaceContext

from emulator.routing import new_task
from twilio_emulator.seed import ContactCentre
from twilio_emulator.twilio import EmulatedTwilio

CLOSED: Any = "closed"
ACTIVE: Any = "active"


def conversation_of(centre: ContactCentre, task: str = "conversation") -> str:
    return str(centre.attributes(centre.tasks[task])["conversationSid"])


def test_a_queue_with_an_empty_expression_has_no_worker(
    workspace: WorkspaceContext, centre: ContactCentre
) -> None:
    """https://www.twilio.com/docs/taskrouter/api/task-queue: tasks wait until they are moved."""
    queue = workspace.task_queues(centre.queues["Everyone"])
    assert queue.update(target_workers="").target_workers == ""
    task = new_task(workspace, centre.workflows["Assign to Anyone"])
    assert centre.offered_to(task) is None
    assert workspace.task_queues.create("Silent", target_workers="").target_workers == ""
    assert workspace.task_queues.create("Loud").target_workers == "1==1"


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_constants_that_are_no_json_are_refused(
    workspace: WorkspaceContext, centre: ContactCentre, client: Client, constant: str
) -> None:
    workflow = centre.workflows["Assign to Anyone"]
    with pytest.raises(TwilioRestException, match="not a valid JSON object") as refused:
        workspace.tasks.create(workflow_sid=workflow, attributes=f'{{"score": {constant}}}')
    assert refused.value.status == 400
    ours = centre.attributes(centre.tasks["conversation"])
    channel = client.flex_api.v1.interaction(ours["flexInteractionSid"]).channels(
        ours["flexInteractionChannelSid"]
    )
    properties = {
        "workspace_sid": centre.workspace_sid,
        "workflow_sid": workflow,
        "attributes": f'{{"score": {constant}}}',
    }
    with pytest.raises(TwilioRestException, match="not a valid JSON object"):
        channel.invites.create(routing={"properties": properties})


def test_a_workers_channels_are_listed(workspace: WorkspaceContext, centre: ContactCentre) -> None:
    found = workspace.workers(centre.workers["ana"]).worker_channels.list()
    capacity = {one.task_channel_unique_name: one.configured_capacity for one in found}
    assert capacity == {"default": 25, "voice": 1, "chat": 25, "sms": 25, "email": 25, "video": 1}
    assert {one.assigned_tasks for one in found if one.task_channel_unique_name == "voice"} == {1}


def test_a_closed_conversation_takes_no_message_and_stays_closed(
    client: Client, centre: ContactCentre
) -> None:
    conversation = client.conversations.v1.conversations(conversation_of(centre))
    assert str(conversation.update(state=CLOSED).state) == "closed"
    with pytest.raises(TwilioRestException, match="final closed state"):
        conversation.messages.create(body="Hello?")
    with pytest.raises(TwilioRestException, match="final closed state"):
        conversation.update(state=ACTIVE)


def test_an_interactions_task_comes_with_conversations_and_no_id(centre: ContactCentre) -> None:
    """So a client that would link segments in Flex Insights has to keep what is there."""
    ours = centre.attributes(centre.tasks["sms_conversation"])["conversations"]
    assert ours["media"] == [{"conversation_sid": conversation_of(centre, "sms_conversation")}]
    assert "conversation_id" not in ours
    assert "conversations" not in centre.attributes(centre.tasks["chat"])


def test_an_invite_into_a_closed_channel_is_refused_or_not(
    client: Client, centre: ContactCentre
) -> None:
    ours = centre.attributes(centre.tasks["conversation"])
    channel = client.flex_api.v1.interaction(ours["flexInteractionSid"]).channels(
        ours["flexInteractionChannelSid"]
    )
    channel.update(status=CLOSED, routing={"status": "closed"})
    routing = {
        "properties": {
            "workspace_sid": centre.workspace_sid,
            "workflow_sid": centre.workflows["Assign to Anyone"],
            "attributes": json.dumps({}),
        }
    }
    with pytest.raises(TwilioRestException, match="is closed"):
        channel.invites.create(routing=routing)
    centre.account.settings.refuses_invites_into_closed_channels = False
    assert channel.invites.create(routing=routing).sid


def test_the_tag_of_a_list_changes_with_its_content(centre: ContactCentre) -> None:
    def tag() -> str:
        path = f"/taskrouter/v1/Workspaces/{centre.workspace_sid}/Tasks/{centre.tasks['chat']}"
        headers = {"Authorization": centre.account.authorization}
        twilio = EmulatedTwilio(centre.account)
        return twilio.request("GET", f"{path}/Reservations", headers=headers).headers["ETag"]

    before = tag()
    assert tag() == before
    centre.complete(centre.tasks["chat"])
    assert tag() != before
