"""Makes the new task exactly once: the one call of a transfer that must not happen twice.

After a failure that may have taken effect the task is looked for before it is made again.
"""

from dataclasses import dataclass

from tenacity import Retrying, retry_if_result, stop_before_delay, wait_fixed

from chat_transfer.handover import Handover
from chat_transfer.outcomes import problem_of
from chat_transfer.taskrouter import NewTask
from chat_transfer.twilio_context import TwilioContext
from chat_transfer.twilio_failures import NoAnswer, OutOfTime, TwilioFailure

SEARCH_PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Created:
    """The new task.

    Attributes
    ----------
    is_alone : bool
        Whether it is certain that no other was made.
    """

    sid: str
    is_alone: bool


class CreatedTooLate(Exception):
    """The task was made, and there is no time left to go on from it."""

    def __init__(self, sid: str, failure: TwilioFailure) -> None:
        super().__init__(sid)
        self.sid = sid
        self.failure = failure


class TaskCreation:
    """The creation of the new task of one transfer.

    Parameters
    ----------
    original_sid : str
        The task that is transferred.
    handover : Handover
        Makes the task, by its kind.
    """

    def __init__(self, twilio: TwilioContext, original_sid: str, handover: Handover) -> None:
        self._taskrouter = twilio.taskrouter
        self._retries = twilio.retries
        self._budget = twilio.budget
        self._original_sid = original_sid
        self._handover = handover

    def create(self, new_task: NewTask) -> Created:
        """Make the task, or find it where it was made already.

        Raises
        ------
        Problem
            It was not made, or may still be.
        CreatedTooLate
            It was, but the time is over.
        """
        target_sid = str(new_task.attributes["targetSid"])
        in_doubt = is_taken = False
        try:
            for attempt in self._retries.retrying():
                with attempt:
                    if in_doubt and (found := self._find(target_sid)):
                        return Created(found, is_alone=True)
                    if is_taken:
                        return Created(self._await_task(target_sid), is_alone=True)
                    try:
                        made = self._handover.create(new_task)
                    except TwilioFailure as failure:
                        in_doubt = in_doubt or failure.may_have_happened
                        raise
                    if made:
                        return Created(made, is_alone=not in_doubt)
                    in_doubt = is_taken = True
                    return Created(self._await_task(target_sid), is_alone=True)
        except TwilioFailure as failure:
            if not in_doubt:
                raise problem_of(failure, rolled_back=True) from failure
            return self._settle_doubt(target_sid, failure, is_taken=is_taken)
        raise AssertionError("tenacity either returns or raises")

    def made_for(self, target_sid: str) -> list[str]:
        """Search for every new task of this transfer to a target."""
        found = self._taskrouter.find_transfers_of(self._original_sid)
        return [task.sid for task in found if task.attributes.get("targetSid") == target_sid]

    def _settle_doubt(self, target_sid: str, failure: TwilioFailure, *, is_taken: bool) -> Created:
        """Find out whether the last attempt at creation took effect after all."""
        may_go_on = self._budget.remaining() > SEARCH_PAUSE_SECONDS
        if not may_go_on:
            self._budget.release_undo()
        try:
            found = self._find(target_sid)
        except TwilioFailure:
            raise problem_of(failure, rolled_back=False) from failure
        if found is not None and may_go_on:
            return Created(found, is_alone=True)
        if found is not None:
            raise CreatedTooLate(found, failure) from failure
        # What was taken, or never answered, may still be on its way.
        is_coming = is_taken or isinstance(failure, NoAnswer)
        problem = problem_of(failure, rolled_back=not is_coming)
        problem.in_doubt = True
        raise problem from failure

    def _find(self, target_sid: str) -> str | None:
        return next(iter(self.made_for(target_sid)), None)

    def _await_task(self, target_sid: str) -> str:
        """Wait for the task of an invite that was taken, but not carried out yet."""
        waiting = Retrying(
            retry=retry_if_result(lambda found: found is None),
            wait=wait_fixed(SEARCH_PAUSE_SECONDS),
            stop=stop_before_delay(self._budget.remaining()),
            retry_error_callback=lambda _: None,
        )
        found = waiting(self._find, target_sid)
        if found is None:
            raise OutOfTime
        return found
