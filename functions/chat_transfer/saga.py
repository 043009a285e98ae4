"""The order of a transfer, so that no failure leaves a customer alone.

The new task is made first, then the original is handed over step by step: at every moment at least
one open task serves the customer. A failure that retries do not cure is undone in the opposite
order, the original first, the new task last; unless an agent has accepted the new task by then:
from there the only way is forward.

This is the one place that decides between retry (`retries`), undo and carry forward.
"""

from collections.abc import Sequence

from aws_lambda_powertools import Logger
from tenacity import Retrying, retry_if_result, stop_before_delay, wait_fixed

from chat_transfer.budget import Budget
from chat_transfer.handovers import Handover, OriginalEnded, Step
from chat_transfer.metrics import transfer_rolled_back
from chat_transfer.outcomes import problem_of
from chat_transfer.problems import BadGateway, Conflict, Problem
from chat_transfer.retries import RetryPolicy, is_stale
from chat_transfer.taskrouter import NewTask, Task, TaskRouter
from chat_transfer.twilio_failures import Missing, OutOfTime, Refused, Stale, TwilioFailure

logger = Logger(child=True)

SEARCH_PAUSE_SECONDS = 0.5
UNDO_REASON = "transfer undone"


class Accepted(Exception):
    """An agent has taken the new task, so it is theirs."""


