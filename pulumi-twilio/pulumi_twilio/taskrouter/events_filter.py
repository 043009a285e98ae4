"""The events for which a workspace calls its URL: names separated by commas, in any order."""

from typing import Any, Final

from pulumi_twilio.shapes import Shape, Wrong, misspelt

# https://www.twilio.com/docs/taskrouter/api/event/reference
_NAMES: Final = {
    "activity": "created updated deleted",
    "reservation": ("created accepted rejected timeout canceled rescinded completed failed wrapup"),
    "task": (
        "created updated canceled wrapup completed deleted system-deleted transfer-initiated "
        "transfer-attempt-failed transfer-failed transfer-canceled transfer-completed"
    ),
    "task-channel": "created updated deleted",
    "task-queue": "created deleted entered timeout moved expression.updated",
    "worker": (
        "created activity.update attributes.update capacity.update channel.availability.update "
        "deleted"
    ),
    "workflow": "created updated deleted target-matched entered timeout skipped",
    "workspace": "created updated deleted",
}
EVENTS: Final = tuple(f"{kind}.{name}" for kind, names in _NAMES.items() for name in names.split())


def _names(value: str) -> list[str]:
    return sorted({name.strip() for name in value.split(",")} - {""})


def _wrong(value: Any) -> Wrong:
    if not isinstance(value, str):
        yield "", "a string"
        return
    for name in _names(value):
        yield from misspelt(name, EVENTS, "")


def same(one: Any, other: Any) -> bool:
    """Tell whether two filters name the same events."""
    return _names(one) == _names(other)


SHAPE: Final = Shape({"type": "string"}, _wrong)
