"""The settings of a function, and where its calls go."""

import doctest
from typing import Any

import pytest

from chat_transfer.settings import ConfigurationError, Settings
from chat_transfer.targets import routing
from chat_transfer.twilio import client as twilio_client
from chat_transfer.twilio.client import emulator_url

ENVIRONMENT = {
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_WORKSPACE_SID": "WS1",
    "TWILIO_CHAT_TRANSFER_WORKFLOW_SID": "WW1",
    "TWILIO_SECRET_ARN": "arn:1",
}


def test_an_empty_variable_counts_as_unset() -> None:
    settings = Settings.from_environment({**ENVIRONMENT, "TWILIO_REGION": "", "TWILIO_EDGE": "e"})
    assert (settings.region, settings.edge) == (None, "e")
    with pytest.raises(ConfigurationError, match="TWILIO_WORKSPACE_SID, TWILIO_SECRET_ARN"):
        Settings.from_environment(
            {**ENVIRONMENT, "TWILIO_WORKSPACE_SID": "", "TWILIO_SECRET_ARN": ""}
        )


@pytest.mark.parametrize(
    ("url", "sent_to"),
    [
        ("https://taskrouter.twilio.com/v1/Workspaces", "http://e:1/taskrouter/v1/Workspaces"),
        ("https://flex-api.dublin.ie1.twilio.com/v1/C?a=b", "http://e:1/flex-api/v1/C?a=b"),
        ("http://e:1/taskrouter/v1/Tasks?Page=1", "http://e:1/taskrouter/v1/Tasks?Page=1"),
    ],
)
def test_a_call_to_an_emulator_has_the_product_as_its_first_path_segment(
    url: str, sent_to: str
) -> None:
    assert emulator_url(url, "http://e:1") == sent_to


@pytest.mark.parametrize("module", [routing, twilio_client])
def test_the_examples_in_the_docstrings_hold(module: Any) -> None:
    assert doctest.testmod(module).failed == 0
