"""What CONTRIBUTING says of the layout."""

import importlib
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
LAYOUT = TEXT.partition("\n## Where things are\n")[2].partition("\n## ")[0]
TO_CHANGE = TEXT.partition("\n## What to change\n")[2].partition("\n## ")[0]
AT_NIGHT = TEXT.partition("\n## What runs at night\n")[2].partition("\n## ")[0]
FUNCTIONS = ROOT / "functions"


def modules(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.py")} - {"__init__.py"}


def test_the_layout_names_every_folder_every_handler_and_every_module_of_a_transfer() -> None:
    named = set(re.findall(r"`(\w+\.py)`", LAYOUT)) - {"__main__.py"}  # of the program
    folders = set(re.findall(r"\*\*`([\w-]+)/`\*\*", LAYOUT))
    of_python = {path.parts[len(ROOT.parts)] for path in ROOT.glob("[a-z]*/**/*.py")}

    assert named == {
        name
        for folder in ("", "chat_transfer", "chat_transfer/targets", "chat_transfer/transfer")
        for name in modules(FUNCTIONS / folder)
    }
    assert folders == {name for name in of_python if name not in {"docs", "build"}} | {
        "flex-plugin"
    }


def test_the_layout_tells_where_functions_are() -> None:
    assert re.findall(r"`(\w+)\.py`[^|,]*\(`(\w+)`\)", LAYOUT) == [("routing", "is_routed")]
    routing = importlib.import_module("chat_transfer.targets.routing")
    assert callable(routing.is_routed)


def test_what_is_to_be_changed_is_there() -> None:
    places = set(re.findall(r"`((?:[\w-]+/)+[\w.]*)`", TO_CHANGE))
    below = (ROOT, FUNCTIONS / "chat_transfer", ROOT / "pulumi-twilio" / "pulumi_twilio")

    assert places
    missing = {it for it in places if not any((folder / it).exists() for folder in below)}
    assert missing == {"docs/_index.md"}  # of the provider, which the row names
    assert (ROOT / "pulumi-twilio" / "docs" / "_index.md").exists()


def test_every_file_that_has_more_cases_at_night_is_listed() -> None:
    sampled = re.compile(r"mark\.sampled|\bIS_FULL\b|\bexamples\(")
    files = (ROOT / "tests").rglob("test_*.py")
    here = Path(__file__).name

    assert set(re.findall(r"`(?:\w+/)?(test_\w+\.py)`", AT_NIGHT)) == {
        path.name for path in files if sampled.search(path.read_text()) and path.name != here
    }
