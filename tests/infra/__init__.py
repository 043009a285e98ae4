"""What the Pulumi program declares, and the pure functions behind it."""
