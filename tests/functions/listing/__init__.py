"""The workflows and queues that a task can be transferred to."""
