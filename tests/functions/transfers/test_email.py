"""An e-mail conversation: all its customers stay, and only the holder's participant is closed."""

import pytest

from tests.functions.conftest import Deployment
from tests.functions.offers.conftest import event_of


def people(deployment: Deployment, task: str) -> list[tuple[object, str | None]]:
    """The level of each participant of a task's conversation, and the identity."""
    centre = deployment.twilio.centre
    conversation = deployment.client.conversations.v1.conversations(
        centre.attributes(task)["conversationSid"]
    )
    found = conversation.participants.list()
    return [((one.messaging_binding or {}).get("level"), one.identity) for one in found]


@pytest.mark.parametrize("hand_over", ["now", "accepted", "warm"])
def test_an_email_goes_to_another_agent_with_all_its_customers(
    deployment: Deployment, hand_over: str
) -> None:
    centre = deployment.twilio.centre
    task = centre.email_conversation_task()
    assert [level for level, _ in people(deployment, task)] == ["to", "cc", None]

    answer = deployment.transfer(task, centre.workers["ben"], handOver=hand_over)
    made = answer.body["taskSid"]
    centre.accept(made)
    if hand_over != "now":
        assert not deployment.deliver(event_of(made))
    if hand_over == "warm":
        assert deployment.leave(task).status == 200

    assert str(deployment.tasks()(task).fetch().assignment_status) == "completed"
    new = deployment.tasks()(made).fetch()
    assert new.task_channel_unique_name == "email"
    assert str(new.assignment_status) == "assigned"
    assert people(deployment, made) == [
        ("to", None),
        ("cc", None),
        (None, "ben_40example_2Ecom"),
    ]


def test_an_offered_email_that_is_declined_stays(deployment: Deployment) -> None:
    centre = deployment.twilio.centre
    task = centre.email_conversation_task()
    before = people(deployment, task)

    made = deployment.transfer(task, centre.workers["ben"], handOver="accepted").body["taskSid"]
    centre.reject(made)
    assert not deployment.deliver(event_of(made))

    assert people(deployment, task) == before
    assert deployment.offer_request("GET", task).body["state"] == "declined"
