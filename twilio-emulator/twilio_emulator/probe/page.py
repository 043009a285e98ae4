"""Writes the page on the switches, ``docs/switches.md``, with the answers that were contributed.

Run ``python -m twilio_emulator.probe.page`` in a clone after a switch, an experiment or a file of
answers has changed. A test holds the page to what this writes.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from twilio_emulator.probe import answers
from twilio_emulator.probe.catalogue import EXPERIMENTS
from twilio_emulator.probe.experiment import Experiment
from twilio_emulator.switches import Question, Switches

DOCS: Final = Path(__file__).parents[2] / "docs"
PAGE: Final = DOCS / "switches.md"
ANSWERS: Final = DOCS / "answers"
_SID: Final = re.compile(r"\b[A-Z]{2}[0-9a-f]{32}\b")

_TOP: Final = """\
# The switches, and what accounts have answered

Each switch is a question that Twilio's documentation leaves open, or answers in two ways. The
emulated Twilio takes either answer: see [options](../README.md#options).
[`probe`](../README.md#ask-the-real-twilio) asks an account.
"""
_NONE: Final = """\
**No one has contributed an answer so far, and no run against a real account has been made by us.**
So every default rests on Twilio's pages alone.
"""
_SOME: Final = """\
No run against a real account has been made by us: the answers below come from those who ran it. If
one contradicts a page of Twilio's, it says so. Defaults rest on Twilio's pages alone.
"""
_HOW: Final = """\
## Contribute an answer

1. Run `python -m twilio_emulator probe --run --workspace WS…` in an account for tests: see [what it
   does and removes](../README.md#ask-the-real-twilio). With `--events-url`, it asks for the events
   too.
2. Read `probe-answers.json`. It has no token, and numbers stand for SIDs.
3. Put it into `docs/answers` as `DATE-REGION.json`, such as `2027-01-15-us1.json`; a second one of
   a day gets a letter.
4. Run `python -m twilio_emulator.probe.page`, and open a pull request with both files.

Files of an emulated Twilio are refused.
"""


def contributed(folder: Path) -> dict[str, Mapping[str, Any]]:
    """Return the files of answers in a folder by name, the oldest first.

    Raises
    ------
    ValueError
        One is no file of the probe's, or of an emulated Twilio, has SIDs, or a wrong name.
    """
    found = {path.name: _checked(path) for path in folder.glob("*.json")}
    return dict(sorted(found.items(), key=lambda item: str(item[1]["date"])))


def _checked(path: Path) -> Mapping[str, Any]:
    found = answers.read(path)
    date, region = str(found.get("date")), found.get("region")
    unknown = set(found["answers"]) - set(Switches.questions())
    if unknown:
        raise ValueError(f"{path}: there are no switches {', '.join(sorted(unknown))}")
    Switches().change(answers.switches(found))
    try:
        day = datetime.fromisoformat(date).date().isoformat()
    except ValueError:
        raise ValueError(f"{path}: expected a date, not {date}") from None
    if found.get("emulated") is not False:
        raise ValueError(f"{path}: expected the answers of a real account")
    if _SID.search(json.dumps(found)):
        raise ValueError(f"{path}: expected no SIDs; see the evidence in it")
    if not re.fullmatch(rf"{day}-{region}[a-z]?\.json", path.name):
        raise ValueError(f"{path}: expected the name {day}-{region}.json, by its date and region")
    return found


def page(found: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the page with the answers of these files."""
    defaults = Switches().as_document()
    by_switch = {m.switch: (one, m.means) for one in EXPERIMENTS for m in one.meanings}
    parts = [_TOP, _SOME if found else _NONE, _table(defaults, found), _HOW]
    for name, question in Switches.questions().items():
        experiment, means = by_switch[name]
        parts.append(_part(name, question, experiment, means))
        parts += [_answers(name, found)] if _of(name, found) else []
    return "\n".join(parts)


def _table(defaults: Mapping[str, Any], found: Mapping[str, Mapping[str, Any]]) -> str:
    lines = ["| switch | default | contributed |", "| --- | --- | --- |"]
    for name, default in defaults.items():
        told = ", ".join(_short(one) for _, one in _of(name, found)) or "none"
        lines.append(f"| [`{name}`](#{name}) | `{json.dumps(default)}` | {told} |")
    return "\n".join([*lines, ""])


def _short(answer: Mapping[str, Any]) -> str:
    if not answer["clear"]:
        return "unclear"
    mark = ", **a page says otherwise**" if answer.get("contradicts_page") else ""
    return f"`{json.dumps(answer['position'])}`{mark}"


def _part(name: str, question: Question, experiment: Experiment, means: str) -> str:
    needs = f" It needs {experiment.needs}." if experiment.needs else ""
    return (
        f"## `{name}`\n\n{question.text} See [the page]({question.page}).\n\n"
        f"- By hand: {question.seen}\n"
        f"- `--only {experiment.name}`: {experiment.does}{needs}\n"
        f"- Its answer: {means}.\n"
    )


def _answers(name: str, found: Mapping[str, Mapping[str, Any]]) -> str:
    lines = ["| date | region | answer | seen |", "| --- | --- | --- | --- |"]
    for file, one in _of(name, found):
        about = found[file]
        day = f"[{str(about['date'])[:10]}](answers/{file})"
        because = str(one.get("because", "")).replace("|", "\\|")
        lines.append(f"| {day} | {about['region']} | {_short(one)} | {because} |")
    return "\n".join([*lines, ""])


def _of(
    name: str, found: Mapping[str, Mapping[str, Any]]
) -> Sequence[tuple[str, Mapping[str, Any]]]:
    return [
        (file, about["answers"][name]) for file, about in found.items() if name in about["answers"]
    ]


if __name__ == "__main__":
    PAGE.write_text(page(contributed(ANSWERS)), "utf-8")
