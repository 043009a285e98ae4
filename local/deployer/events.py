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
    seconds
        How long creating it took.
    """

    type: str
    name: str
    seconds: float
