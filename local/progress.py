"""Shows how the stack comes up: a live display on a terminal, lines elsewhere."""

import time
from abc import abstractmethod
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from local.deployer import ResourceEvent

SHOWN_RESOURCES = 8


class Progress:
    """Shows the steps and the created resources; a context in which it may use the screen."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Leave the screen; what was printed stays."""

    @abstractmethod
    def step(self, text: str) -> None:
        """Show the step that begins now."""

    @abstractmethod
    def created(self, event: ResourceEvent) -> None:
        """Show a resource; called from several threads, one at a time."""

    @abstractmethod
    def done(self) -> None:
        """Show that the stack is up."""


class Lines(Progress):
    """One plain line for each thing, for pipes, files and terminals that cannot move the cursor."""

    _resources = 0

    def step(self, text: str) -> None:
        """Print the step."""
        self._print(f"{escape(text)} ...")

    def created(self, event: ResourceEvent) -> None:
        """Print the resource."""
        self._resources += 1
        self._print(
            f"  created {_type(event)} [bold]{escape(event.name)}[/] ({event.seconds:.1f} s)"
        )

    def done(self) -> None:
        """Print the number of resources."""
        self._print(f"{self._resources} resources created")

    def _print(self, markup: str) -> None:
        seconds = time.monotonic() - self._started
        self._console.print(f"[dim]{seconds:5.1f} s[/]  {markup}", soft_wrap=True)


class Display(Progress):
    """A display that changes in place: the step, and the resources created last.

    When it ends, the list of all resources stays on the screen.
    """

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._step = ""
        self._step_started = self._started
        self._events: list[ResourceEvent] = []
        self._spinner = Spinner("dots")
        self._live = Live(
            console=console, get_renderable=self._render, refresh_per_second=12, transient=True
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._live.stop()

    def step(self, text: str) -> None:
        """Show the step, and print how long the previous one took."""
        self._finish()
        self._step, self._step_started = text, time.monotonic()

    def created(self, event: ResourceEvent) -> None:
        """Add the resource to those shown."""
        self._events.append(event)

    def done(self) -> None:
        """Print all resources, which stay on the screen."""
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


def progress_on(console: Console) -> Progress:
    """Return the kind of display that suits the console."""
    moves = console.is_terminal and not console.is_dumb_terminal
    return Display(console) if moves else Lines(console)


def _resources(events: list[ResourceEvent]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1), pad_edge=False)
    # On a narrow terminal the type is cut short, and nothing is broken into two lines.
    for name in ("mark", "type", "name", "seconds"):
        table.add_column(no_wrap=name != "type")
    for event in events:
        kind = Text(_type(event), style="dim", no_wrap=True, overflow="ellipsis")
        table.add_row("[green]+[/]", kind, escape(event.name), f"{event.seconds:.1f} s")
    return table


def _type(event: ResourceEvent) -> str:
    """Return the type as Pulumi itself shows it: `aws:lambda:Function`."""
    package, module, name = event.type.split(":")
    return f"{package}:{module.partition('/')[0]}:{name}"
