"""The order of a transfer, so that no failure leaves a customer alone.

The new task is made first, then the original is handed over step by step: at every moment at least
one open task serves the customer. A failure that retries do not cure is undone in the opposite
order, the original first, the new task last; unless an agent has accepted the new task by then:
from there the only way is forward.

This is the one place that decides between retry (`retries`), undo and carry forward.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress

from aws_lambda_powertools import Logger
from tenacity import Retrying, retry_if_result, stop_before_delay, wait_fixed

from chat_transfer.handover import Handover, Step, TaskEnded
from chat_transfer.metrics import transfer_rolled_back
from chat_transfer.outcomes import problem_of
from chat_transfer.refusals import target_declined, task_ended, transfer_not_finished
from chat_transfer.retries import is_stale
from chat_transfer.taskrouter import NewTask, Task
from chat_transfer.twilio_context import TwilioContext
from chat_transfer.twilio_failures import (
    Missing,
    NoAnswer,
    OutOfTime,
    Refused,
    Stale,
    TwilioFailure,
)

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

    def __init__(self, twilio: TwilioContext, original_sid: str, handover: Handover) -> None:
        self._taskrouter = twilio.taskrouter
        self._retries = twilio.retries
        self._budget = twilio.budget
        self._original_sid = original_sid
        self._handover = handover

    def run(self, new_task: NewTask) -> str:
        """Transfer the task; give back the new task's SID.

        Raises
        ------
        Problem
            The transfer was undone, or says what is left of it.
        """
        return self._hand_over_to(self._create(new_task))

    def resume(self, made: Task, others: Sequence[Task]) -> str:
        """Go on from the new task of an attempt that was cut off, forward or back.

        Parameters
        ----------
        others : sequence of Task
            What else that attempt has made; it is taken back.

        Raises
        ------
        Problem
            As `run` does.
        """
        self._take_back([task.sid for task in others])
        try:
            self._handover.equip(made.sid)
        except TwilioFailure as failure:
            if made.is_accepted:
                raise transfer_not_finished(made.sid) from failure
            raise problem_of(failure, rolled_back=False) from failure
        return self._hand_over_to(made.sid, is_resumed=True)

    def withdraw(self, made: str) -> str:
        """Take the new task back, since somebody else has ended the original.

        Returns
        -------
        str
            Its SID, when an agent has accepted it: then it stays.

        Raises
        ------
        Problem
            `task_ended` otherwise.
        """
        self._budget.release_undo()
        try:
            self._cancel(made)
            transfer_rolled_back()
        except Accepted:
            return made
        except TwilioFailure as failure:
            raise problem_of(failure, rolled_back=False) from failure
        raise task_ended()

    def _hand_over_to(self, made: str, *, is_resumed: bool = False) -> str:
        steps = self._handover.steps
        for position, step in enumerate((self._looking(made), *steps)):
            logger.debug("step", step=step.name, new_task_sid=made)
            try:
                step.do()
            except TaskEnded:
                return self._original_ended(made, is_resumed=is_resumed)
            except TwilioFailure as failure:
                logger.warning("step failed", step=step.name, failure=repr(failure))
                return self._undo_or_carry_forward(made, steps[:position], failure)
        return made

    def _looking(self, made: str) -> Step:
        """The step before the original is let go: see that somebody can take the new task.

        A workflow without a way for a task cancels it at once.
        """

        def look() -> None:
            with suppress(Accepted):
                task = self._check_not_accepted(made)
                if task is None or task.is_ended:
                    raise target_declined()

        return Step("look at new task", look, lambda: None)

    def _original_ended(self, made: str, *, is_resumed: bool) -> str:
        """By an attempt before, which had let go of it, or by somebody else."""
        try:
            if is_resumed and self._handover.has_let_go():
                return made
        except TwilioFailure as failure:
            raise problem_of(failure, rolled_back=False) from failure
        return self.withdraw(made)

    def undo(self, made: Task, others: Sequence[Task]) -> None:
        """Undo what an attempt before left.

        Parameters
        ----------
        others : sequence of Task
            As of `resume`; they go first, so that `made` leads to the customer until the end.

        Raises
        ------
        Accepted, TaskEnded
            There is nothing to go back to; the transfer stands.
        TwilioFailure
            It is not undone.
        """
        for other in others:
            self._cancel(other.sid)
        self._undo(made.sid, self._handover.steps)

    def _create(self, new_task: NewTask) -> str:
        """Make the new task exactly once.

        After a failure that may have taken effect the task is looked for first, since creation is
        the one call that must not happen twice.
        """
        target_sid = str(new_task.attributes["targetSid"])
        in_doubt = is_taken = False
        try:
            for attempt in self._retries.retrying():
                with attempt:
                    if in_doubt and (found := self._find(target_sid)):
                        return found
                    if is_taken:
                        return self._await_task(target_sid)
                    try:
                        made = self._handover.create(new_task)
                    except TwilioFailure as failure:
                        in_doubt = in_doubt or failure.may_have_happened
                        raise
                    if made and in_doubt:
                        self._take_back(sid for sid in self._made_for(target_sid) if sid != made)
                    in_doubt = is_taken = True
                    return made or self._await_task(target_sid)
        except TwilioFailure as failure:
            if not in_doubt:
                raise problem_of(failure, rolled_back=True) from failure
            return self._settle_doubt(target_sid, failure, is_taken=is_taken)
        raise AssertionError("tenacity either returns or raises")

    def _settle_doubt(self, target_sid: str, failure: TwilioFailure, *, is_taken: bool) -> str:
        """Find out whether the last attempt at creation took effect after all."""
        may_go_on = self._budget.remaining() > SEARCH_PAUSE_SECONDS
        if not may_go_on:
            self._budget.release_undo()
        try:
            found = self._find(target_sid)
        except TwilioFailure:
            raise problem_of(failure, rolled_back=False) from failure
        if found is not None:
            return found if may_go_on else self._undo_or_carry_forward(found, (), failure)
        # What was taken, or never answered, may still be on its way.
        is_coming = is_taken or isinstance(failure, NoAnswer)
        problem = problem_of(failure, rolled_back=not is_coming)
        problem.in_doubt = True
        raise problem from failure

    def _made_for(self, target_sid: str) -> list[str]:
        found = self._taskrouter.find_transfers_of(self._original_sid)
        return [task.sid for task in found if task.attributes.get("targetSid") == target_sid]

    def _find(self, target_sid: str) -> str | None:
        return next(iter(self._made_for(target_sid)), None)

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

    def _take_back(self, sids: Iterable[str]) -> None:
        """Cancel what was made beside the new task; that this fails is no reason to stop."""
        try:
            for sid in sids:
                self._cancel(sid)
        except (Accepted, TwilioFailure) as error:
            logger.warning("a task too many is left", failure=repr(error))

    def _undo_or_carry_forward(
        self, made: str, begun: Sequence[Step], failure: TwilioFailure
    ) -> str:
        self._budget.release_undo()
        try:
            self._undo(made, begun)
        except TaskEnded:
            if len(begun) == len(self._handover.steps):
                return made  # the last step had taken effect
            return self.withdraw(made)
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
            self._handover.equip(made)
            for step in self._handover.steps:
                step.do()
        except TaskEnded:
            return made
        except TwilioFailure as failure:
            raise transfer_not_finished(made) from failure
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
                    self._taskrouter.cancel(self._handover.strip(task), UNDO_REASON)
                except Stale:
                    raise
                except Refused:
                    left = self._check_not_accepted(made)
                    if left is not None and not left.is_ended:
                        raise
