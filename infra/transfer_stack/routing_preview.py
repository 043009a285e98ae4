"""States the faults of the routing at a preview, before anything is deployed.

The workflow is the stack's own, so where a chat goes is known; what can be wrong with it is who is
in the queues. `python -m local check` finds out the same by simulation, for any workflow.
"""

from collections.abc import Sequence

import pulumi

import pulumi_twilio as twilio
from transfer_stack.routing import Queue
from transfer_stack.routing_findings import Route, Stage, findings
from transfer_stack.settings import RoutingSettings, StackSettings
from transfer_stack.workflow import NOT_WHO_TRANSFERRED

Workers = Sequence[twilio.taskrouter.outputs.GetWorkerResult]


class RoutingError(pulumi.RunError):
    """The routing has faults, and the stack's config asks for a stop: one line a fault."""


def check_routing(settings: StackSettings, queues: Sequence[Queue]) -> None:
    """Warn of queues that leave a chat waiting for no one; one look-up for each queue.

    An update is checked only with `strictRouting`: its preview has warned already.

    Raises
    ------
    RoutingError
        When there are such queues, with `strictRouting`.
    """
    if not (settings.routing.strict or pulumi.runtime.is_dry_run()):
        return
    workspace_sid = settings.routing.workspace_sid
    everyone = twilio.taskrouter.get_workers(workspace_sid=workspace_sid).workers
    found: list[str] = []
    for queue in queues:
        workers = twilio.taskrouter.get_workers(
            workspace_sid=workspace_sid, task_queue_sid=queue.sid
        ).workers
        found += findings(route_to(queue, workers, everyone, settings.routing))
    distinct = list(dict.fromkeys(found))
    if distinct and settings.routing.strict:
        lines = "\n".join(f"  {fault}" for fault in distinct)
        raise RoutingError(f"The routing has faults, nothing was changed:\n{lines}")
    for fault in distinct:
        pulumi.log.warn(fault)


def route_to(
    queue: Queue,
    workers: Workers,
    everyone: Workers,
    routing: RoutingSettings,
) -> Route:
    """Return where a chat goes that is transferred to a queue, by `workflow_configuration`.

    The agent who transfers it is the only worker of the queue, where there is only one.
    """
    first = sorted(everyone, key=lambda one: (not one.available, one.friendly_name))[:1]
    sender = workers if len(workers) == 1 else first
    queue_ends = routing.queue_timeout
    fallback_ends = queue_ends + routing.fallback_timeout
    expression = queue.target_workers or ""
    asked = NOT_WHO_TRANSFERRED
    name = queue.friendly_name
    stages = (
        _stage(name, expression, workers, asked, sender, 0, queue_ends),
        _stage("Everyone", "1==1", everyone, asked, sender, queue_ends, fallback_ends),
        _stage("Everyone", "1==1", everyone, "", sender, fallback_ends, None),
    )
    own = f"To queue {queue.sid}"
    who = sender[0].friendly_name if sender else "an agent"
    return Route(f"queue {name}", who, own, stages, reaches_target=True, meant=own)


def _stage(
    queue: str,
    queue_expression: str,
    workers: Workers,
    expression: str,
    sender: Workers,
    begins: int,
    ends: int | None,
) -> Stage:
    sids = {one.sid for one in sender}
    asked = [one for one in workers if not (expression and one.sid in sids)]
    by_name = sorted(asked, key=lambda one: one.friendly_name)
    return Stage(
        queue=queue,
        workers=len(workers),
        queue_expression=queue_expression,
        expression=expression,
        available=tuple(one.friendly_name for one in by_name if one.available),
        away=tuple(one.friendly_name for one in by_name if not one.available),
        has_sender=any(one.sid in sids for one in asked),
        only_sender={one.sid for one in workers} == sids,
        begins=begins,
        ends=ends,
    )