class TransferSaga:
    """One transfer of one task.

    Parameters
    ----------
    original_sid : str
        The task that is transferred.
    handover : Handover
        The steps for its kind.
    """

    def __init__(
        self,
        original_sid: str,
        handover: Handover,
        taskrouter: TaskRouter,
        retries: RetryPolicy,
        budget: Budget,
    ) -> None:
        self._original_sid = original_sid
        self._handover = handover
        self._taskrouter = taskrouter
        self._retries = retries
        self._budget = budget

    def run(self, new_task: NewTask) -> str:
        """Transfer the task; give back the new task's SID.

        Raises
        ------
        Problem
            The transfer was undone, or says what is left of it.
        """
        return self.hand_over_to(self._create(new_task))

    def hand_over_to(self, made: str) -> str:
        """Go through the steps after the new task was made, now or by an attempt before."""
        steps = self._handover.steps
        for position, step in enumerate(steps):
            logger.debug("step", step=step.name, new_task_sid=made)
            try:
                step.do()
            except OriginalEnded:
                return self._withdraw(made)
            except TwilioFailure as failure:
                logger.warning("step failed", step=step.name, failure=repr(failure))
                return self._undo_or_carry_forward(made, steps[: position + 1], failure)
        return made

    def undo(self, made: str) -> None:
        """Undo what an attempt before left.

        Raises
        ------
        Accepted, OriginalEnded
            There is nothing to go back to; the transfer stands.
        TwilioFailure
            It is not undone.
        """
        self._undo(made, self._handover.steps)

    def _create(self, new_task: NewTask) -> str:
        """Make the new task exactly once.

        After a failure that may have taken effect the task is looked for first, since creation is
        the one call that must not happen twice.
        """
        in_doubt = False
        try:
            for attempt in self._retries.retrying():
                with attempt:
                    if in_doubt and (found := self._find()):
                        return found.sid
                    try:
                        return self._handover.create(new_task) or self._await_task()
                    except TwilioFailure as failure:
                        in_doubt = in_doubt or failure.may_have_happened
                        raise
        except TwilioFailure as failure:
            if not in_doubt:
                raise problem_of(failure, rolled_back=True) from failure
            return self._settle_doubt(failure)
        raise AssertionError("tenacity either returns or raises")

    def _settle_doubt(self, failure: TwilioFailure) -> str:
        """Find out whether the last attempt at creation took effect after all."""
        may_go_on = self._budget.remaining() > SEARCH_PAUSE_SECONDS
        self._budget.release_undo()
        try:
            found = self._find()
        except TwilioFailure:
            raise problem_of(failure, rolled_back=False) from failure
        if found is None:
            raise problem_of(failure, rolled_back=True) from failure
        return found.sid if may_go_on else self._undo_or_carry_forward(found.sid, (), failure)

    def _find(self) -> Task | None:
        return self._taskrouter.find_transfer_of(self._original_sid)

    def _await_task(self) -> str:
        """Wait for the task of an invite that was accepted, but not carried out yet."""
        waiting = Retrying(
            retry=retry_if_result(lambda found: found is None),
            wait=wait_fixed(SEARCH_PAUSE_SECONDS),
            stop=stop_before_delay(self._budget.remaining()),
            retry_error_callback=lambda _: None,
        )
        found = waiting(self._find)
        if found is None:
            failure = OutOfTime()
            failure.may_have_happened = True
            raise failure
        return found.sid

    def _withdraw(self, made: str) -> str:
        """Take the new task back, since somebody ended the original while it was handed over."""
        self._budget.release_undo()
        try:
            self._cancel(made)
            transfer_rolled_back()
        except Accepted:
            return made
        except TwilioFailure as failure:
            raise problem_of(failure, rolled_back=False) from failure
        raise task_ended()

    def _undo_or_carry_forward(
        self, made: str, begun: Sequence[Step], failure: TwilioFailure
    ) -> str:
        self._budget.release_undo()
        try:
            self._undo(made, begun)
        except OriginalEnded:
            if len(begun) == len(self._handover.steps):
                return made  # the last step had taken effect
            return self._withdraw(made)
        except Accepted:
            return self._carry_forward(made)
        except TwilioFailure as undo_failure:
            logger.exception("undo failed", new_task_sid=made)
            raise problem_of(failure, rolled_back=False) from undo_failure
        raise problem_of(failure, rolled_back=True) from failure

    def _undo(self, made: str, begun: Sequence[Step]) -> None:
        self._check_not_accepted(made)
        for step in reversed(begun):
            step.undo()
        self._cancel(made)
        transfer_rolled_back()

    def _carry_forward(self, made: str) -> str:
        """Finish what cannot be undone any more."""
        try:
            for step in self._handover.steps:
                step.do()
        except OriginalEnded:
            return made
        except TwilioFailure as failure:
            raise not_finished(made) from failure
        return made

    def _check_not_accepted(self, made: str) -> Task | None:
        try:
            task = self._taskrouter.fetch_task(made)
        except Missing:
            return None
        if task.is_accepted:
            raise Accepted
        return task

    def _cancel(self, made: str) -> None:
        """Cancel the new task, unless it is accepted at the last moment.

        For a Flex Conversations task this cancels a task that belongs to an interaction. Twilio's
        best practices advise against that in general, since the interaction may stay open without
        an agent; here the original's participant is still in it. Twilio's own
        ``flex-project-template`` takes back an open invite in the same way.
        https://www.twilio.com/docs/flex/developer/conversations/best-practices
        """
        for attempt in self._retries.retrying(is_stale):
            with attempt:
                task = self._check_not_accepted(made)
                if task is None or task.is_ended:
                    return
                try:
                    self._taskrouter.cancel(task, UNDO_REASON)
                except Stale:
                    raise
                except Refused:
                    left = self._check_not_accepted(made)
                    if left is not None and not left.is_ended:
                        raise


def task_ended() -> Problem:
    """The answer when there is nothing left to transfer."""
    return Conflict(
        "The task was ended by somebody else while it was being transferred.",
        code="task_ended",
        customer_stays=False,
    )


def not_finished(made: str) -> Problem:
    """The answer to a transfer that can only go forward and has not arrived yet."""
    return BadGateway(
        f"Task {made} was accepted, but the original task could not be completed yet. "
        "Send the same request again to finish the transfer.",
        code="transfer_not_finished",
        rolled_back=False,
        customer_stays=False,
    )
