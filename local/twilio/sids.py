"""Twilio's identifiers: two letters that tell the kind, and 32 hexadecimal digits."""

import hashlib
import re
import uuid


def seeded_sid(prefix: str, name: str) -> str:
    """Return the SID that this name always has, so that documentation can show it."""
    return prefix + hashlib.blake2b(f"{prefix}:{name}".encode(), digest_size=16).hexdigest()


def new_sid(prefix: str) -> str:
    """Return a SID that nothing has yet."""
    return prefix + uuid.uuid4().hex


def is_sid(text: object, prefix: str) -> bool:
    """Tell whether the text is a SID of that kind."""
    return isinstance(text, str) and re.fullmatch(prefix + "[0-9a-fA-F]{32}", text) is not None
