"""The messages of conversations over HTTP: texts, without media, templates and receipts.

Source: https://www.twilio.com/docs/conversations/api/conversation-message-resource
"""

from typing import Any

from twilio_emulator.account import Account
from twilio_emulator.calls import Answer, Call, Routes
from twilio_emulator.errors import TwilioError, invalid, not_found
from twilio_emulator.fields import fields
from twilio_emulator.flex import rooms
from twilio_emulator.flex.conversation_routes import (
    CONVERSATION_CLOSED,
    CONVERSATIONS,
    conversation_url,
)
from twilio_emulator.flex.model import Message, Room
from twilio_emulator.paging import MAX_CHAT_PAGE_SIZE, page
from twilio_emulator.sids import new_sid

BASE = CONVERSATIONS.path + "/Messages"
MAX_BODY = 1600

# https://www.twilio.com/docs/api/errors/50503 and …/50504: the body is missing, or too long.
NO_BODY = 50503
BODY_TOO_LONG = 50504


def show_all(account: Account, call: Call) -> Answer:
    """List the messages by their index; ``Order`` may be in any case, as the examples have it."""
    room = CONVERSATIONS.room(account, call)
    order = call.query.get("Order", "asc").lower()
    if order not in {"asc", "desc"}:
        raise invalid(f"Order must be asc or desc, not {order}")
    found = _messages_of(account, room)
    if order == "desc":
        found.reverse()
    return page(
        call,
        "messages",
        found,
        lambda message: _form(account, room, message),
        MAX_CHAT_PAGE_SIZE,
    )


def create(account: Account, call: Call) -> Answer:
    """Add a message; no page says that its author has to be a participant."""
    room = CONVERSATIONS.room(account, call)
    body = call.form.get("Body", "")
    if not body:
        raise TwilioError(400, NO_BODY, "Message body not provided")
    if len(body) > MAX_BODY:
        raise TwilioError(400, BODY_TOO_LONG, "Message body parameter is too long")
    if room.state == "closed":
        raise TwilioError(400, CONVERSATION_CLOSED, "Conversation is in final closed state")
    author = call.form.get("Author") or "system"
    message = Message(
        sid=new_sid("IM", account.random),
        conversation_sid=room.sid,
        index=len(_messages_of(account, room)),
        author=author,
        participant_sid=_participant_sid(account, room, author),
        body=body,
        attributes=call.json_object("Attributes"),
        date_created=account.clock.now(),
    )
    account.flex.messages[message.sid] = message
    return Answer(201, _form(account, room, message))


def fetch(account: Account, call: Call) -> Answer:
    """Show a message."""
    room = CONVERSATIONS.room(account, call)
    message = account.flex.messages.get(call.path["message"])
    if message is None or message.conversation_sid != room.sid:
        raise not_found(call.path_below_host)
    return Answer(200, _form(account, room, message))


def _messages_of(account: Account, room: Room) -> list[Message]:
    messages = account.flex.messages.values()
    return [message for message in messages if message.conversation_sid == room.sid]


def _participant_sid(account: Account, room: Room, author: str) -> str | None:
    """Return the SID of the participant with that identity or address."""
    for participant in rooms.occupants_of(account.flex.conversation_participants, room.sid):
        address = (participant.messaging_binding or {}).get("address")
        if author in {participant.identity, address}:
            return participant.sid
    return None


def _form(account: Account, room: Room, message: Message) -> dict[str, Any]:
    url = f"{conversation_url(room)}/Messages/{message.sid}"
    names = "sid conversation_sid index author participant_sid body attributes date_created"
    return {
        **fields(message, names),
        "account_sid": account.sid,
        "media": None,
        "content_sid": None,
        # "null if the message has not been edited", which it cannot be here.
        "date_updated": None,
        # The sum of carriers' receipts, and no carrier gets a message from here:
        # https://www.twilio.com/docs/conversations/delivery-receipts-overview
        "delivery": None,
        "url": url,
        "links": {
            "delivery_receipts": f"{url}/Receipts",
            "channel_metadata": f"{url}/ChannelMetadata",
        },
    }


ROUTES: Routes = (
    ("GET", BASE, show_all),
    ("POST", BASE, create),
    ("GET", BASE + "/{message}", fetch),
)
