"""The rules as pure functions, so that they are tested without an engine."""
