"""The events for which Conversations calls a webhook: a list in any order."""

from typing import Any, Final

from pulumi_twilio.shapes import TEXTS, Shape, Wrong, misspelt

# https://www.twilio.com/docs/conversations/conversations-webhooks
_KINDS: Final = {
    "Message": "Add Added Update Updated Remove Removed",
    "Conversation": "Add Added Update Updated Remove Removed StateUpdated",
    "Participant": "Add Added Update Updated Remove Removed",
    "Delivery": "Updated",
    "User": "Added Update Updated",
}
EVENTS: Final = tuple(f"on{kind}{name}" for kind, names in _KINDS.items() for name in names.split())


def _wrong(value: Any) -> Wrong:
    yield from TEXTS.wrong(value)
    for position, name in enumerate(value if isinstance(value, list) else ()):
        if isinstance(name, str):
            yield from misspelt(name, EVENTS, f"[{position}]")


def same(one: Any, other: Any) -> bool:
    """Tell whether two lists name the same events."""
    return sorted(map(str, one)) == sorted(map(str, other))


SHAPE: Final = Shape(TEXTS.schema, _wrong)
