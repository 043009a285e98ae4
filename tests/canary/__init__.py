"""The canary: what it finds, and that it needs nothing."""
