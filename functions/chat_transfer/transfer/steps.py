"""The steps of an attempt. Each is recorded; one that fails is undone, or the transfer goes on."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace

from aws_lambda_powertools import Logger

from chat_transfer.http.problems import Declined, NotFinished, TaskEnded
from chat_transfer.metrics import transfer_offered, transfer_rolled_back
from chat_transfer.transfer import attributes
from chat_transfer.transfer.attempt import Attempt, Offer, Phase, TransferDone
from chat_transfer.transfer.checks import new_task_of
from chat_transfer.transfer.handover import Handover, NoWayBack, OriginalEnded
from chat_transfer.transfer.new_task import (
    InDoubt,
    cancel,
    create,
    fits,
    search,
    waiting_task,
)
from chat_transfer.transfer.record import Record
from chat_transfer.transfer.table import TableUnavailable
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import TwilioFailure
from chat_transfer.twilio.taskrouter import NewTask, Task

logger = Logger(child=True)


class Steps:
    """The steps of one attempt, under the lock.

    Attributes
    ----------
    attempt : Attempt
        As it is recorded, or about to be.
    handover : Handover
        What differs between the kinds of task.
    """

    def __init__(
        self, twilio: Twilio, record: Record, attempt: Attempt, handover: Handover
    ) -> None:
        self._twilio = twilio
        self._record = record
        self.handover = handover
        self.attempt = attempt

    @property
    def has_left(self) -> bool:
        """Whether something of the transfer is there, or may still appear or take effect."""
        in_doubt = self.attempt.doubted is not None or self.attempt.close_sent
        return self.attempt.phase is not Phase.CREATING or in_doubt

    def create(self, task: NewTask) -> None:
        """Make the new task.

        Raises
        ------
        TwilioFailure
            It was not made, or that is in doubt: see `has_left`.
        """
        try:
            self._made(create(self._twilio, self.handover, self.attempt, task))
        except InDoubt as doubt:
            self.attempt = replace(self.attempt, doubted=self.attempt.target_sid)
            raise doubt.failure from doubt

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

    def find(self, seconds: float | None = None) -> Task | None:
        """Read the new task, or search for it where its creation was not answered.

        Parameters
        ----------
        seconds : float or None
            For how long, see `search`.

        Raises
        ------
        TwilioFailure
            It could not be read, or one that was made twice is left.
        """
        if self.attempt.new_task_sid:
            made = self._task()
            return self._without_doubles(made) if self.attempt.doubted else made
        creating = self.attempt
        if creating.phase is Phase.CREATING:
            # Until it is found: where the search fails, the task may still appear.
            self.attempt = replace(creating, doubted=creating.target_sid)
        made = None
        for one in search(self._twilio, self.handover, creating, seconds=seconds):
            if made is None and fits(creating, one):
                made, creating = one, replace(creating, target_sid=_target_of(one, creating))
            else:
                self._cancel_double(one.sid)
        if made is not None:
            self.attempt = creating
            self._made(made.sid)
        return made

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

    def cancel_doubles(self, kept: str) -> None:
        """Cancel what a doubted creation has made by now.

        Raises
        ------
        TwilioFailure
            One of them is left.
        """
        for double in search(self._twilio, self.handover, self.attempt, seconds=0):
            if double.sid != kept:
                self._cancel_double(double.sid)

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

    def _create_again(self, model: Task | None) -> None:
        """Make a task for a customer who has none, in the workflow that never cancels one.

        Until there is one, the record has the task that is over, and every later look comes here
        again. So what an earlier try has made is searched for first.
        """
        attempt = self.attempt
        if model is None:
            raise NotFinished(attempt.new_task_sid)
        channel = {attributes.CHANNEL: attempt.channel_sid} if attempt.channel_sid else {}
        original = replace(model, sid=attempt.task_sid, attributes={**model.attributes, **channel})
        workflow_sid = self._twilio.settings.transfer_workflow_sid
        try:
            if made := next((one for one in self._others() if fits(attempt, one)), None):
                self._made(made.sid)
            else:
                self.attempt = replace(attempt, doubted=attempt.target_sid)
                self._record.write(self.attempt)
                self.create(new_task_of(original, attempt, workflow_sid, [attempt.held_by or ""]))
                self.attempt = replace(self.attempt, doubted=attempt.doubted)
            self._record.write(self.attempt)
        except (TwilioFailure, TableUnavailable) as failure:
            raise NotFinished(attempt.new_task_sid) from failure

    def _without_doubles(self, made: Task | None) -> Task | None:
        """Keep the task that serves the customer best, of the new one and its doubles."""
        others = self._others()
        fitting = [*([made] if made else ()), *(one for one in others if fits(self.attempt, one))]
        best = min(fitting, key=_rank, default=None)
        if best and best is not made:
            target_sid = _target_of(best, self.attempt)
            self.attempt = replace(self.attempt, new_task_sid=best.sid, target_sid=target_sid)
        for one in [*fitting, *others]:
            if one is not best and not one.is_ended:
                self._cancel_double(one.sid)
        return best

    def _others(self) -> Sequence[Task]:
        """The open tasks that this attempt has made, but for the new one."""
        found = search(self._twilio, self.handover, self.attempt, seconds=0)
        return [one for one in found if one.sid != self._made_sid and not one.is_ended]

    def _cancel_double(self, task_sid: str) -> None:
        try:
            cancel(self._twilio, self.handover, task_sid)
        except NoWayBack:  # two tasks are better than none
            logger.warning("a task too many is left", new_task_sid=task_sid)

    def _look(self) -> "Future[None]":
        """Read the new task in parallel to the next call; `Declined` where it was cancelled."""

        def look() -> None:
            made = self._task()
            if made is None or (made.is_ended and not made.is_accepted):
                raise Declined

        return self._twilio.threads.submit(look)

    def _task(self) -> Task | None:
        return self._twilio.taskrouter.task(self._made_sid) if self.attempt.new_task_sid else None

    @property
    def _made_sid(self) -> str:
        return self.attempt.new_task_sid or ""

    def _made(self, task_sid: str) -> None:
        phase = Phase.OFFERED if self.attempt.is_offer else Phase.HANDING_OVER
        closes = phase is Phase.HANDING_OVER and self.handover.is_final
        self.attempt = replace(
            self.attempt.entering(phase),
            new_task_sid=task_sid,
            close_sent=closes or self.attempt.close_sent,
        )

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


def _rank(task: Task) -> int:
    """How well a task serves its customer, 0 is best: an agent has it, or may take it."""
    if task.is_assigned:
        return 0
    return 3 if task.is_ended else 2 if task.is_held else 1


def _target_of(task: Task, attempt: Attempt) -> str:
    return attributes.sid_in(task.attributes, "targetSid") or attempt.target_sid
