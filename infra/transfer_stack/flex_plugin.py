"""What the Flex plugin reads of its stack: one key of Flex's configuration."""

from typing import Final

import pulumi

import pulumi_twilio as twilio
from transfer_stack.component import Component
from transfer_stack.settings import StackSettings

UI_ATTRIBUTE: Final = "flexChatTransfer"


class PluginConfiguration(Component):
    """The stack's endpoint in `ui_attributes`, so that one build of the plugin serves every stack.

    Others write theirs there, such as other plugins: they stay. On a destroy only this key is taken
    out, and not if another stack has written it since.
    https://www.twilio.com/docs/flex/developer/config/flex-configuration-rest-api
    """

    def __init__(
        self,
        name: str,
        *,
        settings: StackSettings,
        endpoint: pulumi.Input[str],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__(name, opts)
        read = {"endpoint": endpoint, "handOver": settings.offers.choices}
        twilio.flex.Configuration(name, ui_attributes={UI_ATTRIBUTE: read}, opts=self.child())
        self.register_outputs({})
