"""Where a task can be transferred: what is routed, what is allowed, who is available."""
