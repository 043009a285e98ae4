"""Where the parts of a stack that is up are found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Addresses:
    """What somebody needs to use a stack.

    Attributes
    ----------
    endpoint
        What the Flex plugin would have as its ``FLEX_APP_FUNCTIONS_BASE``.
    twilio
        The emulated Twilio's base URL.
    functions_log
        The file with the functions' output.
    """

    endpoint: str
    twilio: str
    functions_log: str
