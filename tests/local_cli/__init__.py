"""The command line: its output, its failures, and that it leaves nothing behind."""
