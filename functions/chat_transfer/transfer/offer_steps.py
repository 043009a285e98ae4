"""The steps of an offer, each under the lock: hand over, take back, remember what became of it.

Each reads the tasks again before and after what it does: agents accept, leave and pass chats on at
any moment, and what is undone or closed may take effect late.
"""

from dataclasses import replace

from chat_transfer.http.problems import TaskEnded, cannot_take_back
from chat_transfer.metrics import transfer_accepted, transfer_declined, transfer_taken_back
from chat_transfer.transfer.attempt import Attempt, Offer, OfferState, Phase, milliseconds
from chat_transfer.transfer.handover import NoWayBack
from chat_transfer.transfer.new_task import cancel
from chat_transfer.transfer.steps import Steps
from chat_transfer.twilio.failures import TwilioFailure
from chat_transfer.twilio.taskrouter import Task


class OfferSteps(Steps):
    """The steps of an attempt that is an offer, under the lock.

    In `Phase.UNDOING` it is being taken back; without a new task, it has ended, and is kept because
    of a creation or a close that may still take effect.
    """

    def settle(self, seconds: float | None = None) -> Offer | None:
        """Find out what became of the offer, and do what follows.

        Parameters
        ----------
        seconds : float or None
            How long a new task is searched for whose creation was not answered.

        Returns
        -------
        Offer or None
            In the state that it is in now; None where nothing is offered.

        Raises
        ------
        NotFinished
            An agent has the new task, and the original is still open; or the customer has no task,
            and none could be made.
        TwilioFailure, TableUnavailable
            Something could not be read, done or recorded.
        """
        was_taken_back = self.attempt.phase is Phase.UNDOING
        recorded = self.attempt.new_task_sid
        made = self.find(0 if was_taken_back else seconds)
        original = self._original()
        is_over = original is None or original.is_ended
        if self._is_taken(made, is_over=is_over):
            return self._accept(was_served=not is_over)
        is_waiting = made is not None and not made.is_ended
        if not is_over and was_taken_back and not recorded:
            if is_waiting:  # what a creation that was not answered has made
                self._cancel_double(self._made_sid)
            return None
        if not is_over and not is_waiting:
            return self._end() if recorded else None
        is_closed = not self.handover.outlives(original, made)
        if is_closed and not self.attempt.new_task_sid:
            self._record.end(self.attempt.task_sid)
            return None
        if is_closed or (was_taken_back and not is_over):
            return self._cancel()
        if not is_waiting:
            self._create_again(original or made)
        elif was_taken_back or not recorded:
            self.attempt = replace(self.attempt, phase=Phase.OFFERED)
            self.offered()
        return Offer.of(self.attempt)

    def take_back(self) -> Offer:
        """Cancel the new task for who asks for it.

        Returns
        -------
        Offer
            Accepted where an agent was faster.

        Raises
        ------
        TaskEnded
            The original is over, so the customer keeps the new task.
        Conflict
            Twilio refuses to cancel it.
        """
        offer = None if self._is_over() else self._cancel()
        if offer and offer.state is not OfferState.OFFERED:
            return offer
        raise TaskEnded if self._is_over() else cannot_take_back()

    def _is_taken(self, made: Task | None, *, is_over: bool) -> bool:
        """Whether an agent serves the customer by the new task, or has passed the chat on.

        Twilio does not say whether an agent who wraps up is still in the conversation, so the
        original's agent stays until the new task is completed; then it was declined.
        """
        if is_over and self.attempt.phase is Phase.HANDING_OVER:
            return True
        if made is None or not made.is_accepted:
            return False
        return made.is_assigned or is_over or self._record.is_known(made.sid)

    def _accept(self, *, was_served: bool) -> Offer:
        """Hand the original over to the agent who has accepted the new task.

        Parameters
        ----------
        was_served : bool
            Whether the original's agent had the customer until now.
        """
        offer_since = self.attempt.since
        if self.attempt.phase is not Phase.HANDING_OVER:
            self.attempt = replace(
                self.attempt.entering(Phase.HANDING_OVER), accepted=True, close_sent=True
            )
            self._record.write(self.attempt)
            transfer_accepted((self.attempt.since - offer_since) / 1000)
        accepted_by = self._twilio.threads.submit(self._twilio.holder, self._made_sid)
        self.finish()
        if was_served and self._is_left_alone():
            return Offer.of(self.attempt)
        accepted = Offer.of(self.attempt, OfferState.ACCEPTED)
        accepted = replace(accepted, accepted_by=accepted_by.result())
        self._record.keep(accepted)
        return accepted

    def _is_left_alone(self) -> bool:
        """Whether who accepted left before the close took effect; makes the customer a new task."""
        made = self._task()
        if made is None or made.is_assigned or self._record.is_known(made.sid):
            return False
        if not self.handover.outlives(None, made):
            return False
        self._create_again(made)
        return True

    def _cancel(self) -> Offer:
        """Cancel the new task.

        Returns
        -------
        Offer
            Accepted where an agent was faster; still offered where Twilio refuses, or where the
            original has ended meanwhile and its customer would have no task.
        """
        offered = replace(self.attempt, phase=Phase.OFFERED)
        self.attempt = self.attempt.entering(Phase.UNDOING)
        self._record.write(self.attempt)
        try:
            cancel(self._twilio, self.handover, self._made_sid)
        except TwilioFailure:
            self._record.write(offered)
            raise
        except NoWayBack:
            made = self._task()
            if made and made.is_assigned:
                return self._accept(was_served=True)
            self.attempt = offered
            self._record.write(offered)
            return Offer.of(offered)
        original = self._original()
        if (original is None or original.is_ended) and self.handover.outlives(original, None):
            self._create_again(original or self._task())
            return Offer.of(self.attempt)
        return self._end()

    def _end(self) -> Offer:
        """Remember that the offer ended without an agent, and end its attempt.

        That stays where a creation or a close was not answered, see this class.
        """
        attempt, ended = self.attempt, outcome(self.attempt)
        self._record.keep(ended)
        if attempt.doubted or attempt.close_sent:
            self._record.write(replace(attempt, phase=Phase.UNDOING, new_task_sid=None))
        else:
            self._record.end(attempt.task_sid)
        self._ended()
        declined = ended.state is OfferState.DECLINED
        (transfer_declined if declined else transfer_taken_back)()
        return ended

    def _original(self) -> Task | None:
        return self._twilio.taskrouter.task(self.attempt.task_sid)

    def _is_over(self) -> bool:
        original = self._original()
        return original is None or original.is_ended


def outcome(attempt: Attempt) -> Offer:
    """What became of an offer that has ended without an agent."""
    was_taken_back = attempt.phase is Phase.UNDOING
    state = OfferState.CANCELLED if was_taken_back else OfferState.DECLINED
    return replace(Offer.of(attempt, state), since=milliseconds())
