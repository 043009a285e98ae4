"""Conversations over HTTP: the conversations below interactions, and their participants.

Sources: https://www.twilio.com/docs/conversations/api/conversation-resource,
https://www.twilio.com/docs/conversations/api/conversation-participant-resource
"""

from dataclasses import replace
from typing import Any, Final

from twilio_emulator.account import Account
from twilio_emulator.calls import Answer, Call, Routes
from twilio_emulator.errors import TwilioError, invalid
from twilio_emulator.fields import fields
from twilio_emulator.flex import rooms
from twilio_emulator.flex.model import Occupant, Room
from twilio_emulator.flex.room_routes import Binding, RoomApi
from twilio_emulator.sids import new_sid

# https://www.twilio.com/docs/api/errors/50433: the participant is in the conversation already.
PARTICIPANT_EXISTS = 50433
# https://www.twilio.com/docs/api/errors/50377: a closed conversation is not for chatting any more.
CONVERSATION_CLOSED = 50377
# https://www.twilio.com/docs/api/errors/50353: the unique name is taken.
CONVERSATION_EXISTS = 50353


def conversation_url(room: Room) -> str:
    """Return the address of a conversation."""
    return f"https://conversations.twilio.com/v1/Conversations/{room.sid}"


def _conversation_form(account: Account, room: Room) -> dict[str, Any]:
    url = conversation_url(room)
    return {
        **fields(room, "sid friendly_name unique_name attributes state date_created date_updated"),
        "account_sid": account.sid,
        "chat_service_sid": room.service_sid,
        "messaging_service_sid": None,
        "timers": {},
        "bindings": {"email": room.email} if room.email else {},
        "url": url,
        "links": {
            name: f"{url}/{name.title()}"
            for name in ("participants", "messages", "webhooks", "export")
        },
    }


def _participant_form(account: Account, room: Room, participant: Occupant) -> dict[str, Any]:
    names = "sid identity attributes messaging_binding date_created date_updated"
    return {
        **fields(participant, names),
        "account_sid": account.sid,
        "conversation_sid": room.sid,
        "role_sid": None,
        "last_read_message_index": None,
        "last_read_timestamp": None,
        "url": f"{conversation_url(room)}/Participants/{participant.sid}",
    }


def _binding(call: Call) -> Binding | None:
    """Return how a participant with an address is reached: by SMS, or what the address begins with.

    Source: the examples on the page on participants; ``whatsapp:`` and ``messenger:`` addresses.
    """
    named = {
        "address": call.form.get("MessagingBinding.Address"),
        "proxy_address": call.form.get("MessagingBinding.ProxyAddress"),
        "projected_address": call.form.get("MessagingBinding.ProjectedAddress"),
    }
    given = {name: text for name, text in named.items() if text}
    if not given and not call.form.get("Identity"):
        raise invalid("Identity or MessagingBinding.Address is required")
    if not given:
        return None
    kind, colon, _ = given.get("address", "").partition(":")
    return {"type": kind if colon else "sms", **given}


CONVERSATIONS: Final = RoomApi(
    path="/Conversations/{room}",
    collection="participants",
    exists=PARTICIPANT_EXISTS,
    rooms=lambda flex: flex.conversations,
    occupants=lambda flex: flex.conversation_participants,
    room_form=_conversation_form,
    occupant_form=_participant_form,
    binding=_binding,
)


def create(account: Account, call: Call) -> Answer:
    """Create a conversation; its unique name must be free."""
    name = call.form.get("UniqueName") or None
    if name and any(room.unique_name == name for room in account.flex.conversations.values()):
        raise TwilioError(409, CONVERSATION_EXISTS, "Conversation with unique name already exists")
    now = account.clock.now()
    room = Room(
        new_sid("CH", account.random),
        account.flex.chat_service_sid,
        call.form.get("FriendlyName") or "",
        now,
        now,
        call.json_object("Attributes"),
        unique_name=name,
    )
    account.flex.conversations[room.sid] = room
    return Answer(201, _conversation_form(account, room))


def delete(account: Account, call: Call) -> Answer:
    """Delete a conversation, and its participants with it."""
    room = CONVERSATIONS.room(account, call)
    del account.flex.conversations[room.sid]
    table = account.flex.conversation_participants
    for occupant in rooms.occupants_of(table, room.sid):
        del table[occupant.sid]
    return Answer(204)


def update(account: Account, call: Call) -> Answer:
    """Change a conversation, or its state: "closed" is final.

    Source: https://www.twilio.com/docs/conversations/states-timers
    """
    room = CONVERSATIONS.room(account, call)
    state = call.form.get("State") or room.state
    if state not in {"active", "inactive", "closed"}:
        raise invalid(f"State must be active, inactive or closed, not {state}")
    if room.state == "closed":
        raise TwilioError(400, CONVERSATION_CLOSED, "Conversation is in final closed state")
    changed = replace(
        room,
        state=state,
        friendly_name=call.form.get("FriendlyName", room.friendly_name),
        unique_name=call.form.get("UniqueName") or room.unique_name,
        attributes=call.json_object("Attributes", room.attributes),
        date_updated=account.clock.now(),
    )
    account.flex.conversations[room.sid] = changed
    return Answer(200, _conversation_form(account, changed))


ROUTES: Routes = (
    *CONVERSATIONS.routes(),
    ("POST", "/Conversations", create),
    ("POST", CONVERSATIONS.path, update),
    ("DELETE", CONVERSATIONS.path, delete),
)
