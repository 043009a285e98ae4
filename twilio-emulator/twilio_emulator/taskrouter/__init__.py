"""TaskRouter: workspaces that route tasks to workers by the rules of their workflows."""
