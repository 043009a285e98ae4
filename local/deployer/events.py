"""What a deployment tells about its progress."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResourceEvent:
    """A resource was created.

    Parameters
    ----------
    type
        Its type token, such as `aws:lambda/function:Function`.
    name
        Its logical name in the program.
    id
        Its physical ID.
    seconds
        How long creating it took.
    parent
        The logical name of the component that it belongs to, or None.
    """

    type: str
    name: str
    id: str
    seconds: float
    parent: str | None
