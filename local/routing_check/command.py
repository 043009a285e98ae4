"""The commands `check` and `route`."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rich.console import Console
from rich.markup import escape

from local import LocalError
from local.routing_check.centre import Centre, Member
from local.routing_check.screens import show_findings, show_route, show_table
from local.routing_check.simulation import Simulation, Transfer
from local.routing_check.stack import EXAMPLE, CheckedStack, Version, checked_stack
from transfer_stack.routing_findings import findings


def check(console: Console, stack: str | None) -> None:
    """Show where a transfer to each queue, to an agent and to the fallback goes, and what is wrong.

    Raises
    ------
    LocalError
        When something is wrong; see also `checked_stack`.
    """
    with checked_stack(stack) as checked:
        report(console, checked)


def report(console: Console, checked: CheckedStack) -> None:
    """Do the same for a stack that was read already."""
    _show_source(console, checked)
    centre = checked.centre
    found = list(checked.unknown)
    for version in checked.versions():
        simulation = Simulation(version.configuration, centre)
        routes = [simulation.route(each) for each in _transfers(centre, checked.queue_sids)]
        show_table(console, version.title, routes)
        found += [fault for each in routes for fault in findings(each)]
    distinct = list(dict.fromkeys(found))
    show_findings(console, distinct)
    _end_with(distinct)


def route(console: Console, stack: str | None, target: str, sender: str | None) -> None:
    """Explain one transfer, step by step, or why the endpoint refuses it.

    Raises
    ------
    LocalError
        When something is wrong; see also `checked_stack` and `find_transfer`.
    """
    with checked_stack(stack) as checked:
        explain(console, checked, target, sender)


def explain(console: Console, checked: CheckedStack, target: str, sender: str | None) -> None:
    """Do the same for a stack that was read already."""
    _show_source(console, checked)
    transfer = find_transfer(checked.centre, target, sender)
    workflow = checked.centre.workflows.get(transfer.target_sid)
    versions = checked.versions()
    if workflow:
        versions = [Version(workflow.name, workflow.configuration)]
        is_own = workflow.name == checked.settings.routing.workflow_name
        transfer = replace(transfer, is_own=is_own)
    every: list[str] = []
    for version in versions:
        route = Simulation(version.configuration, checked.centre).route(transfer)
        show_route(console, version.title, route)
        show_findings(console, findings(route))
        every += findings(route)
    _end_with(list(dict.fromkeys(every)))


def _end_with(found: Sequence[str]) -> None:
    if found:
        raise LocalError("1 fault" if len(found) == 1 else f"{len(found)} faults")


def _transfers(centre: Centre, queue_sids: Sequence[str]) -> list[Transfer]:
    centre.read_members(queue_sids)
    targets = [*queue_sids, *(agent.worker.sid for agent in centre.everyone()[:1])]
    return [find_transfer(centre, target) for target in targets]


def find_transfer(centre: Centre, target: str, sender: str | None = None) -> Transfer:
    """Return the transfer to a queue, workflow or worker, each by SID or name.

    Raises
    ------
    LocalError
        When the workspace has no such target or sender.
    """
    chosen = _worker(centre, sender) if sender else None
    if sender and not chosen:
        raise _unknown("worker", sender, _names(centre.everyone()))
    for sid in centre.queues_named(target):
        is_fallback = sid == centre.everyone_sid
        label = "the fallback, Everyone" if is_fallback else f"queue {centre.queues[sid].name}"
        return Transfer("queue", sid, label, chosen)
    for workflow in centre.workflows.values():
        if target in workflow[:2]:
            return Transfer("workflow", workflow.sid, f"workflow {workflow.name}", chosen)
    agent = _worker(centre, target)
    if not agent:
        names = [one.name for one in centre.queues.values()]
        names += [one.name for one in centre.workflows.values()]
        names += _names(centre.everyone())
        raise _unknown("queue, workflow or worker", target, names)
    return Transfer("worker", agent.worker.sid, f"agent {agent.name}", chosen)


def _worker(centre: Centre, wanted: str) -> Member | None:
    """Return the worker of that SID or name, or the only one whose name begins so before an @."""
    everyone = centre.everyone()
    found = [one for one in everyone if one.is_called(wanted)]
    found = found or [one for one in everyone if one.name.partition("@")[0] == wanted]
    return found[0] if len(found) == 1 else None


def _names(members: Iterable[Member]) -> list[str]:
    return [one.name for one in members]


def _unknown(kind: str, wanted: str, names: Sequence[str]) -> LocalError:
    known = {key.casefold(): name for name in names for key in (name.partition("@")[0], name)}
    close = [known[one] for one in difflib.get_close_matches(wanted.casefold(), known, n=3)]
    begin_so = [name for name in names if name.partition("@")[0] == wanted]
    meant = " or ".join(repr(name) for name in begin_so or dict.fromkeys(close))
    did = f" Did you mean {meant}?" if meant else ""
    return LocalError(f"The workspace has no {kind} {wanted!r}.{did}")


def _show_source(console: Console, checked: CheckedStack) -> None:
    settings = checked.settings
    where = "The example centre of the emulated Twilio"
    if settings.stack != EXAMPLE:
        where = f"Stack {settings.stack}, workspace {settings.routing.workspace_sid}"
    console.print(f"[bold]{escape(where)}[/]; nothing is changed.", soft_wrap=True)
