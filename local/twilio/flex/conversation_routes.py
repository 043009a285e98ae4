"""Conversations over HTTP: the conversations below interactions, and who is in them.

Sources: https://www.twilio.com/docs/conversations/api/conversation-resource,
https://www.twilio.com/docs/conversations/api/conversation-participant-resource
"""

from dataclasses import replace
from typing import Any

from local.twilio.account import Account
from local.twilio.calls import Answer, Call, Routes
from local.twilio.clock import iso8601
from local.twilio.errors import TwilioError, invalid, not_found
from local.twilio.flex import rooms
from local.twilio.flex.model import Occupant, Room
from local.twilio.paging import MAX_CHAT_PAGE_SIZE, page

HOST = "https://conversations.twilio.com/v1"
ONE = "/Conversations/{conversation}"
PARTICIPANTS = ONE + "/Participants"

# https://www.twilio.com/docs/api/errors/50433: the participant is in the conversation already.
PARTICIPANT_EXISTS = 50433


def fetch(account: Account, call: Call) -> Answer:
    """Show a conversation."""
    return Answer(200, _conversation_form(account, _conversation(account, call)))


def update(account: Account, call: Call) -> Answer:
    """Change a conversation's attributes, name or state; a closed one stays closed."""
    room = _conversation(account, call)
    state = call.form.get("State") or room.state
    if state not in {"active", "inactive", "closed"}:
        raise invalid(f"State must be active, inactive or closed, not {state}")
    if room.state == "closed" and state != "closed":
        raise invalid("Conversation is closed")
    account.flex.conversations[room.sid] = replace(
        room,
        attributes=call.json_object("Attributes", room.attributes),
        friendly_name=call.form.get("FriendlyName", room.friendly_name),
        state=state,
        date_updated=account.clock.now(),
    )
    return fetch(account, call)


def show_participants(account: Account, call: Call) -> Answer:
    """List everybody in a conversation."""
    room = _conversation(account, call)
    present = rooms.occupants_of(account.flex.conversation_participants, room.sid)
    return page(
        call,
        "participants",
        present,
        lambda participant: _participant_form(account, participant),
        MAX_CHAT_PAGE_SIZE,
    )


def create_participant(account: Account, call: Call) -> Answer:
    """Add somebody by identity or address.

    Raises
    ------
    TwilioError
        409 with code 50433 for an identity that is there already.
    """
    room = _conversation(account, call)
    table = account.flex.conversation_participants
    identity = call.form.get("Identity") or None
    binding = _binding(call)
    if identity is None and binding is None:
        raise invalid("Identity or MessagingBinding.Address is required")
    if identity is not None and rooms.find(table, room.sid, identity) is not None:
        raise TwilioError(409, PARTICIPANT_EXISTS, "Participant already exists")
    if room.state == "closed":
        raise invalid("Conversation is closed")
    participant = rooms.enter(
        table,
        room.sid,
        identity,
        account.clock.now(),
        attributes=call.json_object("Attributes"),
        binding=binding,
    )
    return Answer(201, _participant_form(account, participant))


def _binding(call: Call) -> dict[str, str] | None:
    """Return how somebody who has an address is reached: by SMS, or what the address begins with.

    Source: the examples on the page on participants; ``whatsapp:`` and ``messenger:`` addresses.
    """
    named = {
        "address": call.form.get("MessagingBinding.Address"),
        "proxy_address": call.form.get("MessagingBinding.ProxyAddress"),
        "projected_address": call.form.get("MessagingBinding.ProjectedAddress"),
    }
    given = {name: text for name, text in named.items() if text}
    if not given:
        return None
    kind, colon, _ = given.get("address", "").partition(":")
    return {"type": kind if colon else "sms", **given}


def fetch_participant(account: Account, call: Call) -> Answer:
    """Show a participant, by SID or identity."""
    return Answer(200, _participant_form(account, _participant(account, call)))


def delete_participant(account: Account, call: Call) -> Answer:
    """Take a participant out of a conversation."""
    del account.flex.conversation_participants[_participant(account, call).sid]
    return Answer(204)


def _conversation(account: Account, call: Call) -> Room:
    wanted = call.path["conversation"]
    for room in account.flex.conversations.values():
        if wanted in {room.sid, room.unique_name}:
            return room
    raise not_found(f"/Conversations/{wanted}")


def _participant(account: Account, call: Call) -> Occupant:
    room = _conversation(account, call)
    table = account.flex.conversation_participants
    participant = rooms.find(table, room.sid, call.path["participant"])
    if participant is None:
        raise not_found(call.url.removeprefix(HOST))
    return participant


def _conversation_form(account: Account, room: Room) -> dict[str, Any]:
    url = f"{HOST}/Conversations/{room.sid}"
    return {
        "sid": room.sid,
        "account_sid": account.sid,
        "chat_service_sid": room.service_sid,
        "messaging_service_sid": None,
        "friendly_name": room.friendly_name,
        "unique_name": room.unique_name,
        "attributes": room.attributes,
        "state": room.state,
        "timers": {},
        "bindings": {},
        "date_created": iso8601(room.date_created),
        "date_updated": iso8601(room.date_updated),
        "url": url,
        "links": {
            "participants": f"{url}/Participants",
            "messages": f"{url}/Messages",
            "webhooks": f"{url}/Webhooks",
            "export": f"{url}/Export",
        },
    }


def _participant_form(account: Account, participant: Occupant) -> dict[str, Any]:
    return {
        "sid": participant.sid,
        "account_sid": account.sid,
        "conversation_sid": participant.room_sid,
        "identity": participant.identity,
        "attributes": participant.attributes,
        "messaging_binding": participant.messaging_binding,
        "role_sid": None,
        "last_read_message_index": None,
        "last_read_timestamp": None,
        "date_created": iso8601(participant.date_created),
        "date_updated": iso8601(participant.date_updated),
        "url": f"{HOST}/Conversations/{participant.room_sid}/Participants/{participant.sid}",
    }


ROUTES: Routes = (
    ("GET", ONE, fetch),
    ("POST", ONE, update),
    ("GET", PARTICIPANTS, show_participants),
    ("POST", PARTICIPANTS, create_participant),
    ("GET", PARTICIPANTS + "/{participant}", fetch_participant),
    ("DELETE", PARTICIPANTS + "/{participant}", delete_participant),
)
