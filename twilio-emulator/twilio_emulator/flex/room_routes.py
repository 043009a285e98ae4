"""What the APIs of Programmable Chat and of Conversations have in common: rooms and occupants."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from twilio_emulator.account import Account
from twilio_emulator.calls import Answer, Call, Routes
from twilio_emulator.errors import TwilioError, invalid, not_found
from twilio_emulator.flex import rooms
from twilio_emulator.flex.model import Flex, Occupant, Room
from twilio_emulator.flex.rooms import Occupants
from twilio_emulator.paging import MAX_CHAT_PAGE_SIZE, page

Binding = dict[str, str]


@dataclass(frozen=True, slots=True)
class RoomApi:
    """How one of the two products names and shows rooms and their occupants.

    Attributes
    ----------
    path
        The path of a room; its SID or unique name is ``{room}``.
    collection, exists
        The name of the list of occupants, and the error code for one who is there already.
    rooms, occupants
        The tables of both.
    room_form, occupant_form
        The resources of the API.
    binding
        Checks a request for a new occupant; returns the messaging binding, if it has one.
    """

    path: str
    collection: str
    exists: int
    rooms: Callable[[Flex], dict[str, Room]]
    occupants: Callable[[Flex], Occupants]
    room_form: Callable[[Account, Room], dict[str, Any]]
    occupant_form: Callable[[Account, Room, Occupant], dict[str, Any]]
    binding: Callable[[Call], Binding | None]

    def routes(self) -> Routes:
        """Return the routes of the product."""
        occupants = f"{self.path}/{self.collection.title()}"
        return (
            ("GET", self.path, self._fetch),
            ("GET", occupants, self._list),
            ("POST", occupants, self._create),
            ("DELETE", occupants + "/{occupant}", self._delete),
        )

    def room(self, account: Account, call: Call) -> Room:
        """Return the room that a call's path names; 404 when there is none."""
        for room in self.rooms(account.flex).values():
            named = call.path["room"] in {room.sid, room.unique_name}
            if named and call.path.get("service", room.service_sid) == room.service_sid:
                return room
        raise not_found(call.path_below_host)

    def _fetch(self, account: Account, call: Call) -> Answer:
        return Answer(200, self.room_form(account, self.room(account, call)))

    def _list(self, account: Account, call: Call) -> Answer:
        room = self.room(account, call)
        return page(
            call,
            self.collection,
            rooms.occupants_of(self.occupants(account.flex), room.sid),
            lambda occupant: self.occupant_form(account, room, occupant),
            MAX_CHAT_PAGE_SIZE,
        )

    def _create(self, account: Account, call: Call) -> Answer:
        room = self.room(account, call)
        table = self.occupants(account.flex)
        identity = call.form.get("Identity") or None
        binding = self.binding(call)
        if identity is not None and rooms.find(table, room.sid, identity) is not None:
            kind = self.collection.removesuffix("s").title()
            raise TwilioError(409, self.exists, f"{kind} already exists")
        if room.state == "closed":
            raise invalid("Conversation is closed")
        occupant = rooms.enter(
            table,
            room.sid,
            identity,
            account.clock.now(),
            account.random,
            attributes=call.json_object("Attributes"),
            binding=binding,
        )
        return Answer(201, self.occupant_form(account, room, occupant))

    def _delete(self, account: Account, call: Call) -> Answer:
        table = self.occupants(account.flex)
        occupant = rooms.find(table, self.room(account, call).sid, call.path["occupant"])
        if occupant is None:
            raise not_found(call.path_below_host)
        del table[occupant.sid]
        return Answer(204)
