"""What the stack writes into Flex's configuration for the plugin."""

import pytest

from tests.infra.declared import CONFIG, DOMAIN, OFFERS, Program, declare

CONFIGURATION = "twilio:flex:Configuration"


def test_flex_is_left_alone_unless_the_config_says_so(program: Program) -> None:
    assert program.of_type(CONFIGURATION) == {}


@pytest.mark.parametrize(
    ("hand_over", "choices"),
    [("now", ["now"]), ("optional", ["now", "accepted"]), ("accepted", ["accepted", "now"])],
)
def test_the_plugin_finds_the_endpoint_and_the_choices(hand_over: str, choices: list[str]) -> None:
    offers = {**OFFERS, "flex-chat-transfer:handOver": hand_over}

    found = declare({**CONFIG, **offers}, flexUiAttributes="true")

    assert found.one(CONFIGURATION, "plugin").inputs == {
        "uiAttributes": {
            "flexChatTransfer": {"endpoint": found.outputs["endpoint"], "handOver": choices}
        }
    }


def test_it_is_the_companys_own_host_name_if_there_is_one() -> None:
    found = declare(domainName=DOMAIN, hostedZoneId="Z1", flexUiAttributes="true")

    written = found.one(CONFIGURATION, "plugin").inputs["uiAttributes"]["flexChatTransfer"]
    assert written["endpoint"] == f"https://{DOMAIN}"
