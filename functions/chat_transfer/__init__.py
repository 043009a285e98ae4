"""The domain behind the two handlers: what a transfer of a chat or an SMS is."""
