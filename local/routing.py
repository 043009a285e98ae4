"""`check` and `route`: of a stack, or of the example centre of the emulated Twilio."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from local import LocalError
from local.stack import SECRETS, stack_config
from routing_check import RoutingCheckError
from routing_check.commands import check, route
from routing_check.stack import CheckedStack, checked_stack, open_stack
from twilio_emulator.seed import contact_centre
from twilio_emulator.server import serve


def show_routing(console: Console, chosen: Namespace) -> None:
    """Run the command that was chosen.

    Raises
    ------
    LocalError
        If something is wrong with the routing, or it could not be read.
    """
    try:
        with _read(chosen.stack) as (checked, where):
            if chosen.command == "check":
                check(console, checked, where)
            else:
                route(console, checked, where, chosen.target, chosen.sender)
    except RoutingCheckError as error:
        raise LocalError(str(error)) from error


@contextmanager
def _read(stack: str | None) -> Iterator[tuple[CheckedStack, str]]:
    if stack is not None:
        checked = checked_stack(stack)
        workspace_sid = checked.settings.routing.workspace_sid
        yield checked, f"Stack {checked.settings.stack}, workspace {workspace_sid}"
        return
    with serve(contact_centre()) as twilio:
        checked = open_stack(stack_config(twilio), SECRETS, "example")
        yield checked, "The example centre of the emulated Twilio"
