"""The page on the switches, and the answers that were contributed."""

import json
from pathlib import Path
from typing import Any

import pytest

from twilio_emulator.probe.page import ANSWERS, PAGE, contributed, page
from twilio_emulator.switches import Switches


def answer(position: Any, *, clear: bool = True, **more: Any) -> dict[str, Any]:
    return {"clear": clear, "position": position, "between": None, "because": "It was | so", **more}


def put(folder: Path, name: str = "2027-01-15-us1.json", **changed: Any) -> None:
    document = {
        "date": "2027-01-15T09:00:00+00:00",
        "region": "us1",
        "emulated": False,
        "answers": {
            "refuses_second_close": answer(position=False),
            "evaluations_per_second": answer(5, contradicts_page=True),
            "search_lag": answer(None, clear=False),
        },
    }
    (folder / name).write_text(json.dumps({**document, **changed}), "utf-8")


def test_the_page_is_what_its_sources_say() -> None:
    found = contributed(ANSWERS)
    assert PAGE.read_text("utf-8") == page(found), "run python -m twilio_emulator.probe.page"
    told = (ANSWERS / "README.md").read_text("utf-8")
    assert ("There is none so far" in told) is not bool(found)
    assert ("No one has contributed an answer so far" in PAGE.read_text("utf-8")) is not bool(found)
    assert "no run against a real account has been made by us" in PAGE.read_text("utf-8").lower()


def test_answers_are_listed_with_dates_and_marks(tmp_path: Path) -> None:
    put(tmp_path, "2027-03-01-ie1.json", date="2027-03-01T09:00:00+00:00", region="ie1")
    put(tmp_path)
    lines = page(contributed(tmp_path)).splitlines()

    marked = "`5`, **a page says otherwise**"
    for place, day, file in (
        ("us1", "2027-01-15", "01-15-us1"),
        ("ie1", "2027-03-01", "03-01-ie1"),
    ):
        start = f"| [{day}](answers/2027-{file}.json) | {place} |"
        assert f"{start} `false` | It was \\| so |" in lines
        assert f"{start} {marked} | It was \\| so |" in lines
        assert f"{start} unclear | It was \\| so |" in lines
    overview = "| [`evaluations_per_second`](#evaluations_per_second) | `3` |"
    assert f"{overview} {marked}, {marked} |" in lines
    assert not [line for line in lines if "No one has contributed" in line]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"emulated": True}, "the answers of a real account"),
        ({"date": "soon"}, "expected a date"),
        ({"date": "2027-01-16T09:00:00+00:00"}, "2027-01-16-us1.json"),
        ({"region": "ie1"}, "2027-01-15-ie1.json"),
        ({"answers": {"no_switch": answer(1)}}, "no switches no_switch"),
        ({"answers": {"search_lag": answer("long")}}, "search_lag: expected"),
        ({"answers": {"search_lag": answer(1.0, evidence="WT" + "0" * 32)}}, "no SIDs"),
        ({"answers": []}, "a file that the probe wrote"),
    ],
)
def test_a_file_that_is_not_an_answer_is_refused(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    put(tmp_path, **changed)
    with pytest.raises(ValueError, match=said):
        contributed(tmp_path)


def test_the_page_names_each_switch_and_its_default() -> None:
    text = page({})
    for name, default in Switches().as_document().items():
        assert f"| [`{name}`](#{name}) | `{json.dumps(default)}` | none |" in text
        assert f"## `{name}`\n" in text
