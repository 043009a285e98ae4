"""States the faults of the routing at a preview, and what becomes of the "Everyone" queue.

The workflow is the stack's own, so where a chat goes is known; what can be wrong with it is who is
in the queues. `python -m local check` finds out the same by simulation, for any workflow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pulumi

import pulumi_twilio as twilio
from transfer_stack.routing import EVERY_WORKER, EVERYONE, Queue
from transfer_stack.routing_findings import EveryoneQueue, Route, Stage, findings
from transfer_stack.settings import RoutingSettings, StackSettings
from transfer_stack.workflow import NOT_WHO_TRANSFERRED

Workers = Sequence[twilio.taskrouter.outputs.GetWorkerResult]


class RoutingError(pulumi.RunError):
    """The routing has faults, and the stack's config asks for a stop: one line a fault."""


@dataclass(frozen=True, slots=True)
class Members:
    """Who is in a queue, and the expression that these workers match."""

    expression: str
    workers: Workers


def check_routing(
    settings: StackSettings,
    queues: Sequence[Queue],
    everyone: Queue | None,
    invoke: pulumi.InvokeOptions,
) -> None:
    """Say what becomes of "Everyone", and warn of queues that leave a chat waiting for no one.

    It takes one look-up for each queue. An update is checked only with `strictRouting`: its
    preview has warned already.

    Raises
    ------
    RoutingError
        When there are such queues or "Everyone" would be changed, with `strictRouting`.
    """
    routing = settings.routing
    if not (routing.strict or pulumi.runtime.is_dry_run()):
        return
    workers_of = partial(_workers, routing, invoke)
    workers = workers_of(None)
    now = Members(everyone.target_workers or "", workers_of(everyone)) if everyone else None
    planned = now if now and routing.keeps_everyone else Members(EVERY_WORKER, workers)
    found: list[str] = []
    if everyone and now:
        queue = EveryoneQueue(
            everyone.sid, now.expression, len(now.workers), len(workers), routing.keeps_everyone
        )
        found += queue.findings()
        if not found:
            pulumi.log.info(queue.plan())
    for each in queues:
        members = Members(each.target_workers or "", workers_of(each))
        found += findings(route_to(each, members, planned, workers, routing))
    distinct = list(dict.fromkeys(found))
    if distinct and routing.strict:
        lines = "\n".join(f"  {fault}" for fault in distinct)
        raise RoutingError(f"The routing has faults, nothing was changed:\n{lines}")
    for fault in distinct:
        pulumi.log.warn(fault)


def _workers(
    routing: RoutingSettings, invoke: pulumi.InvokeOptions, queue: Queue | None
) -> Workers:
    return twilio.taskrouter.get_workers(
        workspace_sid=routing.workspace_sid,
        task_queue_sid=queue.sid if queue else None,
        opts=invoke,
    ).workers


def route_to(
    queue: Queue, members: Members, everyone: Members, senders: Workers, routing: RoutingSettings
) -> Route:
    """Return where a chat goes that is transferred to a queue, by `workflow_configuration`.

    Parameters
    ----------
    queue, members
        The queue, and who is in it.
    everyone
        Who is in "Everyone" after the deployment.
    senders
        Who may transfer the chat. It is the queue's only worker, if there is only one.
    routing
        The times that it waits.
    """
    first = sorted(senders, key=lambda one: (not one.available, one.friendly_name))[:1]
    sender = members.workers if len(members.workers) == 1 else first
    queue_ends = routing.queue_timeout
    fallback_ends = queue_ends + routing.fallback_timeout
    asked = NOT_WHO_TRANSFERRED
    stages = (
        _stage(queue.friendly_name, members, asked, sender, 0, queue_ends),
        _stage(EVERYONE, everyone, asked, sender, queue_ends, fallback_ends),
        _stage(EVERYONE, everyone, "", sender, fallback_ends, None),
    )
    own = f"To queue {queue.sid}"
    who = sender[0].friendly_name if sender else "an agent"
    return Route(f"queue {queue.friendly_name}", who, own, stages, reaches_target=True, meant=own)


def _stage(
    queue: str,
    members: Members,
    expression: str,
    sender: Workers,
    begins: int,
    ends: int | None,
) -> Stage:
    sids = {one.sid for one in sender}
    asked = [one for one in members.workers if not (expression and one.sid in sids)]
    by_name = sorted(asked, key=lambda one: one.friendly_name)
    return Stage(
        queue=queue,
        workers=len(members.workers),
        queue_expression=members.expression,
        expression=expression,
        available=tuple(one.friendly_name for one in by_name if one.available),
        away=tuple(one.friendly_name for one in by_name if not one.available),
        has_sender=any(one.sid in sids for one in asked),
        only_sender={one.sid for one in members.workers} == sids,
        begins=begins,
        ends=ends,
    )
