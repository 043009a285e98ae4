"""Telling what goes on while the stack comes up: a live display on a terminal, lines elsewhere."""

import time
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from local.deployer import ResourceEvent

SHOWN_RESOURCES = 8


class Progress(Protocol):
    """Whoever hears how a stack comes up."""

    def step(self, text: str) -> None:
        """Hear what begins now."""

    def created(self, event: ResourceEvent) -> None:
        """Hear that a resource was created; called from several threads, one at a time."""

    def done(self) -> None:
        """Hear that the stack is up."""


class Silent:
    """Tells nobody."""

    def step(self, text: str) -> None:
        """Ignore what begins."""

    def created(self, event: ResourceEvent) -> None:
        """Ignore a resource."""

    def done(self) -> None:
        """Ignore the end."""


class Lines:
    """One plain line for each thing, for pipes, files and terminals that cannot move the cursor."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = time.monotonic()
        self._resources = 0

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End; what was printed stays."""

    def step(self, text: str) -> None:
        """Print what begins now."""
        self._print(f"{escape(text)} ...")

    def created(self, event: ResourceEvent) -> None:
        """Print a resource."""
        self._resources += 1
        self._print(
            f"  created {_type(event)} [bold]{escape(event.name)}[/] ({event.seconds:.1f} s)"
        )

    def done(self) -> None:
        """Print how much there was."""
        self._print(f"{self._resources} resources created")

    def _print(self, markup: str) -> None:
        seconds = time.monotonic() - self._started
        self._console.print(f"[dim]{seconds:5.1f} s[/]  {markup}", soft_wrap=True)


class Display:
    """A display that changes in place: the step, and the resources created last.

    When it ends, the list of all resources stays on the screen.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = time.monotonic()
        self._step = ""
        self._step_started = self._started
        self._events: list[ResourceEvent] = []
        self._spinner = Spinner("dots")
        self._live = Live(
            console=console, get_renderable=self._render, refresh_per_second=12, transient=True
        )

    def __enter__(self) -> Self:
        """Take the lower part of the screen."""
        self._live.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Give it back."""
        self._live.__exit__(kind, error, traceback)

    def step(self, text: str) -> None:
        """Show what begins now, and keep a line about what was before."""
        self._finish()
        self._step, self._step_started = text, time.monotonic()

    def created(self, event: ResourceEvent) -> None:
        """Show a resource."""
        self._events.append(event)

    def done(self) -> None:
        """Leave all resources on the screen."""
        self._finish()
        if self._events:
            self._console.print(_resources(self._events))
        self._console.print(f"[green]{len(self._events)} resources created[/]")

    def _finish(self) -> None:
        if self._step:
            seconds = time.monotonic() - self._step_started
            self._console.print(
                f"{escape(self._step)}: [green]done[/] [dim]({seconds:.1f} s)[/]", soft_wrap=True
            )
        self._step = ""

    def _render(self) -> RenderableType:
        seconds = time.monotonic() - self._started
        self._spinner.update(text=Text(f"{self._step}  {seconds:.1f} s"))
        if not self._events:
            return self._spinner
        return Group(_resources(self._events[-SHOWN_RESOURCES:]), self._spinner)


def progress_on(console: Console) -> Lines | Display:
    """Return what suits the console."""
    return (
        Display(console) if console.is_terminal and not console.is_dumb_terminal else Lines(console)
    )


def _resources(events: list[ResourceEvent]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1), pad_edge=False)
    for _ in ("mark", "type", "name", "seconds"):
        # On a narrow terminal a text is cut short, never broken into two lines.
        table.add_column(no_wrap=True)
    for event in events:
        table.add_row(
            "[green]+[/]", f"[dim]{_type(event)}[/]", escape(event.name), f"{event.seconds:.1f} s"
        )
    return table


def _type(event: ResourceEvent) -> str:
    """Return the type as Pulumi itself shows it: `aws:lambda:Function`."""
    package, module, name = event.type.split(":")
    return f"{package}:{module.partition('/')[0]}:{name}"
