"""A transfer: its order, its steps, its record, and the two kinds of task."""
