"""What a transfer does, and what the same request does again."""
