"""The occupants of conversations and chat channels, which follow the same rules."""

from datetime import datetime
from random import Random

from twilio_emulator.flex.model import Occupant
from twilio_emulator.sids import new_sid

Occupants = dict[str, Occupant]


def occupants_of(table: Occupants, room_sid: str) -> list[Occupant]:
    """Return the occupants of a room, oldest first."""
    return [occupant for occupant in table.values() if occupant.room_sid == room_sid]


def find(table: Occupants, room_sid: str, sid_or_identity: str) -> Occupant | None:
    """Return the occupant with that SID or identity."""
    for occupant in occupants_of(table, room_sid):
        if sid_or_identity in {occupant.sid, occupant.identity}:
            return occupant
    return None


def enter(
    table: Occupants,
    room_sid: str,
    identity: str | None,
    now: datetime,
    random: Random,
    *,
    attributes: str = "{}",
    binding: dict[str, str] | None = None,
) -> Occupant:
    """Add an occupant to a room; one who is there already stays unchanged."""
    present = find(table, room_sid, identity) if identity else None
    if present is not None:
        return present
    occupant = Occupant(new_sid("MB", random), room_sid, identity, now, now, attributes, binding)
    table[occupant.sid] = occupant
    return occupant
