"""Prints routes and findings; as plain text if the output is no terminal."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from transfer_stack.routing_findings import Route, Stage, duration

_NAMED: Final = 1
_LISTED: Final = 20


def show_table(console: Console, title: str, routes: Sequence[Route]) -> None:
    """Print a row for each transfer."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold cyan")
    for column in ("Transfer to", "Offered to", "If all decline", "Back to sender", "In the end"):
        table.add_column(column, overflow="fold", no_wrap=column == "If all decline")
    for route in routes:
        if route.refused:
            table.add_row(escape(route.target), f"[red]{route.refused.answer}[/]", "-", "-", "-")
            continue
        first, later = route.stages[:1], route.stages[1:]
        table.add_row(
            escape(route.target),
            escape("; ".join(_offered(stage, _NAMED) for stage in first) or "no one"),
            escape("\n".join(f"at {duration(one.begins)}: {_brief(one)}" for one in later) or "-"),
            _back(route),
            _end(route),
        )
    console.print(f"\n[bold]{escape(title)}[/]", soft_wrap=True)
    _print(console, table)


def show_route(console: Console, title: str, route: Route) -> None:
    """Print each step of a transfer."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(style="cyan", no_wrap=True, min_width=14)
    table.add_column(overflow="fold")
    table.add_row("Transfer", f"{escape(route.sender)} transfers a chat to {escape(route.target)}")
    table.add_row("Workflow", escape(title))
    if route.refused:
        table.add_row("Answer", f"[red]{route.refused.answer}[/]: no new task is made")
        console.print()
        _print(console, table)
        return
    table.add_row("Filter", escape(route.filter or "none takes it: the default queue gets it"))
    for stage in route.stages:
        until = "no time limit" if stage.ends is None else f"until {duration(stage.ends)}"
        queue = f"Queue {stage.queue}, {until}; {_count(stage.workers)}"
        asked = f", only {stage.expression}" if stage.expression else ""
        table.add_row(f"At {duration(stage.begins)}", escape(f"{queue}{asked}"))
        table.add_row("", escape(f"Offered to {_offered(stage, _LISTED)}"))
    table.add_row("Back to sender", _back(route))
    table.add_row("In the end", _end(route))
    console.print()
    _print(console, table)


def show_findings(console: Console, found: Sequence[str]) -> None:
    """Print what is wrong."""
    if not found:
        console.print("\n[green]No faults found.[/]")
    for number, text in enumerate(found, 1):
        # In a pipe each is one line.
        console.print(f"\n[bold red]{number}.[/] {escape(text)}", soft_wrap=not console.is_terminal)


def _offered(stage: Stage, most: int) -> str:
    """Return how many workers are offered a chat, and their names unless there are more."""
    if stage.skipped:
        return "no one: a chat skips it"
    if not stage.offers:
        return "no one"
    names = [*stage.available, *(f"{name} (away)" for name in stage.away)]
    named = f": {', '.join(names)}" if len(names) <= most else ""
    return f"{_count(stage.offers)}, {len(stage.available)} now{named}"


def _brief(stage: Stage) -> str:
    return f"{stage.queue} ({'skipped' if stage.skipped else stage.offers or 'no one'})"


def _count(workers: int) -> str:
    return "1 worker" if workers == 1 else f"{workers} workers"


def _back(route: Route) -> str:
    after = route.returns_after
    return "never" if after is None else "at once" if after == 0 else f"after {duration(after)}"


def _end(route: Route) -> str:
    if route.dropped_after is not None:
        on = f", or on to {escape(route.leads_on_to)}" if route.leads_on_to else ""
        return f"[red]dropped after {duration(route.dropped_after)}{on}[/]"
    if not route.stages or not route.stages[-1].offers:
        return "[red]waits for no one[/]"
    return f"waits for {escape(route.stages[-1].queue)}"


def _print(console: Console, table: Table) -> None:
    """Print a table without the spaces that fill its last column."""
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        console.out(line.rstrip(), highlight=False)
