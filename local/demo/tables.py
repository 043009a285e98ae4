"""Prints outcomes on the screen."""

import re
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from local.demo.contact_centre import View
from local.demo.outcome import Outcome

VERBS = {"accepted": "accepted", "rejected": "declined", "timeout": "did not answer"}
SID = re.compile("[A-Z]{2}[0-9a-f]{32}")
SHOWN_OF_SID = 10
MIN_LABEL = 14
# Below it there is no room for three columns.
NARROW = 72


def show_workflows(console: Console, workflows: list[dict[str, str]]) -> None:
    """Print the answer of get-workflows."""
    table = _table("none")
    for workflow in workflows:
        table.add_row(escape(workflow["friendlyName"]), f"[dim]{workflow['sid']}[/]")
    console.print("\n[bold]get-workflows[/] lists")
    _print(console, table)


def show_outcome(console: Console, number: int, outcome: Outcome, view: View) -> None:
    """Print a scene: the answer, both tasks, the attributes that were written, the members now."""
    console.print(f"\n[bold]{number}. {escape(outcome.scene.title)}[/]")
    table = _table("cyan")
    _add_answer(table, outcome, view)
    _add_tasks(table, outcome, view)
    if outcome.room:
        kind, state, present = outcome.room
        table.add_row(kind, f"{state}; in it: {', '.join(sorted(present))}")
    _print(console, table)
    if outcome.written:
        if console.width < NARROW:
            console.print("[cyan]Attributes[/]")
        _print(console, _attributes(outcome, view, "" if console.width < NARROW else "Attributes"))


def _add_answer(table: Table, outcome: Outcome, view: View) -> None:
    scene, sid = outcome.scene, outcome.before["sid"]
    name = view.people.get(outcome.target_sid, scene.target)
    target = name if scene.target_kind == "worker" else f"{scene.target_kind} {name}"
    sender = view.people[outcome.sender_sid]
    verb = "transfers" if scene.hand_over == "now" else "offers"
    warm = ", to join" if scene.hand_over == "warm" else ""
    table.add_row("Request", f"{sender} {verb} {_short(sid)} to {escape(target)}{warm}")
    colour = "green" if outcome.new else "yellow"
    answer = outcome.body.get("taskSid") or f"{outcome.body['code']}: {outcome.body['detail']}"
    # The time first: a long answer takes more than one line on a narrow terminal.
    taken = f"[{colour}]{outcome.status}[/] [dim]in {outcome.seconds:.2f} s[/]"
    table.add_row("Answer", f"{taken} {escape(answer)}")
    if outcome.repeated:
        status, body = outcome.repeated
        table.add_row("Sent again", f"[green]{status}[/] {body['taskSid']}, no further task")
    if outcome.messages:
        written = (f'{author}: "{text}"' for author, text in outcome.messages)
        table.add_row("Meanwhile", escape("\n".join(written)))


def _add_tasks(table: Table, outcome: Outcome, view: View) -> None:
    if outcome.new is not None:
        offers = "; ".join(
            f"{view.people[offer['worker_sid']]} {VERBS[offer['reservation_status']]}"
            for offer in outcome.offers
        )
        queue = outcome.new["task_queue_friendly_name"]
        table.add_row("Offered to", offers)
        if outcome.sender_sid in _queue_members(outcome, view):
            sender = view.people[outcome.sender_sid]
            table.add_row("Not asked", f"{sender}, who is in the queue too")
        if outcome.state:
            after = f"{outcome.ended_after:.1f} s after the last answer"
            table.add_row("Offer", f"{outcome.state} [dim]{after}[/]")
        source = f", from queue {escape(queue)}" if queue else ""
        table.add_row("New task", f"{outcome.new['assignment_status']}{source}")
    if outcome.both:
        table.add_row("Joined", f"in it: {', '.join(sorted(outcome.both.present))}")
    removed = sorted(set(outcome.before["attributes"]) - set(outcome.old["attributes"]))
    reason = f", reason: {outcome.old['reason']}" if outcome.old["reason"] else ""
    without = f", {', '.join(removed)} removed" if removed else ""
    changed = ", as it was" if outcome.new is None or outcome.scene.goes_back else ""
    table.add_row("Old task", f"{outcome.old['assignment_status']}{reason}{without}{changed}")


def _queue_members(outcome: Outcome, view: View) -> set[str]:
    return view.members(outcome.target_sid) if outcome.scene.target_kind == "queue" else set()


def _attributes(outcome: Outcome, view: View, label: str) -> Table:
    """Return the attributes that were written, with a name after each known SID."""
    names = {**view.people, outcome.before["sid"]: "the old task"}
    for kind in ("queues", "workflows"):
        names |= {sid: name for name, sid in view.seed[kind].items()}
    table = _table("cyan", width=MIN_LABEL if label else 0)
    table.columns[1].no_wrap = True
    table.add_column(overflow="fold")
    for index, (key, content) in enumerate(sorted(_flat(outcome.written).items())):
        shown = SID.sub(lambda sid: _named(sid[0], names), _readable(content))
        table.add_row("" if index else label, key, escape(shown))
    return table


def _flat(attributes: dict[str, Any]) -> dict[str, Any]:
    """Write nested attributes as ``outer.inner``."""
    flat: dict[str, Any] = {}
    for key, content in attributes.items():
        if isinstance(content, dict):
            flat |= {f"{key}.{inner}": value for inner, value in content.items()}
        else:
            flat[key] = content
    return flat


def _readable(content: Any) -> str:
    return ", ".join(map(str, content)) if isinstance(content, list) else str(content)


def _named(sid: str, names: dict[str, str]) -> str:
    return f"{_short(sid)} ({names[sid]})" if sid in names else _short(sid)


def _short(sid: str) -> str:
    return f"{sid[:SHOWN_OF_SID]}.."


def _table(label_style: str, *, width: int = MIN_LABEL) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(style=label_style, no_wrap=True, min_width=width)
    table.add_column(overflow="fold")
    return table


def _print(console: Console, table: Table) -> None:
    """Print a table without the spaces that fill its last column."""
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        console.out(line.rstrip(), highlight=False)
