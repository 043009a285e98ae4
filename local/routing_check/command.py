"""The commands `check` and `route`."""

from collections.abc import Sequence

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
    if distinct:
        raise LocalError("1 fault" if len(distinct) == 1 else f"{len(distinct)} faults")


def route(console: Console, stack: str | None, target: str, sender: str | None) -> None:
    """Explain one transfer, step by step; see `checked_stack` and `find_transfer`."""
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
    for version in versions:
        found = Simulation(version.configuration, checked.centre).route(transfer)
        show_route(console, version.title, found)
        show_findings(console, findings(found))


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
    for sid in centre.queues_named(target):
        is_fallback = sid == centre.everyone_sid
        label = "the fallback, Everyone" if is_fallback else f"queue {centre.queues[sid].name}"
        return Transfer("queue", sid, label, chosen)
    for workflow in centre.workflows.values():
        if target in workflow[:2]:
            return Transfer("workflow", workflow.sid, f"workflow {workflow.name}", chosen)
    agent = _worker(centre, target)
    return Transfer("worker", agent.worker.sid, f"agent {agent.name}", chosen)


def _worker(centre: Centre, wanted: str) -> Member:
    for member in centre.everyone():
        if member.is_called(wanted):
            return member
    raise LocalError(f"The workspace has no queue, workflow or worker {wanted!r}")


def _show_source(console: Console, checked: CheckedStack) -> None:
    settings = checked.settings
    where = "The example centre of the emulated Twilio"
    if settings.stack != EXAMPLE:
        where = f"Stack {settings.stack}, workspace {settings.routing.workspace_sid}"
    console.print(f"[bold]{escape(where)}[/]; nothing is changed.", soft_wrap=True)
