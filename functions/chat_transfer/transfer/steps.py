"""The steps of an attempt. Each is recorded; one that fails is undone, or the transfer goes on."""

from concurrent.futures import Future
from dataclasses import replace

from aws_lambda_powertools import Logger

from chat_transfer.http.problems import Declined, NotFinished, TaskEnded
from chat_transfer.metrics import transfer_offered, transfer_rolled_back
from chat_transfer.transfer.attempt import Attempt, Offer, Phase, TransferDone
from chat_transfer.transfer.creation import Creation
from chat_transfer.transfer.handover import NoWayBack, OriginalEnded
from chat_transfer.transfer.new_task import cancel, waiting_task
from chat_transfer.transfer.table import TableUnavailable
from chat_transfer.twilio.failures import TwilioFailure

logger = Logger(child=True)


class Steps(Creation):
    """The steps of one attempt, under the lock."""

    def offered(self) -> Offer:
        """Record that the new task was made and waits for an agent, who is handed the chat then.

        Raises
        ------
        TableUnavailable
            The attempt is still in `Phase.CREATING`.
        """
        self._record.write(self.attempt)
        transfer_offered()
        return Offer.of(self.attempt)

    def done(self, asked_by: str | None = None) -> TransferDone:
        """The result, where `asked_by` or else the agent who began the attempt has asked."""
        attempt = self.attempt
        return TransferDone(
            task_sid=attempt.new_task_sid or "",
            held_by=attempt.held_by,
            asked_by=asked_by or attempt.asked_by or "",
            doubted_attempt=attempt.as_json() if attempt.doubted else None,
        )

    def hand_over(self, *, watched: bool) -> None:
        """Let go of the original, step by step.

        Parameters
        ----------
        watched : bool
            Whether the new task's workflow may cancel it.

        Raises
        ------
        Problem, TwilioFailure
            The transfer was undone, or something is left of it: see `has_left`.
        """
        recording = self._twilio.threads.submit(self._record_or_log, self.attempt)
        try:
            look = self._look() if watched else None
            self.handover.detach()
            if look:
                look.result()
                look = self._look()
            self.handover.finish(self.attempt.identity)
        except OriginalEnded:
            self.follow_original()
        except NoWayBack:
            self.finish()
        except (TwilioFailure, Declined) as failure:
            self._undo_after(failure)
        else:
            if look and isinstance(look.exception(), Declined):
                self.follow_original()
        finally:
            recording.result()

    def finish(self) -> None:
        """Finish the transfer: an agent has the new task, or it cannot be cancelled any more.

        Raises
        ------
        NotFinished
            The original is still open.
        """
        self._twilio.budget.use_all()
        try:
            made = self._task()
            if made is not None:
                self.attempt = replace(self.attempt, accepted=made.is_accepted)
                self.handover.give_channel(made)
            # An agent who has the chat again, after it was passed on, is not made to leave it.
            passed_on = made is None or made.is_ended or self._record.remains(made.sid)
            leaving = None if passed_on else self.attempt.identity
            self.handover.finish(leaving)
        except OriginalEnded:
            return
        except (TwilioFailure, NoWayBack) as failure:
            self._record_or_log(self.attempt)
            raise NotFinished(self.attempt.new_task_sid) from failure

    def undo(self) -> None:
        """Restore the original, then cancel the new task.

        Raises
        ------
        NoWayBack
            The new task cannot be taken back.
        OriginalEnded
            There is nothing to go back to.
        TwilioFailure, TableUnavailable
            It is not undone.
        """
        waiting_task(self._twilio, self._made_sid)
        self.attempt = self.attempt.entering(Phase.UNDOING)
        self._record.write(self.attempt)
        self.handover.restore()
        cancel(self._twilio, self.handover, self._made_sid)
        self._ended()
        transfer_rolled_back()

    def follow_original(self) -> None:
        """Settle a transfer whose original is over.

        Raises
        ------
        TaskEnded
            Its customer is gone, so the new task was taken back.
        NotFinished
            The customer has no task, and none could be made.
        """
        self._twilio.budget.use_all()
        original = self._twilio.taskrouter.task(self.attempt.task_sid)
        made = self._task()
        if made and made.is_accepted:
            return
        if not self.handover.outlives(original, made):
            try:
                if made:
                    cancel(self._twilio, self.handover, made.sid)
            except NoWayBack:
                return
            self._ended()
            raise TaskEnded
        if made is None or made.is_ended:
            self._create_again(original or made)

    def _undo_after(self, failure: TwilioFailure | Declined) -> None:
        self._twilio.budget.use_all()
        logger.warning("step failed", new_task_sid=self._made_sid, failure=repr(failure))
        try:
            self.undo()
        except NoWayBack:
            self.finish()
            return
        except OriginalEnded:
            self.follow_original()
            return
        except (TwilioFailure, TableUnavailable):
            logger.exception("undo failed", new_task_sid=self._made_sid)
        raise failure

    def _look(self) -> "Future[None]":
        """Read the new task in parallel to the next call; `Declined` where it was cancelled."""

        def look() -> None:
            made = self._task()
            if made is None or (made.is_ended and not made.is_accepted):
                raise Declined

        return self._twilio.threads.submit(look)

    def _record_or_log(self, attempt: Attempt) -> None:
        """Write a phase that is no reason to stop: the one before leads to the same task."""
        try:
            self._record.write(attempt)
        except TableUnavailable:
            logger.exception("phase not recorded")

    def _ended(self) -> None:
        """Nothing is left of it."""
        self.attempt = replace(
            self.attempt, phase=Phase.CREATING, new_task_sid=None, close_sent=False, accepted=False
        )
