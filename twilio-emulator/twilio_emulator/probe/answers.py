"""The file of answers: written, read, compared, turned into switches."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from twilio_emulator.probe.experiment import Meaning, Observation
from twilio_emulator.probe.runner import Result
from twilio_emulator.switches import Switches

_SID: Final = re.compile(r"\b([A-Z]{2})[0-9a-f]{32}\b")
# Of a long watch, so many looks at its begin and at its end are kept.
_KEPT: Final = 2
# What an answer's evidence has of a body; the rest is the account's own business.
_FIELDS: Final = (
    "account",
    "assignment_status",
    "code",
    "id",
    "message",
    "number",
    "request",
    "routing",
    "status",
    "target_workers",
    "task_queue_friendly_name",
    "task_queue_sid",
)


class Redaction:
    """Replaces SIDs by numbers: the same SID by the same number, so that evidence can be read."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def text(self, text: str) -> str:
        """Return a text without SIDs."""

        def number(found: re.Match[str]) -> str:
            count = self._numbers.setdefault(found[0], len(self._numbers) + 1)
            return f"{found[1]}-{count}"

        return _SID.sub(number, text)

    def observation(self, name: str, look: Observation) -> dict[str, Any]:
        """Return an observation's evidence."""
        body = look.body if isinstance(look.body, dict) else {}
        kept = {field: body[field] for field in _FIELDS if body.get(field) is not None}
        # An invite's routing has whatever its task has; its SID is all that counts.
        if isinstance(kept.get("routing"), dict):
            properties = kept["routing"].get("properties") or {}
            kept["routing"] = {"task": properties.get("sid")}
        entry = {"call": name, "sent": look.sent, "answered": look.at, "status": look.status}
        document: dict[str, Any] = json.loads(self.text(json.dumps({**entry, **kept})))
        return document


def document(
    results: Iterable[Result], when: datetime, region: str, about: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the answers as the file has them."""
    answers = {result.switch: _answer(result) for result in results}
    return {
        "date": when.isoformat(timespec="seconds"),
        "region": region,
        **about,
        "answers": answers,
    }


def _answer(result: Result) -> dict[str, Any]:
    redaction, finding = Redaction(), result.finding
    question = Switches.questions()[result.switch]
    meaning = next(m for m in result.experiment.meanings if m.switch == result.switch)
    return {
        "question": question.text,
        "page": question.page,
        "clear": finding.clear,
        "position": finding.position,
        "between": finding.between,
        "because": redaction.text(finding.because),
        "contradicts_page": contradicts(result, meaning),
        "experiment": result.experiment.name,
        "means": meaning.means,
        "evidence": _evidence(redaction, result.seen),
    }


def contradicts(result: Result, meaning: Meaning) -> bool:
    """Tell whether a page says otherwise: if pages differ, whether none says so."""
    finding = result.finding
    if not finding.clear or not meaning.page_says:
        return False
    if finding.between is None:
        return finding.position not in meaning.page_says
    low, high = finding.between
    return not any(low <= said <= high for said in meaning.page_says)


def _evidence(
    redaction: Redaction, seen: Mapping[str, Sequence[Observation]]
) -> list[dict[str, Any]]:
    evidence = []
    for name, looks in seen.items():
        short = len(looks) <= 2 * _KEPT
        kept = looks if short else [*looks[:_KEPT], *looks[-_KEPT:]]
        evidence += [redaction.observation(name, look) for look in kept]
    return evidence


def read(path: Path) -> dict[str, Any]:
    """Return a file of answers.

    Raises
    ------
    ValueError
        It is none.
    OSError
        It cannot be read.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
        for answer in found["answers"].values():
            answer["clear"], answer["position"], answer["between"]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{path}: expected a file that the probe wrote; {error!r}") from error
    return dict(found)


def switches(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the positions of the switches that a file answers clearly."""
    return {
        name: answer["position"] for name, answer in answers["answers"].items() if answer["clear"]
    }


@dataclass(frozen=True, slots=True)
class Change:
    """A switch whose answer is another one than it was."""

    switch: str
    before: Any
    now: Any


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    """Return which clear answers differ from those before; of times, if their bounds are apart."""
    found = []
    for name, answer in now["answers"].items():
        old = before["answers"].get(name)
        if old is None or not old["clear"] or not answer["clear"]:
            continue
        if not _agree(old, answer):
            found.append(Change(name, old["position"], answer["position"]))
    return found


def _agree(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if one["between"] is None or other["between"] is None:
        return bool(one["position"] == other["position"])
    # A look more or less is no change of Twilio's.
    slack = 1.0
    return bool(
        one["between"][0] <= other["between"][1] + slack
        and other["between"][0] <= one["between"][1] + slack
    )
