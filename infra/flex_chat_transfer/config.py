"""Reads the component's arguments from a stack's config, with a key for each of them."""

import pulumi

from flex_chat_transfer.args import FlexChatTransferArgs
from transfer_stack.read_args import ARGUMENTS
from transfer_stack.read_settings import read_settings, stack_values


def args_from_config() -> FlexChatTransferArgs:
    """Return the arguments that the config of the stack that is being deployed sets.

    Raises
    ------
    SettingsError
        When the config has errors, with all of them: unknown keys, wrong values, secrets in plain
        text, and plain text that is stored as a secret.
    """
    config, secrets = stack_values()
    project = pulumi.get_project()
    read_settings(config, secrets, project=project, stack=pulumi.get_stack())
    return FlexChatTransferArgs(
        **{
            key.argument: key.kind.value(text)
            for key in ARGUMENTS
            if (text := config.get(key.full_name(project)))
        }
    )
