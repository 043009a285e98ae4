"""The command line: what it shows, how it fails, and that it leaves nothing behind."""
