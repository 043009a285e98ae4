"""Which tests a pull request runs."""

import runpy

import pytest

from local import ROOT

PARTS = runpy.run_path(str(ROOT / ".ci" / "parts"))
OWN = {
    "functions/transfer_chat.py": "tests/functions",
    "pulumi-twilio/pulumi_twilio/client.py": "tests/provider",
    "twilio-emulator/twilio_emulator/twilio.py": "twilio-emulator/tests",
}


@pytest.mark.parametrize("path", OWN)
def test_a_change_of_one_part_runs_its_own_tests_and_not_the_others(path: str) -> None:
    found = set(PARTS["folders"]([path]))
    assert found & set(OWN.values()) == {OWN[path]}
    assert {"tests/docs", "tests/github"} <= found


@pytest.mark.parametrize("path", ["requirements.txt", "pyproject.toml", "tests/conftest.py"])
def test_a_change_that_may_touch_everything_runs_everything(path: str) -> None:
    assert PARTS["folders"](["functions/transfer_chat.py", path]) == []


def test_a_change_of_pages_runs_the_tests_of_pages() -> None:
    assert PARTS["folders"](["README.md", "docs/cost.md"]) == ["tests/docs", "tests/github"]


def test_every_folder_that_is_named_exists_and_none_is_missing() -> None:
    named = {folder for each in PARTS["NEEDED"].values() for folder in each}
    assert all((ROOT / folder).is_dir() for folder in named)
    tests = {f"tests/{each.parent.name}" for each in ROOT.glob("tests/*/__init__.py")}
    assert tests <= named
