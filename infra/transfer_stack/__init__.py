"""What the Pulumi program is made of: settings, TaskRouter routing and the endpoints."""
