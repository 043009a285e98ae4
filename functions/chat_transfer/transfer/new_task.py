"""Makes the new task exactly once, and cancels it.

A creation in doubt, sent and not answered, is not sent again in the same request. The new task is
searched for, and only what Twilio itself says is ours counts, since an agent's browser can write a
task's attributes.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tenacity import Retrying, retry_if_result, stop_before_delay, wait_fixed

from chat_transfer.transfer.attempt import Attempt
from chat_transfer.transfer.attributes import HAND_OVER
from chat_transfer.transfer.handover import Handover, NoWayBack
from chat_transfer.transfer.routing import workflow_of
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import NoAnswer, Refused, Stale, TwilioFailure
from chat_transfer.twilio.retries import is_stale
from chat_transfer.twilio.taskrouter import NewTask, Task

UNDO_REASON = "transfer undone"
SEARCH_SECONDS = 3.0
SEARCH_PAUSE_SECONDS = 0.5
# Lambda's clock and Twilio's may differ, and Twilio's times are whole seconds.
CLOCKS_DIFFER = timedelta(seconds=5)


class InDoubt(Exception):
    """The creation may have taken effect, and the task was not found; the cause says why."""

    def __init__(self, failure: TwilioFailure) -> None:
        super().__init__(repr(failure))
        self.failure = failure


def create(twilio: Twilio, handover: Handover, attempt: Attempt, task: NewTask) -> str:
    """Make the new task, and return its SID.

    Raises
    ------
    TwilioFailure
        It was not made.
    InDoubt
        It may have been, or may still be.
    """
    failure: TwilioFailure = NoAnswer("no task SID in the answer")
    try:
        for retry in twilio.retries.retrying(_did_not_happen):
            with retry:
                if made := handover.create(task):
                    return made
    except TwilioFailure as error:
        if not error.may_have_happened:
            raise
        failure = error
    if twilio.budget.remaining() < SEARCH_PAUSE_SECONDS:
        twilio.budget.use_all()  # before the search there is nothing to undo
    try:
        candidates = search(twilio, handover, attempt, target_sid=attempt.target_sid)
    except TwilioFailure:
        raise InDoubt(failure) from failure
    found = next((one for one in candidates if fits(attempt, one)), None)
    if found is None:
        raise InDoubt(failure) from failure
    return found.sid


def search(
    twilio: Twilio,
    handover: Handover,
    attempt: Attempt,
    *,
    target_sid: str | None = None,
    seconds: float | None = None,
) -> Sequence[Task]:
    """Search for the new tasks of an attempt until one is found, `SEARCH_SECONDS` at the most.

    Parameters
    ----------
    target_sid : str or None
        Of the ones to find; None finds those that an earlier attempt made for another target too.

    Returns
    -------
    sequence of Task
        The ones that an agent has accepted first; none that was cancelled.
    """
    seconds = SEARCH_SECONDS if seconds is None else seconds
    waiting = Retrying(
        retry=retry_if_result(lambda found: not found),
        wait=wait_fixed(SEARCH_PAUSE_SECONDS),
        stop=stop_before_delay(min(seconds, twilio.budget.remaining())),
        retry_error_callback=lambda _: (),
    )
    found = waiting(
        lambda: [
            task
            for task in handover.candidates()
            if is_of(attempt, task, twilio.settings.transfer_workflow_sid)
            and (not task.is_ended or (task.is_accepted and not _was_offered(attempt, task)))
            and target_sid in (None, task.attributes.get("targetSid"))
        ]
    )
    return sorted(found, key=lambda task: not task.is_accepted)


def is_of(attempt: Attempt, task: Task, transfer_workflow_sid: str) -> bool:
    """Whether a task can be one that this attempt, or its doubted creation, has made."""
    began = datetime.fromtimestamp(attempt.began_at / 1000, UTC)
    targets = filter(None, (attempt.target_sid, attempt.doubted))
    workflows = {workflow_of(target, transfer_workflow_sid) for target in targets}
    workflows.add(transfer_workflow_sid)  # where a customer who has no task gets one
    return (
        task.date_created is not None
        and task.date_created >= began - CLOCKS_DIFFER
        and task.workflow_sid in workflows
    )


def fits(attempt: Attempt, task: Task) -> bool:
    """Whether the new task of an attempt can be this one: an agent has it, or it goes there too."""
    goes_there = task.attributes.get("targetSid") in (None, attempt.target_sid)
    return task.is_accepted or (goes_there and not is_for_its_target_only(attempt, task))


def is_for_its_target_only(attempt: Attempt, task: Task) -> bool:
    """Whether a task was offered by an earlier attempt: it is cancelled when its time is up."""
    return not attempt.is_offer and HAND_OVER in task.attributes


def _was_offered(attempt: Attempt, task: Task) -> bool:
    """Whether an agent who is done with the task need not have taken the original over."""
    return attempt.is_offer or HAND_OVER in task.attributes


def cancel(twilio: Twilio, handover: Handover, task_sid: str) -> None:
    """Cancel a new task that is not over yet.

    For a Flex Conversations task this cancels a task that belongs to an interaction. Twilio's best
    practices advise against that in general, since the interaction may stay open without an agent;
    here the original's participant is still in it. Twilio's own ``flex-project-template`` takes
    back an open invite in the same way.
    https://www.twilio.com/docs/flex/developer/conversations/best-practices

    Raises
    ------
    NoWayBack
        An agent has accepted it, or Twilio refuses to cancel it.
    """
    for attempt in twilio.retries.retrying(is_stale):
        with attempt:
            task = waiting_task(twilio, task_sid)
            if task is None:
                return
            try:
                twilio.taskrouter.cancel(handover.take_channel(task), UNDO_REASON)
            except Stale:
                raise
            except Refused as refused:
                if waiting_task(twilio, task_sid) is not None:
                    raise NoWayBack from refused


def waiting_task(twilio: Twilio, task_sid: str) -> Task | None:
    """Read a new task that waits for an agent; None where it was cancelled, or deleted.

    Raises
    ------
    NoWayBack
        An agent has accepted it.
    """
    task = twilio.taskrouter.task(task_sid)
    if task is not None and task.is_accepted:
        raise NoWayBack
    return None if task is None or task.is_ended else task


def _did_not_happen(error: BaseException) -> bool:
    return isinstance(error, TwilioFailure) and error.transient and not error.may_have_happened
