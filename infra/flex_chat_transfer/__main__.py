"""Serve the component to programs in any language: `pulumi-resource-flex-chat-transfer`."""

from pulumi.provider.experimental import component_provider_host

from flex_chat_transfer.component import FlexChatTransfer
from flex_chat_transfer.version import VERSION


def main() -> None:
    """Serve the component to a Pulumi engine until the engine ends it."""
    component_provider_host([FlexChatTransfer], "flex-chat-transfer", version=VERSION)


if __name__ == "__main__":
    main()
