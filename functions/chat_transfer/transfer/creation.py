"""The new task of an attempt: made once, found again, and kept as one.

What was made is recorded, so a search of Twilio is for creations that were not answered.
"""

from collections.abc import Sequence
from dataclasses import replace

from aws_lambda_powertools import Logger

from chat_transfer.http.problems import NotFinished
from chat_transfer.transfer import attributes
from chat_transfer.transfer.attempt import Attempt, Phase
from chat_transfer.transfer.checks import new_task_of
from chat_transfer.transfer.handover import Handover, NoWayBack
from chat_transfer.transfer.new_task import (
    InDoubt,
    cancel,
    create,
    fits,
    is_for_its_target_only,
    search,
)
from chat_transfer.transfer.record import Record
from chat_transfer.transfer.table import TableUnavailable
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import TwilioFailure
from chat_transfer.twilio.taskrouter import NewTask, Task

logger = Logger(child=True)


class Creation:
    """The new task of one attempt, under the lock.

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
            is_wanted = fits(creating, one)
            if not is_wanted or made is not None:
                is_left = not self._cancel_double(one.sid)
                # What Twilio does not cancel is finished, wherever it goes.
                is_wanted = is_left and not is_for_its_target_only(creating, one)
            if is_wanted and made is None:
                made, creating = one, replace(creating, target_sid=_target_of(one, creating))
        if made is not None:
            self.attempt = creating
            self._made(made.sid)
        return made

    def cancel_doubles(self) -> None:
        """Cancel what a doubted creation has made by now.

        Raises
        ------
        TwilioFailure
            One of them is left.
        """
        for double in self._others():
            self._cancel_double(double.sid)

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
        tasks = [*([made] if made else ()), *self._others()]
        fitting = [one for one in tasks if one is made or fits(self.attempt, one)]
        best = min(fitting, key=_rank, default=None)
        if best and best is not made:
            target_sid = _target_of(best, self.attempt)
            self.attempt = replace(self.attempt, new_task_sid=best.sid, target_sid=target_sid)
        for one in tasks:
            if one is not best and not one.is_ended:
                self._cancel_double(one.sid)
        return best

    def _others(self) -> Sequence[Task]:
        """The open tasks that this attempt has made, but for the new one."""
        found = search(self._twilio, self.handover, self.attempt, seconds=0)
        return [one for one in found if one.sid != self._made_sid and not one.is_ended]

    def _cancel_double(self, task_sid: str) -> bool:
        try:
            cancel(self._twilio, self.handover, task_sid)
        except NoWayBack:  # two tasks are better than none
            logger.warning("a task too many is left", new_task_sid=task_sid)
            return False
        return True

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


def _rank(task: Task) -> int:
    """How well a task serves its customer, 0 is best: an agent has it, or may take it."""
    if task.is_assigned:
        return 0
    return 3 if task.is_ended else 2 if task.is_held else 1


def _target_of(task: Task, attempt: Attempt) -> str:
    return attributes.sid_in(task.attributes, "targetSid") or attempt.target_sid
