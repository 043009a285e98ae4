"""The settings of what agents find in the Flex plugin, each config key with its field."""

from dataclasses import dataclass
from typing import Final, Literal

from transfer_stack.config_keys import FLAG, choice, key, strings, text

# Their SIDs are in the functions' environment, which has 4 KB.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_WORKFLOWS: Final = 50


@dataclass(frozen=True, slots=True)
class PluginSettings:
    """Which targets agents have, and how the plugin learns where the endpoints are."""

    workflows: tuple[str, ...] | None = key(
        "transferWorkflows",
        strings("workflow SIDs or friendly names", r"\S(.*\S)?"),
        "The workflows that chats can be transferred to. Without it all of the workspace but "
        "transfer workflows, this stack's and others'",
        default=None,
        example='["Billing"]',
    )
    targets_attribute: str = key(
        "transferTargetsAttribute",
        text(
            "the name of an attribute of workers, such as transfer_targets",
            r"[A-Za-z_][A-Za-z0-9_]{0,63}",
        ),
        "The attribute of a worker that lists the queues and workflows, by name or SID, which that "
        "agent may transfer to. An agent without the attribute may transfer to all",
        default="",
        example="transfer_targets",
    )
    unavailable_agents: Literal["wait", "refuse"] = key(
        "unavailableAgents",
        choice(("wait", "refuse")),
        "What becomes of a transfer to an agent who is not available. With `wait` the customer "
        "waits for them for `agentTimeoutSeconds`, `refuse` answers 409 and changes nothing",
        default="wait",
    )
    writes_ui_attributes: bool = key(
        "flexUiAttributes",
        FLAG,
        "Whether the stack writes its endpoint into Flex's configuration, as `flexChatTransfer` of "
        "`ui_attributes`, where the plugin finds it. An account has one Flex, so for one stack of "
        "the account",
        default=False,
    )
