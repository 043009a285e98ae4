"""Pulumi.dev.yaml and Pulumi.production.yaml against the declared keys."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.infra.declared import CONFIG, OFFERS, PRODUCTION, SECRETS
from transfer_stack.args_source import arguments_source
from transfer_stack.config_reference import ARGUMENTS_MODULE, development_stack
from transfer_stack.read_settings import SettingsError, read_settings
from transfer_stack.settings import KEYS

PROJECT = "flex-chat-transfer"
ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / "Pulumi.dev.yaml"
EXAMPLE_PRODUCTION = ROOT / "Pulumi.production.yaml"
PLACEHOLDER = "x" * 32


def test_the_dev_example_has_the_declared_keys() -> None:
    assert development_stack() == DEV.read_text()


def test_the_components_arguments_are_the_declared_keys() -> None:
    assert arguments_source() == ARGUMENTS_MODULE.read_text()


def test_a_value_that_the_dev_example_comments_out_is_valid() -> None:
    text = re.sub(r"^  # (?=[a-z-]+:[a-zA-Z]+:|  )", "  ", DEV.read_text(), flags=re.MULTILINE)
    examples = _as_config(text)
    valid = {key: value for key, value in examples.items() if PLACEHOLDER not in value}

    settings = read_settings(
        {**valid, **{key: CONFIG[key] for key in CONFIG if key in examples.keys() - valid.keys()}}
        | {"twilio:authToken": CONFIG["twilio:authToken"]}
        | {"twilio:apiKeySecret": ""}
        | OFFERS,
        SECRETS,
        project=PROJECT,
        stack="dev",
    )

    assert examples.keys() - {"aws:region"} == {key.full_name() for key in KEYS}
    assert settings.gateway.domain_name == "transfers.example.com"


@pytest.mark.parametrize(
    ("example", "placeholders"),
    [
        (DEV, {"twilio:accountSid", "twilio:authToken", f"{PROJECT}:workspaceSid"}),
        (
            EXAMPLE_PRODUCTION,
            {
                "twilio:accountSid",
                "twilio:apiKeySid",
                "twilio:apiKeySecret",
                f"{PROJECT}:workspaceSid",
            },
        ),
    ],
)
def test_an_example_has_no_errors_except_its_placeholders(
    example: Path, placeholders: set[str]
) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(_as_config(example.read_text()), SECRETS, project=PROJECT, stack="dev")

    assert {problem.key for problem in caught.value.problems} == placeholders


def test_a_dev_stack_can_be_destroyed() -> None:
    assert _as_config(DEV.read_text())[f"{PROJECT}:protect"] == "false"
    assert f"{PROJECT}:protect" not in _as_config(EXAMPLE_PRODUCTION.read_text())


def test_the_production_config_of_the_tests_is_the_example() -> None:
    example = _as_config(EXAMPLE_PRODUCTION.read_text())
    differing = {"twilio:apiKeySecret", f"{PROJECT}:tagCommit", f"{PROJECT}:transferQueues"}
    same = {key: value for key, value in example.items() if PLACEHOLDER not in value}

    assert {key: PRODUCTION[key] for key in same.keys() - differing} == {
        key: same[key] for key in same.keys() - differing
    }
    assert PRODUCTION.keys() - differing == example.keys() - differing


def _as_config(text: str) -> dict[str, str]:
    """Convert a stack's file to what Pulumi hands a program."""
    values: dict[str, Any] = yaml.safe_load(text)["config"]
    return {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()
    }
