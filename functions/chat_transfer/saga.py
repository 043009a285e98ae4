"""The order of a transfer, so that no failure leaves a customer alone.

The new task is made first, then the original is handed over step by step: at every moment at least
one open task serves the customer. A failure that retries do not cure is undone in the opposite
order, the original first, the new task last; unless an agent has accepted the new task by then:
from there the only way is forward.

This is the one place that decides between retry (`retries`), undo and carry forward.
"""

from collections.abc import Sequence
from contextlib import suppress

from aws_lambda_powertools import Logger

from chat_transfer.creation import CreatedTooLate, TaskCreation
from chat_transfer.handover import Handover, Step, TaskEnded
from chat_transfer.metrics import transfer_rolled_back
from chat_transfer.outcomes import problem_of
from chat_transfer.problems import Problem
from chat_transfer.refusals import target_declined, task_ended, transfer_not_finished
from chat_transfer.retries import is_stale
from chat_transfer.taskrouter import NewTask, Task
from chat_transfer.twilio_context import TwilioContext
from chat_transfer.twilio_failures import Missing, Refused, Stale, TwilioFailure

logger = Logger(child=True)

UNDO_REASON = "transfer undone"


class Accepted(Exception):
    """An agent has taken the new task, so it is theirs."""


class Declined(Exception):
    """The new task ended before an agent took it: nobody ever will."""


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
        self._creation = TaskCreation(twilio, original_sid, handover)
        self._handover = handover

    def run(self, new_task: NewTask) -> str:
        """Transfer the task; give back the new task's SID.

        Raises
        ------
        Problem
            The transfer was undone, or says what is left of it.
        """
        try:
            created = self._creation.create(new_task)
        except CreatedTooLate as late:
            return self._undo_or_carry_forward(late.sid, (), late.failure)
        if not created.is_alone:
            self._take_back_doubles(created.sid, str(new_task.attributes["targetSid"]))
        return self._hand_over_to(created.sid)

    def resume(self, made: Task) -> str:
        """Go on from the new task of an attempt that was cut off, forward or back.

        Raises
        ------
        Problem
            As `run` does.
        """
        try:
            self._handover.equip(made.sid)
        except Missing:
            return self._undo_or_carry_forward(made.sid, self._handover.steps, Declined())
        except TwilioFailure as failure:
            if made.is_accepted:
                raise transfer_not_finished(made.sid) from failure
            raise problem_of(failure, rolled_back=False) from failure
        return self._hand_over_to(made.sid, is_resumed=True)

    def take_back(self, others: Sequence[Task]) -> None:
        """Cancel what an attempt that was cut off has made beside the new task.

        One that an agent has accepted stays: two agents are less bad than none.

        Raises
        ------
        TwilioFailure
            One of them is left.
        """
        for other in others:
            try:
                self._cancel(other.sid)
            except Accepted:
                logger.warning("a task too many is left", new_task_sid=other.sid)

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

    def undo(self, made: Task) -> None:
        """Undo what an attempt before left.

        Raises
        ------
        Accepted, TaskEnded
            There is nothing to go back to; the transfer stands.
        TwilioFailure
            It is not undone.
        """
        self._undo(made.sid, self._handover.steps)

    def restore(self) -> None:
        """Give the original back what an attempt before took, where no new task is left of it.

        Raises
        ------
        TaskEnded
            There is nothing to go back to.
        TwilioFailure
            It is not restored.
        """
        _restore(self._handover.steps)

    def _hand_over_to(self, made: str, *, is_resumed: bool = False) -> str:
        steps = self._handover.steps
        for position, step in enumerate((self._looking(made), *steps)):
            # The attempt that is resumed may have come to the end.
            begun = steps if is_resumed else steps[:position]
            logger.debug("step", step=step.name, new_task_sid=made)
            try:
                step.do()
            except TaskEnded:
                return self._original_ended(made, may_be_ours=is_resumed)
            except (Declined, TwilioFailure) as failure:
                logger.warning("step failed", step=step.name, failure=repr(failure))
                return self._undo_or_carry_forward(made, begun, failure)
        return made

    def _looking(self, made: str) -> Step:
        """The step before the original is let go: see that somebody can take the new task.

        A workflow without a way for a task cancels it at once.
        """

        def look() -> None:
            with suppress(Accepted):
                task = self._check_not_accepted(made)
                if task is None or task.is_ended:
                    raise Declined

        return Step("look at new task", look, lambda: None)

    def _original_ended(self, made: str, *, may_be_ours: bool) -> str:
        """By this transfer, which had let go of it, or by somebody else."""
        try:
            if may_be_ours and self._handover.has_let_go():
                return made
        except TwilioFailure as failure:
            raise problem_of(failure, rolled_back=False) from failure
        return self.withdraw(made)

    def _take_back_doubles(self, made: str, target_sid: str) -> None:
        """Cancel what creations without an answer made; that this fails is no reason to stop."""
        try:
            for sid in self._creation.made_for(target_sid):
                if sid != made:
                    self._cancel(sid)
        except (Accepted, TwilioFailure) as error:
            logger.warning("a task too many may be left", failure=repr(error))

    def _undo_or_carry_forward(
        self, made: str, begun: Sequence[Step], failure: TwilioFailure | Declined
    ) -> str:
        self._budget.release_undo()
        try:
            self._undo(made, begun)
        except TaskEnded:
            # The last step may have taken effect.
            return self._original_ended(made, may_be_ours=len(begun) == len(self._handover.steps))
        except Accepted:
            return self._carry_forward(made)
        except TwilioFailure as undo_failure:
            logger.exception("undo failed", new_task_sid=made)
            raise _answer(failure, rolled_back=False) from undo_failure
        raise _answer(failure, rolled_back=True) from failure

    def _undo(self, made: str, begun: Sequence[Step]) -> None:
        self._check_not_accepted(made)
        _restore(begun)
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


def _restore(begun: Sequence[Step]) -> None:
    for step in reversed(begun):
        step.undo()


def _answer(failure: TwilioFailure | Declined, *, rolled_back: bool) -> Problem:
    if isinstance(failure, TwilioFailure):
        return problem_of(failure, rolled_back=rolled_back)
    return target_declined(rolled_back=rolled_back)
