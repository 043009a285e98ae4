"""Experiments with TaskRouter alone: tasks in workflows of their own, and no worker."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from twilio_emulator.probe.experiment import (
    Burst,
    Call,
    Experiment,
    Finding,
    Make,
    Meaning,
    Observation,
    Seen,
    Watch,
    no,
    unclear,
    yes,
)
from twilio_emulator.probe.readings import time_until

WORKSPACE: Final = "taskrouter/v1/Workspaces/$workspace"
TASKS: Final = WORKSPACE + "/Tasks"
TASK: Final = TASKS + "/$task"
# No worker is a member.
NO_MEMBERS: Final = {"TargetWorkers": "1==2"}
NOT_FOUND: Final = 404
TOO_MANY: Final = 429
# A task that waits ends by itself after so many seconds, whatever becomes of the probe.
LIFE: Final = "240"


def _to(queue: str, **target: int) -> dict[str, object]:
    """Return a filter that all tasks match, with one target."""
    return {"expression": "1==1", "targets": [{"queue": queue, **target}]}


WAITING_TASK: Final = (
    Make("queue", "queue", NO_MEMBERS),
    Make(
        "workflow",
        "workflow",
        {"Configuration": {"task_routing": {"filters": [_to("$queue")]}}},
    ),
    Make(
        "task",
        "task",
        {
            "WorkflowSid": "$workflow",
            "Attributes": {"probe": "$workflow_name"},
            "Timeout": LIFE,
        },
        also={"attributes": "attributes"},
    ),
)


def is_over(look: Observation) -> bool:
    """Tell whether a look at a task found it canceled, completed or deleted."""
    return look.status == NOT_FOUND or look["assignment_status"] in {"canceled", "completed"}


# Where a task goes when the last target of its filter has timed out


def left_first_filter(look: Observation) -> bool:
    """Tell whether a look at the task found it over, or in the second queue."""
    return is_over(look) or str(look["task_queue_friendly_name"]).endswith("second")


def leads_to_next_filter(seen: Seen) -> Finding:
    """Read where the task was at last."""
    last, second = seen["looks"][-1], seen["second"][0]["sid"]
    if is_over(last):
        return no("The task was canceled when its filter's last target timed out")
    if last["task_queue_sid"] == second:
        return yes("The task was in the queue of the next filter")
    if last["task_queue_sid"] is None:
        return no("The task was in no queue any more, and not canceled either")
    return unclear("The task was in its first queue until the end")


NEXT_FILTER: Final = Experiment(
    "next-filter",
    "A task in a workflow of two filters that match it; the first has a target that times out "
    "after 5 s.",
    (
        Make("queue", "first", NO_MEMBERS),
        Make("queue", "second", NO_MEMBERS),
        Make(
            "workflow",
            "workflow",
            {
                "Configuration": {
                    "task_routing": {"filters": [_to("$first", timeout=5), _to("$second")]}
                }
            },
        ),
        Make("task", "task", {"WorkflowSid": "$workflow", "Timeout": LIFE}),
        Watch("looks", TASK, left_first_filter, seconds=30, every=2),
    ),
    (
        Meaning(
            "timeout_leads_to_next_filter",
            "true: it comes into the second filter's queue; false: it is canceled, or in no queue",
            leads_to_next_filter,
        ),
    ),
)

# How long a task is pending after its workflow has no queue for it

STRANDED: Final = Experiment(
    "last-target",
    "A task in a workflow whose only target times out after 5 s.",
    (
        Make("queue", "queue", NO_MEMBERS),
        Make(
            "workflow",
            "workflow",
            {"Configuration": {"task_routing": {"filters": [_to("$queue", timeout=5)]}}},
        ),
        Make("task", "task", {"WorkflowSid": "$workflow", "Timeout": LIFE}),
        Watch("looks", TASK, is_over, seconds=120),
    ),
    (
        Meaning(
            "cancels_unroutable_after",
            "the time until it is canceled, without the 5 s",
            lambda seen: time_until(
                seen["looks"], seen["task"][0], is_over, "The cancellation", after=5.0
            ),
        ),
    ),
)

# How soon a search sees a task, and how many searches there may be

_SEARCH: Final = {"EvaluateTaskAttributes": "probe == '$workflow_name'"}


def has_tasks(look: Observation) -> bool:
    """Tell whether a list of tasks is not empty."""
    return bool(look["tasks"])


SEARCH: Final = Experiment(
    "search",
    "A task with an attribute of its own, and searches for it.",
    (
        *WAITING_TASK,
        Watch("looks", TASKS, has_tasks, seconds=90, growth=1.1, fields=_SEARCH),
    ),
    (
        Meaning(
            "search_lag",
            "the time until a search finds it",
            lambda seen: time_until(seen["looks"], seen["task"][0], has_tasks, "The task"),
        ),
    ),
)

BURST: Final = 20


def answered_in_a_second(answers: Sequence[Observation]) -> Finding:
    """Read how many searches of most bursts were answered.

    A burst can lie on the border of two of Twilio's seconds, and others may search, too.
    """
    counts = []
    for first in range(0, len(answers), BURST):
        burst = answers[first : first + BURST]
        seconds = max(a.at for a in burst) - min(a.sent for a in burst)
        valid = all(a.ok or a.status == TOO_MANY for a in burst)
        if valid and seconds < 1:
            counts.append(sum(a.ok for a in burst))
    if not counts:
        return unclear("Calls failed, or the bursts took longer than a second")
    [(count, bursts)] = Counter(counts).most_common(1)
    because = f"Of bursts of {BURST} searches, {counts} were answered"
    if count == BURST or 2 * bursts <= len(counts):
        return unclear(because)
    return Finding(count, because)


RATE: Final = Experiment(
    "search-rate",
    f"{BURST} searches at once, three times.",
    (Burst("burst", TASKS, {"EvaluateTaskAttributes": "probe == '$run'"}, BURST),),
    (
        Meaning(
            "evaluations_per_second",
            "how many were answered before the first 429",
            lambda seen: answered_in_a_second(seen["burst"]),
            page_says=(3,),
        ),
    ),
)

# What an update without changes does


def etag_changes(seen: Seen) -> Finding:
    """Compare the ETags before and after the update."""
    before, after = (seen[name][-1] for name in ("before", "after"))
    tags = [dict(look.headers).get("etag") for look in (before, after)]
    kept = ("attributes", "assignment_status", "task_queue_sid", "priority")
    if None in tags:
        return unclear("An answer had no ETag")
    if any(before[name] != after[name] for name in kept):
        return unclear("The task changed otherwise")
    return Finding(tags[0] != tags[1], f"ETag {tags[0]} before, {tags[1]} after")


ETAG: Final = Experiment(
    "etag",
    "A task whose own attributes are sent to it again.",
    (
        *WAITING_TASK,
        Call("before", "GET", TASK),
        Call("update", "POST", TASK, {"Attributes": "$attributes"}),
        Call("after", "GET", TASK),
    ),
    (
        Meaning(
            "etag_changes_always",
            "true: the ETag is another one afterwards; false: it is the same",
            etag_changes,
        ),
    ),
)

# What an empty TargetWorkers is


def takes_everyone(seen: Seen) -> Finding:
    """Read what the answer to a queue without TargetWorkers has there."""
    expression = seen["queue"][0]["target_workers"]
    if expression == "":
        return no("The queue's target_workers are empty")
    if isinstance(expression, str):
        return yes(f"The queue's target_workers are {expression}")
    return unclear(f"The queue's target_workers are {expression!r}")


EMPTY: Final = Experiment(
    "empty-queue",
    "A queue with an empty TargetWorkers.",
    (Make("queue", "queue", {"TargetWorkers": ""}),),
    (
        Meaning(
            "ignores_empty_target_workers",
            "true: the answer has an expression; false: it is empty there, too",
            takes_everyone,
            page_says=(False,),
        ),
    ),
)

# How long a finished task can be read

READABLE: Final = 1200


def readable_for(seen: Seen) -> Finding:
    """Read when the task was gone; null stands for longer than any page says."""
    found = time_until(
        seen["looks"], seen["cancel"][0], lambda look: look.status == NOT_FOUND, "Its deletion"
    )
    if not found.clear and seen["looks"] and seen["looks"][-1].ok:
        return Finding(None, f"It could still be read after {READABLE} s, longer than pages say")
    return found


FINISHED: Final = Experiment(
    "finished-task",
    "A task is canceled, and read every 10 s for 20 minutes.",
    (
        *WAITING_TASK,
        Call("cancel", "POST", TASK, {"AssignmentStatus": "canceled"}),
        Watch(
            "looks",
            TASK,
            lambda look: look.status == NOT_FOUND,
            seconds=READABLE,
            every=10,
            growth=1,
        ),
    ),
    (
        Meaning(
            "deletes_finished_after",
            "the time until it is answered 404; null: longer than 20 minutes",
            readable_for,
            page_says=(300.0, 900.0),
        ),
    ),
    long=True,
)

EXPERIMENTS: Final = (NEXT_FILTER, STRANDED, SEARCH, RATE, ETAG, EMPTY, FINISHED)
