"""Twilio's identifiers: two letters for the kind, and 32 hexadecimal digits."""

import hashlib
from random import Random, SystemRandom


def seeded_sid(prefix: str, name: str) -> str:
    """Return the SID of a name, always the same, so that documentation can show it."""
    return prefix + hashlib.blake2b(f"{prefix}:{name}".encode(), digest_size=16).hexdigest()


_SYSTEM = SystemRandom()


def new_sid(prefix: str, random: Random = _SYSTEM) -> str:
    """Return a new SID; in an account, by its own source of random numbers."""
    return f"{prefix}{random.getrandbits(128):032x}"
