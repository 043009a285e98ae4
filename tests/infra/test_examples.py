"""The examples of a stack's config, and the README's table of keys, against the code."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.infra.declared import AUTH_TOKEN, CONFIG, PRODUCTION, SECRETS
from tests.infra.readme_table import table_rows
from transfer_stack.config_reader import SettingsError
from transfer_stack.read_settings import read_settings
from transfer_stack.settings import Settings
from transfer_stack.settings_table import KEYS, NONE, REQUIRED, Key, markdown_table

PROJECT = "flex-chat-transfer"
ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / "Pulumi.dev.yaml"
EXAMPLE_PRODUCTION = ROOT / "Pulumi.production.yaml"
README = ROOT / "README.md"
PLACEHOLDER = "x" * 32


def read(config: dict[str, str], stack: str = "dev") -> Settings:
    return read_settings(config, SECRETS, project=PROJECT, stack=stack)


class _Asked(dict[str, str]):
    """Config that remembers which keys were looked up."""

    def __init__(self, config: dict[str, str]) -> None:
        super().__init__(config)
        self.keys_asked: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.keys_asked.add(key)
        return super().get(key, default)


def test_no_key_that_the_program_reads_is_missing_from_the_table() -> None:
    config = _Asked(CONFIG)

    read(config)

    assert config.keys_asked - {"aws:region"} == {key.name for key in KEYS}


@pytest.mark.parametrize(
    "key", [key for key in KEYS if key.default not in {REQUIRED, NONE}], ids=lambda key: key.name
)
def test_a_default_in_the_table_is_the_default(key: Key) -> None:
    without = {name: value for name, value in CONFIG.items() if name != key.name}
    value = key.default.replace("STACK", "dev")

    assert read({**without, key.name: value}) == read(without)


RANGES = [key for key in KEYS if re.match(r"\d+ to \d+(,|$)", key.allowed)]


@pytest.mark.parametrize("key", RANGES, ids=lambda key: key.name)
def test_a_range_in_the_table_is_the_range(key: Key) -> None:
    lowest, highest = map(int, re.findall(r"\d+", key.allowed)[:2])
    # The latency that alarms must be below the time-out.
    around = {**CONFIG, f"{PROJECT}:lambdaTimeoutSeconds": "29"}
    if key.name.endswith("lambdaTimeoutSeconds"):
        around[f"{PROJECT}:alarmLatencySeconds"] = "1"

    for value in (lowest, highest):
        read({**around, key.name: str(value)})
    for value in (lowest - 1, highest + 1):
        with pytest.raises(SettingsError) as caught:
            read({**around, key.name: str(value)})
        assert key.name in str(caught.value)


@pytest.mark.parametrize(
    "key",
    [key for key in KEYS if re.fullmatch(r"`\w+`(, `\w+`)+", key.allowed)],
    ids=lambda key: key.name,
)
def test_the_words_in_the_table_are_taken_and_no_other(key: Key) -> None:
    words = re.findall(r"\w+", key.allowed)

    for word in words:
        read({**CONFIG, key.name: word})
    with pytest.raises(SettingsError) as caught:
        read({**CONFIG, key.name: "another"})
    assert f"one of {', '.join(words)}" in str(caught.value)


def test_numbers_have_a_range_in_the_table() -> None:
    assert len(RANGES) == 12


def test_what_the_table_calls_required_is_required() -> None:
    with pytest.raises(SettingsError) as caught:
        read({"twilio:authToken": AUTH_TOKEN})

    missing = {problem.key for problem in caught.value.problems}
    assert missing == {key.name for key in KEYS if key.default == REQUIRED}


def test_the_dev_example_names_every_key_and_its_default() -> None:
    text = DEV.read_text()
    config = _as_config(re.sub(r"^  # (?=[a-z-]+:[a-zA-Z]+:|  )", "  ", text, flags=re.MULTILINE))

    assert config.keys() - {"aws:region"} == {key.name for key in KEYS}
    commented = config.keys() - _as_config(text).keys()
    defaults = {key.name: key.default.replace("STACK", "dev") for key in KEYS}
    for name in commented:
        if defaults[name] not in {REQUIRED, NONE}:
            assert config[name] == defaults[name], name


@pytest.mark.parametrize(
    ("example", "placeholders"),
    [
        (DEV, ["twilio:accountSid", "twilio:authToken", f"{PROJECT}:workspaceSid"]),
        (
            EXAMPLE_PRODUCTION,
            [
                "twilio:accountSid",
                "twilio:apiKeySid",
                "twilio:apiKeySecret",
                f"{PROJECT}:workspaceSid",
            ],
        ),
    ],
)
def test_an_example_is_right_but_for_its_placeholders(
    example: Path, placeholders: list[str]
) -> None:
    with pytest.raises(SettingsError) as caught:
        read(_as_config(example.read_text()))

    assert [problem.key for problem in caught.value.problems] == placeholders


def test_a_dev_stack_can_be_destroyed() -> None:
    assert _as_config(DEV.read_text())[f"{PROJECT}:protect"] == "false"
    assert f"{PROJECT}:protect" not in _as_config(EXAMPLE_PRODUCTION.read_text())


def test_the_tests_know_production_as_the_example_has_it() -> None:
    example = _as_config(EXAMPLE_PRODUCTION.read_text())
    differing = {"twilio:apiKeySecret", f"{PROJECT}:tagCommit", f"{PROJECT}:transferQueues"}
    same = {key: value for key, value in example.items() if PLACEHOLDER not in value}

    assert {key: PRODUCTION[key] for key in same.keys() - differing} == {
        key: same[key] for key in same.keys() - differing
    }
    assert PRODUCTION.keys() - differing == example.keys() - differing


@pytest.mark.skipif(not README.exists(), reason="there is no README.md to hold to it")
def test_the_readme_has_the_table_of_keys() -> None:
    assert table_rows(README.read_text()) == table_rows(markdown_table())


@pytest.mark.parametrize(
    ("change", "to"),
    [("`arm64`", "`x86_64`"), ("Each function", "Every function"), ("\n| `", "\n|| `")],
)
def test_a_table_that_differs_is_seen(change: str, to: str) -> None:
    readme = f"# Title\n\n{markdown_table()}\n\nMore.\n"

    assert table_rows(readme) == table_rows(markdown_table())
    assert table_rows(readme.replace(change, to, 1)) != table_rows(markdown_table())


def _as_config(text: str) -> dict[str, str]:
    """Turn a stack's file into what Pulumi hands a program."""
    values: dict[str, Any] = yaml.safe_load(text)["config"]
    return {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()
    }
