"""The base of the stack's components."""

from typing import Any

import pulumi


class Component(pulumi.ComponentResource):
    """A group of resources: constructed with a name, its inputs by keyword, and options."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(f"flex-chat-transfer:index:{type(self).__name__}", name, None, opts)

    def child(self, **options: Any) -> pulumi.ResourceOptions:
        """Return the options of a resource in this component."""
        return pulumi.ResourceOptions(parent=self, **options)
