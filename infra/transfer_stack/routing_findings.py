"""States what is wrong with where a transferred chat goes, in words for administrators.

Pure: it knows neither Pulumi nor Twilio nor the emulator, so whatever finds out how a chat is
routed states its faults in the same words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_NO_WAY: Final = (
    "no filter of the workflow leads there. Add the queue to transferQueues, or run `pulumi up` "
    "where the workflow was changed by hand."
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A target of the workflow that a transferred chat comes to.

    Attributes
    ----------
    queue, workers
        The name of the target's queue, and how many workers are in it.
    queue_expression
        What the queue's workers match; None if the workspace has no such queue.
    expression
        What the target asks of these workers; empty for nothing.
    available, away
        The names of the workers who match: those who are offered a chat now, and the others.
    has_sender, only_sender
        Whether the agent who transferred the chat is among them, or is alone in the queue.
    begins, ends
        Seconds after the transfer; `ends` is None if the chat stays until its task expires.
    skipped
        Whether the chat leaves the target at once.
    """

    queue: str
    workers: int
    queue_expression: str | None
    expression: str
    available: tuple[str, ...]
    away: tuple[str, ...]
    has_sender: bool
    only_sender: bool
    begins: int
    ends: int | None
    skipped: bool = False

    @property
    def offers(self) -> int:
        """Return how many workers can be offered a chat here."""
        return 0 if self.skipped else len(self.available) + len(self.away)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer of `POST /transfer-chat` to a transfer that it refuses because of its target."""

    answer: str
    advice: str


def refusal(*, is_routed: bool, is_own: bool, is_to_sender: bool) -> Refusal | None:
    """Return how the endpoint refuses a transfer; None if it makes a task.

    Parameters
    ----------
    is_routed, is_own
        Whether the transfer workflow has a way to the target, and is the target itself.
    is_to_sender
        Whether the target is the agent who transfers.
    """
    if is_to_sender:
        return Refusal(
            "409 target_holds_task", "that agent has the chat already. Choose another one."
        )
    if is_own:
        advice = (
            "it is the stack's own workflow, which routes transfers to others. Choose another one."
        )
        return Refusal("422 target_not_routed", advice)
    return None if is_routed else Refusal("422 target_not_routed", _NO_WAY)


@dataclass(frozen=True, slots=True)
class Route:
    """Where one transferred chat goes when everyone declines it.

    Attributes
    ----------
    target, sender
        What it is transferred to, such as "queue Sales", and the name of the agent who does it.
    filter
        The name of the filter that takes it; None if none does, and the default queue gets it.
    stages
        The targets that it comes to, in order.
    reaches_target
        Whether one of them is the one that it was transferred to.
    meant
        The first filter whose expression holds and that has that target; None if none does.
    leads_on_to
        The filter that takes it after its last target, by one of Twilio's two pages; None if there
        is none.
    refused
        How the endpoint refuses the transfer: then there is nothing to route, and no stage.
    """

    target: str
    sender: str
    filter: str | None
    stages: tuple[Stage, ...]
    reaches_target: bool
    meant: str | None
    leads_on_to: str | None = None
    refused: Refusal | None = None

    @property
    def dropped_after(self) -> int | None:
        """Return after how many seconds TaskRouter cancels it; None if it keeps waiting.

        Sources: https://www.twilio.com/docs/taskrouter/lifecycle-task-workflows-and-assignment, and
        https://www.twilio.com/docs/taskrouter/workflow-configuration for `leads_on_to`.
        """
        last = self.stages[-1] if self.stages else None
        return (last.begins if last.skipped else last.ends) if last else 0

    @property
    def returns_after(self) -> int | None:
        """Return after how many seconds its sender is offered it again; None for never."""
        back = (stage.begins for stage in self.stages if stage.has_sender and not stage.skipped)
        return next(back, None)


@dataclass(frozen=True, slots=True)
class EveryoneQueue:
    """The "Everyone" queue as it is in the workspace, before a deployment.

    Attributes
    ----------
    sid, expression
        Its SID, and what its workers match.
    workers, all_workers
        How many workers match, and how many the workspace has.
    stays
        Whether the stack leaves it as it is.
    """

    sid: str
    expression: str
    workers: int
    all_workers: int
    stays: bool

    def plan(self) -> str:
        """Return what the workspace has, and what becomes of it if there are no findings."""
        found = f"Queue Everyone ({self.sid}) is in the workspace, with {self._who}."
        if not self.stays:
            return f"{found} If the preview says 'create', the stack takes this queue as it is."
        kept = f"{found} It stays as it is (keepEveryoneQueue)"
        if self._is_narrowed:
            return f"{kept}: a chat for an agent who is not in it is not offered to that agent."
        return f"{kept}."

    def findings(self) -> list[str]:
        """Return what has to be decided before a deployment."""
        if self._is_narrowed and not self.stays:
            change = (
                "`pulumi up` sets that to 1==1 when it takes the queue, and after `pulumi "
                "refresh`: every workflow that uses the queue then offers tasks to every worker."
            )
            keep = "To leave it as it is: pulumi config set keepEveryoneQueue true."
            return [f"Queue Everyone ({self.sid}) has {self._who}. {change} {keep}"]
        if not self.workers and self.stays:
            end = "In the end a chat waits there for no one."
            return [f"Queue Everyone ({self.sid}) has {self._who}. {end}"]
        return []

    @property
    def _is_narrowed(self) -> bool:
        return self.expression.replace(" ", "") != "1==1"

    @property
    def _who(self) -> str:
        if not self._is_narrowed:
            return "every worker"
        return f"{self.workers} of {self.all_workers} workers, by its expression {self.expression}"


def duration(seconds: int) -> str:
    """Return a duration in minutes if it has no odd seconds."""
    minutes, odd = divmod(seconds, 60)
    return f"{minutes} min" if minutes and not odd else f"{seconds} s"


def findings(route: Route) -> list[str]:
    """Return what is wrong with a route, in the order in which a chat meets it."""
    transfer = f"Transfer to {route.target}:"
    if route.refused:
        return [f"{transfer} {route.refused.advice}"]
    return [
        *([] if route.reaches_target else [f"{transfer} {_missed(route)}"]),
        *(
            f"{_unmatched(route, stage)} {_in_vain(stage)}"
            for stage in route.stages
            if not stage.available and not stage.away
        ),
        *(f"{transfer} {fault}" for fault in _of_the_end(route)),
    ]


def _missed(route: Route) -> str:
    if not route.stages:
        return (
            "no filter of the workflow takes the chat, and it has no default filter: TaskRouter "
            "cancels the chat. Give the workflow a default filter."
        )
    if route.filter is None:
        return (
            "no filter's expression holds for it, so it gets the default queue. Correct the "
            "expressions, or deploy the stack."
        )
    if route.meant is None:
        return f"the filter '{route.filter}' takes it, and none of its targets leads there."
    if route.meant == route.filter:
        return (
            f"in the filter '{route.filter}' it stays at an earlier target, which has no time "
            "limit. Give that target a timeout, or put it last."
        )
    return (
        f"the filter '{route.filter}' comes first and takes it, so the filter '{route.meant}' "
        f"never sees it. Move '{route.meant}' up, or make '{route.filter}' narrower."
    )


def _unmatched(route: Route, stage: Stage) -> str:
    if stage.queue_expression is None:
        return (
            f"Queue {stage.queue} is not in the workspace, but '{route.filter}' leads to it. "
            "Choose another queue, or deploy the stack."
        )
    if not stage.workers:
        return (
            f"Queue {stage.queue} has no worker: no one matches its expression, "
            f"{stage.queue_expression}. Correct the expression or the workers' attributes."
        )
    if stage.only_sender:
        return (
            f"Queue {stage.queue} has one worker, {route.sender}. When that agent transfers a chat "
            f"to {route.target}, no one else is there to take it. Add a worker."
        )
    return (
        f"When {route.sender} transfers a chat to {route.target}, no worker in queue {stage.queue} "
        f"matches what the filter '{route.filter}' asks for, {stage.expression}."
    )


def _in_vain(stage: Stage) -> str:
    if stage.skipped:
        return "A chat skips it."
    limit = "without a limit" if stage.ends is None else duration(stage.ends - stage.begins)
    return f"A chat waits there for no one, {limit}."


def _or_leads_on(route: Route) -> str:
    if route.leads_on_to is None:
        return ""
    return f", or the filter '{route.leads_on_to}' takes it, since two of Twilio's pages differ"


def _of_the_end(route: Route) -> Iterator[str]:
    if not route.stages:
        return
    if route.dropped_after is not None:
        yield (
            f"when no one accepts it, TaskRouter drops the chat after "
            f"{duration(route.dropped_after)}{_or_leads_on(route)}: the last target has a time "
            "limit. Add one without a timeout after it, such as Everyone."
        )
    elif not route.stages[-1].offers:
        yield "in the end the chat waits for no one, until its task expires."
