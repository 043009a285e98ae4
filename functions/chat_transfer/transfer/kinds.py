"""Which kind a messaging task is."""

from chat_transfer.transfer import chat, conversation
from chat_transfer.transfer.kind import TaskKind
from chat_transfer.transfer.record import Place
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.tasks import Task


def place_of(task: Task) -> Place | None:
    """Where a task's customer is, by its attributes; None if it is of neither kind."""
    return conversation.place_of(task) or chat.place_of(task)


def kind_of(twilio: Twilio, place: Place, original: str) -> TaskKind:
    """The conversation of a place, and the original of its transfer."""
    if place.interaction_sid:
        return conversation.Conversation(twilio, place)
    return chat.Chat(twilio, place, original)
