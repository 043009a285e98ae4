"""What the commands `check` and `route` show of a stack that was read."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rich.console import Console
from rich.markup import escape

from routing_check import RoutingCheckError
from routing_check.centre import Centre, Member
from routing_check.screens import show_findings, show_route, show_table
from routing_check.simulation import Simulation, Transfer
from routing_check.stack import CheckedStack, Version
from transfer_stack.routing_findings import findings


def check(console: Console, checked: CheckedStack, where: str) -> None:
    """Show where a transfer to each queue, to an agent and to the fallback goes, and what is wrong.

    Parameters
    ----------
    where
        What is checked, for the first line.

    Raises
    ------
    RoutingCheckError
        If something is wrong.
    """
    _show_source(console, where)
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


def route(
    console: Console, checked: CheckedStack, where: str, target: str, sender: str | None
) -> None:
    """Explain one transfer, step by step, or why the endpoint refuses it.

    Raises
    ------
    RoutingCheckError
        If something is wrong; see also `find_transfer`.
    """
    _show_source(console, where)
    transfer = find_transfer(checked.centre, target, sender)
    workflow = checked.centre.workflows.get(transfer.target_sid)
    versions = checked.versions()
    if workflow:
        versions = [Version(workflow.name, workflow.configuration)]
        is_own = workflow.name == checked.settings.routing.workflow_name
        transfer = replace(transfer, is_own=is_own)
    every: list[str] = []
    for version in versions:
        found = Simulation(version.configuration, checked.centre).route(transfer)
        show_route(console, version.title, found)
        show_findings(console, findings(found))
        every += findings(found)
    _end_with(list(dict.fromkeys(every)))


def _end_with(found: Sequence[str]) -> None:
    if found:
        raise RoutingCheckError("1 fault" if len(found) == 1 else f"{len(found)} faults")


def _transfers(centre: Centre, queue_sids: Sequence[str]) -> list[Transfer]:
    centre.read_members(queue_sids)
    targets = [*queue_sids, *(agent.sid for agent in centre.everyone()[:1])]
    return [find_transfer(centre, target) for target in targets]


def find_transfer(centre: Centre, target: str, sender: str | None = None) -> Transfer:
    """Return the transfer to a queue, workflow or worker, each by SID or name.

    Raises
    ------
    RoutingCheckError
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
    return Transfer("worker", agent.sid, f"agent {agent.friendly_name}", chosen)


def _worker(centre: Centre, wanted: str) -> Member | None:
    """Return the worker of that SID or name, or the only one whose name begins so before an @."""
    everyone = centre.everyone()
    found = [one for one in everyone if one.is_called(wanted)]
    found = found or [one for one in everyone if one.friendly_name.partition("@")[0] == wanted]
    return found[0] if len(found) == 1 else None


def _names(members: Iterable[Member]) -> list[str]:
    return [one.friendly_name for one in members]


def _unknown(kind: str, wanted: str, names: Sequence[str]) -> RoutingCheckError:
    known = {key.casefold(): name for name in names for key in (name.partition("@")[0], name)}
    close = [known[one] for one in difflib.get_close_matches(wanted.casefold(), known, n=3)]
    begin_so = [name for name in names if name.partition("@")[0] == wanted]
    meant = " or ".join(repr(name) for name in begin_so or dict.fromkeys(close))
    did = f" Did you mean {meant}?" if meant else ""
    return RoutingCheckError(f"The workspace has no {kind} {wanted!r}.{did}")


def _show_source(console: Console, where: str) -> None:
    console.print(f"[bold]{escape(where)}[/]; nothing is changed.", soft_wrap=True)
