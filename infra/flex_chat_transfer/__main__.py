"""Serve the component to programs in any language: `pulumi-resource-flex-chat-transfer`."""

import sys
from typing import Any

import pulumi
from pulumi.errors import InputPropertiesError
from pulumi.provider import ConstructResult
from pulumi.provider import main as serve
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

from flex_chat_transfer.component import FlexChatTransfer
from flex_chat_transfer.version import VERSION


class Plugin(ComponentProvider):
    """The component, with what it refuses told as an error of its arguments, without a trace."""

    def construct(self, *args: Any, **named: Any) -> ConstructResult:
        """Make the component.

        Raises
        ------
        InputPropertiesError
            When it refuses its arguments, or what they name.
        """
        try:
            return super().construct(*args, **named)
        except ComponentInitError as error:
            if isinstance(error.inner, pulumi.RunError):
                raise InputPropertiesError(str(error.inner), []) from error
            raise


def main() -> None:
    """Serve the component to a Pulumi engine until the engine ends it."""
    serve(Plugin([FlexChatTransfer], "flex-chat-transfer", version=VERSION), sys.argv[1:])


if __name__ == "__main__":
    main()
