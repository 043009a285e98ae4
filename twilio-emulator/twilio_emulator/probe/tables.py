"""What people read: the plan of a run, its answers, what has changed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

from twilio_emulator.probe.answers import Change
from twilio_emulator.probe.experiment import Experiment

WIDTH: Final = 100
# https://www.twilio.com/en-us/messaging/pricing/conversations-api: the first 200 of a month are
# free; what a person costs beyond them, in US dollars.
ACTIVE_USER: Final = 0.05


def plan(experiments: Sequence[Experiment]) -> str:
    """Return what a run would do, with the number of calls and the cost."""
    lines = ["A run would do this. Nothing was sent to change anything; add --run to do it.", ""]
    for each in experiments:
        switches = ", ".join(meaning.switch for meaning in each.meanings)
        lines += [f"{each.name}: {switches}", *_indented(each.does)]
        for meaning in each.meanings:
            lines += _indented(f"{meaning.switch}: {meaning.means}.")
        lines += _indented(
            f"Makes {_objects(each)}. At most {each.calls} calls, and {each.seconds:.0f} s of "
            "waiting."
        )
        lines += _indented(f"Needs {each.needs}.") if each.needs else []
    calls = sum(each.calls for each in experiments)
    seconds = sum(each.seconds for each in experiments)
    lines += ["", *wrap(_sum(experiments, calls, seconds), WIDTH)]
    return "\n".join(lines)


def _sum(experiments: Sequence[Experiment], calls: int, seconds: float) -> str:
    tasks = sum(e.makes(k) for e in experiments for k in ("task", "interaction", "chat"))
    users = 1 + sum(each.makes("worker") for each in experiments)
    return (
        f"Together at most {calls} calls and {seconds / 60:.0f} minutes of waiting, and some 15 "
        f"calls for each experiment to clean up. Conversations' price list has active users: "
        f"{users}, at most {users * ACTIVE_USER:.2f} US dollars if the account has 200 others this "
        f"month. No one signs in to Flex, and no message is sent. {tasks} tasks are made: see what "
        f"they cost in your plan."
    )


def _objects(experiment: Experiment) -> str:
    kinds = (
        *("queue", "workflow", "worker", "task", "conversation", "interaction", "chat"),
        *("flow", "sink", "subscription"),
    )
    counts = [(kind, experiment.makes(kind)) for kind in kinds]
    made = [f"{number} {kind}{'s' * (number > 1)}" for kind, number in counts if number]
    return ", ".join(made) or "nothing"


def _indented(text: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent="    ", subsequent_indent="    ")


def answers(found: Mapping[str, Any]) -> str:
    """Return the answers as a table."""
    rows = [("switch", "position", "seen")]
    for name, answer in found["answers"].items():
        position = json.dumps(answer["position"]) if answer["clear"] else "unclear"
        mark = " (a page says otherwise)" if answer["contradicts_page"] else ""
        rows.append((name, position, answer["because"] + mark))
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = []
    for switch, position, because in rows:
        start = f"{switch:{widths[0]}}  {position:{widths[1]}}  "
        text = wrap(because, max(WIDTH - len(start), 30))
        lines += [start + text[0], *(" " * len(start) + more for more in text[1:])]
    return "\n".join(line.rstrip() for line in lines)


def drift(changed: Iterable[Change], since: str) -> str:
    """Return what has changed since a file."""
    lines = [
        f"{each.switch}: {json.dumps(each.before)}, now {json.dumps(each.now)}" for each in changed
    ]
    if not lines:
        return f"Nothing has changed since {since}."
    return "\n".join([f"Changed since {since}:", *lines])
