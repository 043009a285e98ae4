"""Chat and SMS transfers for Twilio Flex."""

import pulumi

from flex_chat_transfer import FlexChatTransfer, FlexChatTransferArgs

config = pulumi.Config()
transfer = FlexChatTransfer(
    "flex-chat-transfer",
    FlexChatTransferArgs(
        workspace_sid=config.require("workspaceSid"),
        transfer_queues=[name.strip() for name in config.require("transferQueues").split(",")],
        alarm_email=config.require("alarmEmail"),
    ),
)
pulumi.export("endpoint", transfer.endpoint)
