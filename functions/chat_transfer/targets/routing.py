"""What the configuration of the transfer workflow says about a target.

https://www.twilio.com/docs/taskrouter/workflow-configuration
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chat_transfer.http.problems import NotRouted
from chat_transfer.http.request import Target
from chat_transfer.twilio.context import Twilio

CONFIGURATION_SECONDS = 60.0
HAND_OVER = "transferHandOver"
# As the stack writes it; a task that is not offered has no such attribute.
IS_OFFERED = f"{HAND_OVER} == 'accepted'"


def configuration_of(twilio: Twilio) -> Mapping[str, Any]:
    """Read the transfer workflow's configuration; what is returned may be a minute old."""
    sid = twilio.settings.transfer_workflow_sid
    return twilio.warm.get(
        sid, CONFIGURATION_SECONDS, lambda: twilio.taskrouter.workflow_configuration(sid)
    )


def workflow_of(target_sid: str, transfer_workflow_sid: str) -> str:
    """The workflow in which the new task for a target is made."""
    return target_sid if Target(target_sid).type == "workflow" else transfer_workflow_sid


def check_routed(twilio: Twilio, target: Target, configuration: Mapping[str, Any]) -> None:
    """Check that the transfer workflow has a way to the target.

    Parameters
    ----------
    configuration : Mapping
        As `configuration_of` gave it; it is read again before the target is refused.

    Raises
    ------
    NotRouted
        It has none.
    """
    own_sid = twilio.settings.transfer_workflow_sid
    if target.sid == own_sid:
        raise NotRouted(
            "The transfer workflow itself is no target: it routes the transfers to others. Choose "
            "an agent, a queue or another workflow.",
            code="target_not_routed",
        )
    if is_routed(configuration, target):
        return
    twilio.warm.forget(own_sid)
    if is_routed(configuration_of(twilio), target):  # since a moment ago
        return
    raise NotRouted(
        f"The transfer workflow {own_sid} has no way to {target.type} {target.sid}. Add the queue "
        "to transferQueues in the stack's configuration and deploy.",
        code="target_not_routed",
    )


def is_routed(configuration: Mapping[str, Any], target: Target) -> bool:
    """Tell whether a workflow's filters have a way to the target.

    A queue has to be the ``queue`` of a filter's target; a worker needs a target with
    ``known_worker_sid``. The default filter does not count: a task that reaches it has lost its
    target. A workflow routes by itself, so it needs no way.

    Parameters
    ----------
    configuration : Mapping
        The configuration of the transfer workflow.
    target : Target
        Where the task is to go.

    Examples
    --------
    >>> is_routed({"task_routing": {"filters": [{"targets": [{"queue": "WQ1"}]}]}}, Target("WQ1"))
    True
    """
    if target.type == "workflow":
        return True
    if target.type == "worker":
        return routes_to_agents(configuration)
    return target.sid in routed_queues(configuration)


def routes_to_agents(configuration: Mapping[str, Any]) -> bool:
    """Whether a workflow's filters lead to single agents, see `is_routed`."""
    return any(one.get("known_worker_sid") for one in _filter_targets(configuration))


def routed_queues(configuration: Mapping[str, Any]) -> frozenset[str]:
    """The SIDs of the queues that a workflow's filters lead to, see `is_routed`."""
    queues = (one.get("queue") for one in _filter_targets(configuration))
    return frozenset(queue for queue in queues if queue)


def never_cancels(configuration: Mapping[str, Any]) -> bool:
    """Tell whether a workflow keeps every task until an agent takes it.

    TaskRouter cancels a task that passes the last target of its filter, and one that no filter
    takes if there is no default filter. Which filter takes a task is not decided here, so each
    one has to end with a target that waits without a limit: no ``timeout``, no ``skip_if``.
    https://www.twilio.com/docs/taskrouter/workflow-configuration

    Examples
    --------
    >>> waits = {"targets": [{"queue": "WQ1", "timeout": 30}, {"queue": "WQ2"}]}
    >>> never_cancels({"task_routing": {"filters": [waits], "default_filter": {"queue": "WQ1"}}})
    True
    """
    if not (configuration.get("task_routing") or {}).get("default_filter"):
        return False
    taking = [one for one in _filters(configuration) if not _is_for_offers(one)]
    last_targets = [(one.get("targets") or [{"timeout": 0}])[-1] for one in taking]
    return all(one.get("timeout") is None and not one.get("skip_if") for one in last_targets)


def _is_for_offers(one_filter: Mapping[str, Any]) -> bool:
    expression = str(one_filter.get("expression"))
    return expression.endswith(f" AND {IS_OFFERED}") and " OR " not in expression.upper()


def _filter_targets(configuration: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for one_filter in _filters(configuration):
        yield from one_filter.get("targets") or ()


def _filters(configuration: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return (configuration.get("task_routing") or {}).get("filters") or ()
