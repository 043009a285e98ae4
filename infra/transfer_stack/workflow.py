"""Generates the transfer workflow's configuration: who is offered a task, when, for how long.

The handlers read the same document to find which targets are routed.

How TaskRouter reads it: the first filter whose expression matches the task's attributes takes it;
within that filter the task waits at each target for the target's timeout. A task that passes the
last target of its filter is cancelled, says one page, or goes on to the next filter that matches,
says the other. So the last target here never has a timeout. A waiting customer is offered to more
and more agents, and the task is not cancelled before its own time to live.

An offer is different: its agent still serves the customer, so the new task waits for its target
only, and is cancelled after that. It has filters of its own and matches no other.

Sources: https://www.twilio.com/docs/taskrouter/workflow-configuration and
https://www.twilio.com/docs/taskrouter/lifecycle-task-workflows-and-assignment
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

# The handlers write the attributes that the expressions name. By SID: an identity made by single
# sign-on (ana_40example_2Ecom) is not the worker's friendly name (ana@example.com).
# https://www.twilio.com/docs/taskrouter/expression-syntax
NOT_WHO_TRANSFERRED: Final = "worker.sid NOT IN task.ignoreWorkerSids"
IS_OFFERED: Final = "transferHandOver == 'accepted'"
IS_HANDED_OVER: Final = "transferHandOver == 'now'"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds that a transferred task waits for the agent or the queue, then for other agents.

    After `fallback` it is offered to every agent, without a limit.
    """

    agent: int
    queue: int
    fallback: int


def workflow_configuration(
    everyone: str, queues: Sequence[str], timeouts: Timeouts, *, offers: bool
) -> dict[str, Any]:
    """Return the configuration document of the transfer workflow.

    Parameters
    ----------
    everyone
        The SID of the queue that has every worker in it. It can be transferred to like the others.
    queues
        The SIDs of the queues that can be transferred to, in the order of their filters;
        repetitions are left out.
    timeouts
        How long the task waits at each target.
    offers
        Whether transfers can be offers: the agent stays until another one accepts.

    Returns
    -------
    dict
        A document with a filter for workers, one a queue, both once more for offers, and a default
        filter that no transfer of ours falls into.
    """
    agent = {"queue": everyone, "known_worker_sid": "task.targetSid", "timeout": timeouts.agent}
    ways = [("an agent", "transferTargetType == 'worker'", agent)]
    for queue in dict.fromkeys([*queues, everyone]):
        expression = f"transferTargetType == 'queue' AND targetSid == '{queue}'"
        target = {"queue": queue, "expression": NOT_WHO_TRANSFERRED, "timeout": timeouts.queue}
        ways.append((f"queue {queue}", expression, target))
    then = (
        {"queue": everyone, "expression": NOT_WHO_TRANSFERRED, "timeout": timeouts.fallback},
        {"queue": everyone},
    )
    to_offer = [
        _filter(f"Offered to {name}", f"{expression} AND {IS_OFFERED}", target)
        for name, expression, target in ways
    ]
    to_hand_over = [
        _filter(f"To {name}", f"{expression} AND {IS_HANDED_OVER}", target, *then)
        for name, expression, target in ways
    ]
    return {
        "task_routing": {
            "filters": [*(to_offer if offers else ()), *to_hand_over],
            "default_filter": {"queue": everyone},
        }
    }


def _filter(name: str, expression: str, *targets: dict[str, Any]) -> dict[str, Any]:
    return {
        "filter_friendly_name": name,
        "expression": expression,
        "targets": list(targets),
    }
