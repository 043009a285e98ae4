"""Who is in a conversation or a chat channel: the two have the same rules."""

from datetime import datetime

from local.twilio.flex.model import Occupant
from local.twilio.sids import new_sid

Occupants = dict[str, Occupant]


def occupants_of(table: Occupants, room_sid: str) -> list[Occupant]:
    """Return everybody in a room, first comers first."""
    return [occupant for occupant in table.values() if occupant.room_sid == room_sid]


def find(table: Occupants, room_sid: str, sid_or_identity: str) -> Occupant | None:
    """Return who has that SID or identity in the room."""
    for occupant in occupants_of(table, room_sid):
        if sid_or_identity in {occupant.sid, occupant.identity}:
            return occupant
    return None


def enter(
    table: Occupants,
    room_sid: str,
    identity: str | None,
    now: datetime,
    *,
    attributes: str = "{}",
    binding: dict[str, str] | None = None,
) -> Occupant:
    """Put somebody into a room; who is there already stays as they are."""
    present = find(table, room_sid, identity) if identity else None
    if present is not None:
        return present
    occupant = Occupant(new_sid("MB"), room_sid, identity, now, now, attributes, binding)
    table[occupant.sid] = occupant
    return occupant


def leave(table: Occupants, room_sid: str, identity: str | None) -> None:
    """Take somebody out of a room, if they are in it."""
    present = find(table, room_sid, identity) if identity else None
    if present is not None:
        del table[present.sid]
