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

CANCELLED, DECLINED = OfferState.CANCELLED, OfferState.DECLINED


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
        recorded = self.attempt
        made = self.find(0 if recorded.phase is Phase.UNDOING else seconds)
        original = self._original()
        if made and self._is_taken(made):
            return self._accept()
        if made and made.is_ended and self._is_offered_on(made):
            return Offer.of(self.attempt)
        if original is None or original.is_ended:
            return self._settle_without(original, made, recorded)
        return self._settle_with(original, made, recorded)

    def _settle_without(
        self, original: Task | None, made: Task | None, recorded: Attempt
    ) -> Offer | None:
        """Settle an offer whose original is over, so that its customer has the new task only."""
        is_closed = not self.handover.outlives(original, made)
        # Not by our close: both agents have left by themselves.
        ended_by_itself = recorded.phase is not Phase.HANDING_OVER
        if made and made.is_accepted and (is_closed or ended_by_itself):
            return self._accept(closes=False)
        is_waiting = made is not None and not made.is_ended
        if not is_closed:
            if not is_waiting:
                self._create_again(original or made)
            return self._still_offered(recorded)
        if is_waiting:
            return self._cancel()
        if recorded.new_task_sid:
            return self._end(CANCELLED, original)
        self._record.end(self.attempt.task_sid)
        return None

    def _settle_with(self, original: Task, made: Task | None, recorded: Attempt) -> Offer | None:
        """Settle an offer whose original is open, so that its agent has the customer."""
        was_taken_back = recorded.phase is Phase.UNDOING
        is_waiting = made is not None and not made.is_ended
        if was_taken_back and not recorded.new_task_sid:  # it has ended, and is kept
            if is_waiting:
                self._cancel_double(self._made_sid)
            return None
        if was_taken_back or not self.handover.outlives(original, made):
            if is_waiting:
                return self._cancel()
            return self._end(CANCELLED, original) if recorded.new_task_sid else None
        if is_waiting:
            return self._still_offered(recorded)
        return self._end(DECLINED, original) if recorded.new_task_sid else None

    def take_back(self, offer: Offer | None) -> Offer | None:
        """Cancel the new task on request, also one that may still appear.

        Parameters
        ----------
        offer : Offer or None
            As it was settled.

        Returns
        -------
        Offer or None
            Accepted where an agent was faster.

        Raises
        ------
        TaskEnded
            The original is over, so the customer keeps the new task.
        Conflict
            Twilio refuses to cancel it.
        """
        if offer is None and self.attempt.phase is Phase.CREATING:
            self._record.write(self.attempt.entering(Phase.UNDOING))
        if offer is None or offer.state is not OfferState.OFFERED:
            return offer
        if not self._is_over():
            offer = self._cancel()
        if offer.state is OfferState.OFFERED:
            raise TaskEnded if self._is_over() else cannot_take_back()
        return offer

    def _still_offered(self, recorded: Attempt) -> Offer:
        """The open offer, recorded where it is another task."""
        is_known = recorded.phase is Phase.OFFERED
        if not is_known or self.attempt.new_task_sid != recorded.new_task_sid:
            self.attempt = replace(self.attempt, phase=Phase.OFFERED)
            self.offered()
        return Offer.of(self.attempt)

    def _is_taken(self, made: Task) -> bool:
        """Whether an agent serves the customer by the new task, or has passed the chat on.

        Twilio does not say whether an agent who wraps up is still in the conversation, so the
        original's agent stays until the new task is completed; then it was declined.
        """
        if made.is_assigned or not made.is_accepted:
            return made.is_assigned
        attempt = self._record.attempt(made.sid)
        passes_on = attempt is not None and attempt.phase is Phase.HANDING_OVER
        return passes_on or self._record.done(made.sid) is not None

    def _is_offered_on(self, made: Task) -> bool:
        """Whether the agent who took the new task has offered it to another one, and is gone."""
        attempt = self._record.attempt(made.sid)
        return attempt is not None and attempt.is_offer and attempt.phase is Phase.OFFERED

    def _accept(self, *, closes: bool = True) -> Offer:
        """Remember that an agent has accepted the new task, and hand the original over to them.

        Parameters
        ----------
        closes : bool
            Whether the original may be open.
        """
        offer_since = self.attempt.since
        if self.attempt.phase is not Phase.HANDING_OVER:
            self.attempt = replace(
                self.attempt.entering(Phase.HANDING_OVER), accepted=True, close_sent=True
            )
            self._record.write(self.attempt)
            transfer_accepted((self.attempt.since - offer_since) / 1000)
        if closes:
            self.finish()
            made = self._task()
            # Who accepted may have left before the close took effect.
            if made and not self._is_taken(made) and self.handover.outlives(None, made):
                handed_over = self.attempt
                self._create_again(made)
                return self._still_offered(handed_over)
        accepted = Offer.of(self.attempt, OfferState.ACCEPTED)
        accepted = replace(accepted, accepted_by=self._twilio.holder(self._made_sid))
        self._record.keep(accepted)
        return accepted

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
        except TwilioFailure as failure:
            if not failure.may_have_happened:  # otherwise the next look finishes it
                self._record.write(offered)
            raise
        except NoWayBack:
            made = self._task()
            if made and self._is_taken(made):
                return self._accept()
            self.attempt = offered
            self._record.write(offered)
            return Offer.of(offered)
        original = self._original()
        if (original is None or original.is_ended) and self.handover.outlives(original, None):
            self._create_again(original or self._task())
            return self._still_offered(offered)
        return self._end(CANCELLED, original)

    def _end(self, state: OfferState, original: Task | None) -> Offer:
        """Remember that the offer ended without an agent, and end its attempt.

        That is kept where a creation or a close was not answered, and where the original's agent
        wraps up and may have left the conversation.
        """
        ended = outcome(self.attempt, state)
        self._record.keep(ended)
        wraps_up = original is not None and original.is_held and not original.is_assigned
        if self.attempt.doubted or self.attempt.close_sent or wraps_up:
            self.attempt = replace(self.attempt, phase=Phase.UNDOING, new_task_sid=None)
            self._record.write(self.attempt)
        else:
            self._record.end(self.attempt.task_sid)
            self._ended()
        (transfer_declined if state is DECLINED else transfer_taken_back)()
        return ended

    def _original(self) -> Task | None:
        return self._twilio.taskrouter.task(self.attempt.task_sid)

    def _is_over(self) -> bool:
        original = self._original()
        return original is None or original.is_ended


def outcome(attempt: Attempt, state: OfferState) -> Offer:
    """What has become of an offer now."""
    return replace(Offer.of(attempt, state), since=milliseconds())
