"""An execution environment: its start, settings, secrets and metrics."""
