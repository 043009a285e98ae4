"""What a task can be transferred to, and whether the transfer workflow has a way to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TARGET_TYPES = {"WK": "worker", "WQ": "queue", "WW": "workflow"}


@dataclass(frozen=True, slots=True)
class Target:
    """A worker, a task queue or a workflow.

    Attributes
    ----------
    sid : str
        ``WK…``, ``WQ…`` or ``WW…``.
    """

    sid: str

    @property
    def type(self) -> str:
        """``worker``, ``queue`` or ``workflow``: the task's ``transferTargetType``."""
        return TARGET_TYPES[self.sid[:2]]


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


def _filter_targets(configuration: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for one_filter in (configuration.get("task_routing") or {}).get("filters") or ():
        yield from one_filter.get("targets") or ()
