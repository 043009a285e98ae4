"""What a transfer that succeeds does, for both kinds of task."""

import pytest

from tests.functions.conftest import Deployment
from tests.functions.refusals import ANA
from twilio_emulator.taskrouter.model import TaskStatus

# The seeded tasks that Ana holds, of each kind and channel.
TASKS = ("chat", "sms", "wrapping", "conversation", "sms_conversation", "conversation_wrapping")


@pytest.mark.parametrize("form", [False, True], ids=["json", "form"])
@pytest.mark.parametrize("task", TASKS)
def test_a_transfer_to_an_agent_offers_them_the_task_and_completes_the_original(
    deployment: Deployment, task: str, form: bool
) -> None:
    centre = deployment.twilio.centre
    original = centre.tasks[task]
    before = centre.attributes(original)

    answer = deployment.transfer(task, centre.workers["dev"], form=form)

    assert answer.status == 200, answer.text
    made = answer.body["taskSid"]
    assert answer.body == {"taskSid": made}
    assert centre.offered_to(made) == "dev"
    assert centre.workspace.task(original).status is TaskStatus.COMPLETED
    attributes = centre.attributes(made)
    before.pop("flexChannelInviteSid", None)  # an invite has its own
    insights = before.pop("conversations", {})  # Flex's own, which lacks the conversation's ID
    assert {name: attributes[name] for name in before} == before
    assert attributes["targetSid"] == centre.workers["dev"]
    assert attributes["transferTargetType"] == "worker"
    assert attributes["ignoreAgent"] == ANA
    assert attributes["ignoreWorkerSids"] == [centre.workers["ana"]]
    assert attributes["transferredFrom"] == original
    assert attributes["conversations"] == {**insights, "conversation_id": original}


@pytest.mark.parametrize("task", TASKS)
def test_a_transfer_to_a_queue_is_never_offered_to_its_sender(
    deployment: Deployment, task: str
) -> None:
    """Ana, Ben and Carla are in Sales; Ben is offline, and Carla becomes available later."""
    centre = deployment.twilio.centre
    for name in ("ben", "carla"):
        centre.set_activity(name, "Offline")

    made = deployment.transfer(task, centre.queues["Sales"]).body["taskSid"]

    assert centre.offered_to(made) is None
    assert centre.workspace.task(made).status is TaskStatus.PENDING
    centre.set_activity("carla", "Available")
    assert centre.offered_to(made) == "carla"
    assert centre.attributes(made)["transferTargetType"] == "queue"


@pytest.mark.parametrize("task", TASKS)
def test_a_transfer_to_a_workflow_creates_the_task_in_it(deployment: Deployment, task: str) -> None:
    centre = deployment.twilio.centre

    made = deployment.transfer(task, centre.workflows["Escalations"]).body["taskSid"]

    assert centre.workspace.task(made).workflow_sid == centre.workflows["Escalations"]
    assert centre.attributes(made)["transferTargetType"] == "workflow"
    assert centre.offered_to(made) in {"carla", "dev"}


@pytest.mark.parametrize("task", TASKS)
def test_the_new_task_keeps_the_customers_place_in_line(deployment: Deployment, task: str) -> None:
    centre = deployment.twilio.centre
    original = centre.workspace.task(centre.tasks[task])
    made = centre.workspace.task(deployment.transfer(task, centre.queues["Sales"]).body["taskSid"])
    assert made.priority == original.priority
    assert made.task_channel_sid == original.task_channel_sid
    if "conversation" not in task:  # an invite's routing properties have no virtual start time
        assert made.virtual_start_time == original.virtual_start_time.replace(microsecond=0)


