"""Which queues and workflows are targets at all, and which of them are an agent's.

The stack names its workflows; if it names none, all are but transfer workflows, of whatever stack.
An agent has all of them unless an attribute of the worker, whose name the stack sets, lists those
that the agent may transfer to. An agent's browser can write that attribute, so it guides agents; it
is no barrier for one who wants to get round it.
https://twilio.github.io/twilio-taskrouter.js/Worker.html#setAttributes
"""

from collections.abc import Mapping
from typing import Any

from chat_transfer.http.problems import NotRouted
from chat_transfer.http.request import Target
from chat_transfer.settings import Settings
from chat_transfer.twilio.agents import Caller
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.tasks import Named

SECONDS = 10.0
# The names or SIDs that an agent may transfer to; None for all.
Names = frozenset[str] | None


def names_of(twilio: Twilio, caller: Caller) -> Names:
    """Read what an agent may transfer to; what is returned may be some seconds old.

    Raises
    ------
    TwilioFailure
        It could not be read, so nothing is allowed.
    """
    attribute, worker_sid = twilio.settings.targets_attribute, caller.worker_sid
    if attribute is None or worker_sid is None:
        return None
    attributes = twilio.warm.get(
        f"attributes of {worker_sid}",
        SECONDS,
        lambda: twilio.taskrouter.worker_attributes(worker_sid),
    )
    return names_in(attributes, attribute)


def names_in(attributes: Mapping[str, Any], attribute: str) -> Names:
    """What a worker's attribute lists: all without it, nothing if it is neither text nor list.

    Examples
    --------
    >>> names_in({"transfer_targets": ["Support"]}, "transfer_targets")
    frozenset({'Support'})
    """
    listed = attributes.get(attribute)
    if listed is None:
        return None
    entries = listed if isinstance(listed, list) else [listed]
    return frozenset(entry for entry in entries if isinstance(entry, str))


def is_allowed(names: Names, target: Named) -> bool:
    """Whether an agent may transfer to a queue or a workflow."""
    return names is None or not names.isdisjoint({target.sid, target.friendly_name})


def is_target(settings: Settings, workflow: Named) -> bool:
    """Whether a workflow is a target of this stack; its own transfer workflow never is."""
    if workflow.sid == settings.transfer_workflow_sid:
        return False
    if settings.workflows is not None:
        return workflow.sid in settings.workflows
    return not routes_transfers(workflow.configuration)


def routes_transfers(configuration: Mapping[str, Any]) -> bool:
    """Whether this is the configuration of a transfer workflow, of this stack or another one.

    Such a workflow routes a task by attributes that only a transfer writes.

    Examples
    --------
    >>> agent = {"queue": "WQ1", "known_worker_sid": "task.targetSid"}
    >>> to_agent = {"expression": "transferTargetType == 'worker'", "targets": [agent]}
    >>> routes_transfers({"task_routing": {"filters": [to_agent]}})
    True
    """
    filters = (configuration.get("task_routing") or {}).get("filters") or ()
    return any(
        "transferTargetType" in str(one.get("expression"))
        and any(target.get("known_worker_sid") == "task.targetSid" for target in one["targets"])
        for one in filters
        if one.get("targets")
    )


def check(settings: Settings, names: Names, target: Target, found: Named) -> None:
    """Refuse a queue or a workflow that is no target of the stack, or not of the agent.

    Raises
    ------
    NotRouted
        It is none.
    """
    if target.type == "workflow" and not is_target(settings, found):
        raise NotRouted(
            f"Workflow {found.sid} is no target of this deployment. Add it to transferWorkflows in "
            "the stack's configuration and deploy.",
            code="target_not_allowed",
        )
    if target.type != "worker" and not is_allowed(names, found):
        raise NotRouted(
            f"This agent may not transfer to {target.type} {found.sid}: the worker's attribute "
            f"{settings.targets_attribute} lists neither its name nor its SID.",
            code="target_not_allowed",
        )
