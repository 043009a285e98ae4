"""The one way in which the demo fails by itself."""


class Mismatch(Exception):
    """Something did not happen as it should; the text says what was expected and what was found."""
