"""Who may transfer a task."""
