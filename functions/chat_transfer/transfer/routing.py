"""What the transfer workflow does with a task, by the configuration that was read."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chat_transfer.http.request import Target


def is_routed(configuration: Mapping[str, Any], target: Target) -> bool:
    """Tell whether a workflow's filters have a way to the target.

    A queue has to be the ``queue`` of a filter's target; a worker needs a target with
    ``known_worker_sid``. The default filter does not count: a task that reaches it has lost its
    target. A workflow routes by itself, so it needs no way.

    Parameters
    ----------
    configuration : Mapping
        The configuration of the transfer workflow,
        https://www.twilio.com/docs/taskrouter/workflow-configuration.
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
        return any(one.get("known_worker_sid") for one in _filter_targets(configuration))
    return any(one.get("queue") == target.sid for one in _filter_targets(configuration))


def never_cancels(configuration: Mapping[str, Any]) -> bool:
    """Tell whether a workflow keeps every task until an agent takes it.

    TaskRouter cancels a task that passes the last target of its filter, and one that no filter
    takes where there is no default filter. Which filter takes a task is not decided here, so each
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
    last_targets = [(one.get("targets") or [{"timeout": 0}])[-1] for one in _filters(configuration)]
    return all(one.get("timeout") is None and not one.get("skip_if") for one in last_targets)


def _filter_targets(configuration: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for one_filter in _filters(configuration):
        yield from one_filter.get("targets") or ()


def _filters(configuration: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return (configuration.get("task_routing") or {}).get("filters") or ()
