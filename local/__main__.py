"""`python -m local`: the whole system on this machine, with no account anywhere.

``demo`` shows real transfers and exits, ``up`` keeps everything running, ``up -d`` does so in the
background, ``status`` shows what runs there, and ``down`` stops it again. ``check`` and ``route``
tell where transfers go, also in a workspace of Twilio's.
"""

import os
import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from types import FrameType

try:
    from rich.console import Console
except ModuleNotFoundError as error:
    # Such as an environment for deployments, which has only infra/requirements.txt.
    sys.exit(
        f"error: {error.name} is not installed: run `make install`, or install requirements.txt"
    )

from local import ROOT, LocalError, background
from local.arguments import COMMAND, parse
from local.instructions import show_addresses, show_instructions
from local.isolation import isolate

INTERRUPTED = 130
PAGE_WIDTH = 100
RAISED_AGAIN_SECONDS = 0.01


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the process's exit code: 0, 1 for a failure, 2 for wrong usage."""
    chosen = parse(arguments)
    # A stack's config may be kept in S3 or encrypted by a KMS key, so its user's settings stay.
    if getattr(chosen, "stack", None) is None:
        isolate()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    console = _console()
    # Named for SIGINT too: a shell starts background jobs with it ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leaving(console))
    sys.unraisablehook = _raise_again
    try:
        _run(chosen, console)
    except KeyboardInterrupt:
        console.print("Stopped.")
        # Ctrl-C is how `up` is meant to end, and make would report anything but 0 as an error.
        return 0 if chosen.command == "up" and not chosen.detach else INTERRUPTED
    except LocalError as error:
        Console(stderr=True, highlight=False).print(
            f"error: {error}", style="bold red", markup=False, soft_wrap=True
        )
        return 1
    return 0


def _console() -> Console:
    """Return a console as wide as the terminal, or as a page if there is none."""
    console = Console(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PAGE_WIDTH
    return console


def _run(chosen: Namespace, console: Console) -> None:
    if chosen.command == "demo":
        from local.demo.command import demo  # noqa: PLC0415 - takes a second to import

        demo(console, chosen.package)
    elif chosen.command in {"check", "route"}:
        sys.path.append(str(ROOT / "infra"))  # where the routing check is
        from local.routing import show_routing  # noqa: PLC0415 - takes a second to import

        show_routing(console, chosen)
    elif chosen.command == "status":
        _status(chosen.name, console)
    elif chosen.command == "down":
        _down(chosen.name, console)
    elif chosen.detach:
        _up_in_background(chosen, console)
    else:
        _up(console, chosen)


def _up(console: Console, chosen: Namespace) -> None:
    """Keep a stack up until a signal comes; with a name, as one of those in the background."""
    from local.progress import progress_on  # noqa: PLC0415 - take a second to import
    from local.stack import local_stack  # noqa: PLC0415

    if chosen.lock is not None:
        # The name is this process's alone: what it starts must not keep it.
        os.set_inheritable(chosen.lock, False)  # noqa: FBT003 - it is called so
    with ExitStack() as held:
        with progress_on(console) as progress:
            started = local_stack(progress, chosen.origins, settings=dict(chosen.config))
            stack = held.enter_context(started)
        if chosen.background_name is not None:
            background.announce(chosen.background_name, stack.addresses)
        else:
            show_instructions(console, **stack.addresses)
            console.print("\nCtrl-C stops everything.")
        stack.aws.wait()


def _up_in_background(chosen: Namespace, console: Console) -> None:
    running = background.start(
        chosen.name or background.DEFAULT_NAME,
        lambda line: console.print(line, markup=False, soft_wrap=True),
        chosen.origins,
        dict(chosen.config),
    )
    assert running.addresses is not None
    show_instructions(console, **running.addresses)
    console.print(f"\n{running.name} runs in the background (process {running.pid}).")
    console.print(f"See it again:  {COMMAND} status {running.name}", soft_wrap=True)
    console.print(f"Stop it:       {COMMAND} down {running.name}", soft_wrap=True)


def _status(name: str | None, console: Console) -> None:
    """List the stacks in the background with their addresses, or show what to do with one."""
    found = background.running_stacks(name)
    for running in found:
        state = "" if running.addresses else ", not up yet"
        console.print(f"[bold]{running.name}[/] (process {running.pid or 'unknown'}{state})")
        if running.addresses:
            (show_instructions if name else show_addresses)(console, **running.addresses)
            console.print()
    if not found:
        console.print("Nothing runs in the background.")


def _down(name: str | None, console: Console) -> None:
    stopped = background.stop(name)
    console.print(
        f"Stopped {', '.join(stopped)}." if stopped else "Nothing runs in the background."
    )


def _leaving(console: Console) -> Callable[[int, FrameType | None], None]:
    """Return a handler that ends this process through its contexts, which stop what they began."""

    def leave(number: int, _frame: FrameType | None) -> None:
        # Stopping needs a few seconds: an impatient second Ctrl-C must not cut it off.
        for impatient in (signal.SIGINT, signal.SIGHUP):
            signal.signal(impatient, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with suppress(RuntimeError):  # when it came during a write to the same stream
            console.print("Stopping ...")
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(128 + number)

    return leave


def _raise_again(unraisable: "sys.UnraisableHookArgs") -> None:
    """Let a signal end this process that came during a finalizer, where Python drops exceptions.

    https://docs.python.org/3/library/sys.html#sys.unraisablehook
    """
    error = unraisable.exc_value
    if not isinstance(error, KeyboardInterrupt | SystemExit):
        sys.__unraisablehook__(unraisable)
        return

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise error

    signal.signal(signal.SIGALRM, leave)
    signal.setitimer(signal.ITIMER_REAL, RAISED_AGAIN_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
