"""A transfer: what comes next, how it is done and recorded, and the two kinds of task."""
