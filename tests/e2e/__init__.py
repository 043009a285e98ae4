"""The deployed stack over HTTP, as a Flex plugin calls it."""