def test_the_janitor_leaves_the_channel_of_a_transferred_chat_open(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    channel_sid = centre.attributes(centre.tasks["chat"])["channelSid"]
    made = deployment.transfer("chat", centre.workers["dev"]).body["taskSid"]
    assert centre.accept(made) == "dev"
    assert "dev_40example_2Ecom" in centre.present_in(channel_sid)
    assert centre.account.flex.chat_channels[channel_sid].state == "active"
    assert "channelSid" not in centre.attributes(centre.tasks["chat"])
    assert centre.attributes(made)["channelSid"] == channel_sid


def test_only_the_transferring_agent_of_two_leaves_the_conversation(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    original = centre.tasks["two_agents"]
    conversation_sid = centre.attributes(original)["conversationSid"]

    made = deployment.transfer("two_agents", centre.queues["Sales"]).body["taskSid"]

    assert ANA not in centre.present_in(conversation_sid)
    assert "ben_40example_2Ecom" in centre.present_in(conversation_sid)
    assert centre.workspace.task(centre.tasks["two_agents_ben"]).status is TaskStatus.ASSIGNED
    assert centre.attributes(made)["ignoreWorkerSids"] == [
        centre.workers["ana"],
        centre.workers["ben"],
    ]
    assert centre.offered_to(made) == "carla"


def test_a_chain_of_transfers_keeps_the_first_conversation_id(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    first = deployment.transfer("chat", centre.workers["dev"]).body["taskSid"]
    centre.accept(first)
    second = deployment.transfer(first, centre.workers["carla"], by="dev").body["taskSid"]
    attributes = centre.attributes(second)
    assert attributes["conversations"] == {"conversation_id": centre.tasks["chat"]}
    assert attributes["transferredFrom"] == first
    assert attributes["ignoreAgent"] == "dev_40example_2Ecom"


@pytest.mark.parametrize("listed", [True, False], ids=["closed are listed", "not listed"])
def test_a_conversation_that_goes_back_and_forth_ignores_only_its_last_agent(
    deployment: Deployment, listed: bool
) -> None:
    """Only agents who are in the conversation now are ignored."""
    centre = deployment.twilio.centre
    centre.account.settings.lists_closed_participants = listed
    task_sid, holder, other = centre.tasks["conversation"], "ana", "ben"
    for _ in range(6):
        answer = deployment.transfer(task_sid, centre.workers[other], by=holder)
        assert answer.status == 200, answer.text
        task_sid = answer.body["taskSid"]
        assert centre.attributes(task_sid)["ignoreWorkerSids"] == [centre.workers[holder]]
        assert centre.accept(task_sid) == other
        holder, other = other, holder


def test_the_worker_name_in_the_body_is_ignored(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    answer = deployment.transfer("chat", centre.queues["Sales"], workerName="sam@example.com")
    assert centre.attributes(answer.body["taskSid"])["ignoreAgent"] == ANA


@pytest.mark.parametrize("task", ["chat", "conversation"])
def test_a_healthy_transfer_makes_no_search(deployment: Deployment, task: str) -> None:
    """EvaluateTaskAttributes is limited to three requests a second."""
    deployment.transfer(task, deployment.twilio.centre.workers["dev"])
    calls = deployment.twilio.journal.entries
    assert not [call for call in calls if "EvaluateTaskAttributes" in call.query]
    assert {call.status for call in calls} <= {200, 201, 204}


@pytest.mark.parametrize("task", ["chat", "conversation"])
def test_the_agent_is_removed_from_the_chat_where_the_browser_did_not_do_it(
    deployment: Deployment, task: str
) -> None:
    """A user can be in 250 channels at most."""
    centre = deployment.twilio.centre
    attributes = centre.attributes(centre.tasks[task])
    room_sid = attributes["channelSid" if task == "chat" else "conversationSid"]
    assert ANA in centre.present_in(room_sid)
    assert deployment.transfer(task, centre.workers["dev"], by="sam").status == 200
    assert ANA not in centre.present_in(room_sid)
    assert centre.present_in(room_sid)  # the customer


@pytest.mark.parametrize("path", ["/Configuration$", "/Members/"])
def test_a_transfer_that_cannot_remove_the_agent_from_the_channel_succeeds(
    deployment: Deployment, path: str
) -> None:
    deployment.twilio.faults.status(500, path=path, times=None)
    assert deployment.transfer("chat", deployment.twilio.centre.workers["dev"]).status == 200
