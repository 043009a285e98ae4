"""Twilio's identifiers: two letters for the kind, and 32 hexadecimal digits."""

import hashlib
import uuid


def seeded_sid(prefix: str, name: str) -> str:
    """Return the SID of a name, always the same, so that documentation can show it."""
    return prefix + hashlib.blake2b(f"{prefix}:{name}".encode(), digest_size=16).hexdigest()


def new_sid(prefix: str) -> str:
    """Return a new SID."""
    return prefix + uuid.uuid4().hex
