"""Flex and what it stands on: interactions, conversations, chat channels and the user tokens."""
