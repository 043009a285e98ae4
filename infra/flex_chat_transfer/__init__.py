"""Chat and SMS transfers for Twilio Flex, in your own AWS account, as a Pulumi component.

    from flex_chat_transfer import FlexChatTransfer, FlexChatTransferArgs

Its resources, and what reads its settings, are in `transfer_stack`.
"""

from flex_chat_transfer.args import FlexChatTransferArgs
from flex_chat_transfer.component import FlexChatTransfer

__all__ = ["FlexChatTransfer", "FlexChatTransferArgs"]
