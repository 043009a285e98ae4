"""The messages of conversations.

https://www.twilio.com/docs/conversations/api/conversation-message-resource
"""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client
from twilio.rest.conversations.v1.conversation import ConversationContext

from twilio_emulator.seed import ContactCentre
from twilio_emulator.work import CUSTOMER_NUMBER

ANA = "ana_40example_2Ecom"


@pytest.fixture
def conversation(client: Client, centre: ContactCentre) -> ConversationContext:
    """An SMS conversation of Ana's."""
    return conversation_of(client, centre, "sms_conversation")


def conversation_of(client: Client, centre: ContactCentre, task: str) -> ConversationContext:
    sid = centre.attributes(centre.tasks[task])["conversationSid"]
    return client.conversations.v1.conversations(sid)


def refusal(conversation: ConversationContext, **message: Any) -> tuple[int, int | None]:
    with pytest.raises(TwilioRestException) as refused:
        conversation.messages.create(**message)
    return refused.value.status, refused.value.code


def test_messages_are_listed_as_they_were_written(
    client: Client, centre: ContactCentre, conversation: ConversationContext
) -> None:
    texts = ["Is anyone there?", "I am still here.", "Good."]
    for author, text in zip((CUSTOMER_NUMBER, ANA, CUSTOMER_NUMBER), texts, strict=True):
        conversation.messages.create(author=author, body=text)
    other = conversation_of(client, centre, "conversation")
    first = other.messages.create(body="Hello")
    for order, expected in (("asc", texts), ("AsC", texts), ("DeSc", texts[::-1])):
        kind: Any = order
        listed = conversation.messages.list(order=kind, page_size=2)
        assert [message.body for message in listed] == expected
    indices = [message.index for message in conversation.messages.list()]
    assert indices == [0, 1, 2]
    assert first.index == 0
    assert [message.sid for message in other.messages.list()] == [first.sid]


def test_an_author_is_the_participant_with_that_identity_or_address(
    conversation: ConversationContext,
) -> None:
    customer, ana = conversation.participants.list()
    for author, participant in ((CUSTOMER_NUMBER, customer), (ANA, ana)):
        made = conversation.messages.create(author=author, body="Hello")
        assert (made.author, made.participant_sid) == (author, participant.sid)
    assert ana.delete()
    assert conversation.messages.list()[-1].participant_sid == ana.sid
    assert conversation.messages.create(author=ANA, body="Bye").participant_sid is None


def test_a_message_is_by_default_from_the_system(conversation: ConversationContext) -> None:
    made = conversation.messages.create(body="Hello")
    assert (made.author, made.participant_sid, made.attributes) == ("system", None, "{}")
    assert (made.date_updated, made.media, made.delivery) == (None, None, None)


def test_a_message_without_a_body_or_with_a_long_one_is_refused(
    conversation: ConversationContext,
) -> None:
    """https://www.twilio.com/docs/api/errors/50503 and 50504 there."""
    assert refusal(conversation, author=ANA) == (400, 50503)
    assert refusal(conversation, author=ANA, body="é" * 1601) == (400, 50504)
    assert conversation.messages.list() == []
    assert conversation.messages.create(body="é" * 1600).body == "é" * 1600


def test_attributes_that_are_no_json_and_an_unknown_order_are_refused(
    conversation: ConversationContext,
) -> None:
    assert refusal(conversation, body="Hello", attributes="{") == (400, 20001)
    wrong: Any = "newest"
    with pytest.raises(TwilioException, match="must be asc or desc"):
        conversation.messages.list(order=wrong)


def test_a_closed_conversation_takes_no_messages_and_shows_those_it_has(
    client: Client, centre: ContactCentre, conversation: ConversationContext
) -> None:
    """https://www.twilio.com/docs/api/errors/50377."""
    conversation.messages.create(body="Hello")
    attributes = centre.attributes(centre.tasks["sms_conversation"])
    closed: Any = "closed"
    interaction = client.flex_api.v1.interaction(attributes["flexInteractionSid"])
    interaction.channels(attributes["flexInteractionChannelSid"]).update(status=closed)
    assert refusal(conversation, body="Bye") == (400, 50377)
    assert [message.body for message in conversation.messages.list()] == ["Hello"]


def test_unknown_conversations_and_messages_of_others_are_answered_404(
    client: Client, centre: ContactCentre, conversation: ConversationContext
) -> None:
    made = conversation.messages.create(body="Hello")
    assert conversation.messages(made.sid or "").fetch().body == "Hello"
    nowhere = client.conversations.v1.conversations("CH" + "0" * 32)
    assert refusal(nowhere, body="Hello") == (404, 20404)
    with pytest.raises(TwilioException, match='"code":20404'):
        nowhere.messages.list()
    other = conversation_of(client, centre, "conversation")
    for missing in (
        other.messages(made.sid or "").fetch,
        conversation.messages("IM" + "0" * 32).fetch,
    ):
        with pytest.raises(TwilioRestException) as refused:
            missing()
        assert (refused.value.status, refused.value.code) == (404, 20404)
