"""Which requests, tasks and targets are refused, and how."""
