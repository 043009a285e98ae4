"""Where a transferred chat goes, before an agent transfers one: `check` and `route`.

Needs the library of workflows from `twilio-emulator`, and nothing else of an emulator.
"""


class RoutingCheckError(Exception):
    """Ends a command; the text says why."""
