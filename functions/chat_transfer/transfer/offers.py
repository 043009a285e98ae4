"""Offers: transfers that hand over when an agent accepts the new task.

Between the invite and the acceptance, which can take minutes, no lock is held and no function runs.
An event of Twilio, the schedule or a request leads to `settle_offer`, which reads the tasks again
and does what follows. What brought it there is not believed.
"""

from collections.abc import Callable
from dataclasses import replace

from chat_transfer.http.problems import Conflict, NotFound, TaskEnded, cannot_take_back
from chat_transfer.http.request import OfferRequest
from chat_transfer.metrics import (
    transfer_accepted,
    transfer_declined,
    transfer_succeeded,
    transfer_taken_back,
)
from chat_transfer.transfer.answers import answer_to
from chat_transfer.transfer.attempt import (
    Attempt,
    Offer,
    OfferState,
    Phase,
    TransferDone,
    milliseconds,
)
from chat_transfer.transfer.checks import handover_of, read_original
from chat_transfer.transfer.handover import NoWayBack
from chat_transfer.transfer.new_task import cancel
from chat_transfer.transfer.record import Record
from chat_transfer.transfer.steps import Steps
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import TwilioFailure


def read_offer(request: OfferRequest, record: Record, connect: Callable[[], Twilio]) -> Offer:
    """Read what was offered, and what became of it.

    Where the stack has no queue of events any more, the tasks are looked at too.

    Raises
    ------
    Problem
        With the status and the code of the contract.
    """
    try:
        twilio = connect()
        offer = _offer_for(request, record, twilio, reads=True)
        if offer.state is OfferState.OFFERED and twilio.settings.events_queue_url is None:
            settle_offer(twilio, record, request.task_sid)
            offer = record.offer(request.task_sid) or offer
    except TwilioFailure as failure:
        raise answer_to(failure, rolled_back=None) from failure
    return offer


def take_back(request: OfferRequest, record: Record, connect: Callable[[], Twilio]) -> Offer:
    """Take an offer back; one that has ended already stays as it is.

    Raises
    ------
    Problem
        With the status and the code of the contract; the offer stays open then.
    """
    try:
        twilio = connect()
        offer = _offer_for(request, record, twilio, reads=False)
        if offer.state is OfferState.OFFERED:
            offer = settle_offer(twilio, record, request.task_sid, takes_back=True) or offer
    except TwilioFailure as failure:
        raise answer_to(failure, rolled_back=None) from failure
    if offer.state is OfferState.ACCEPTED:
        raise Conflict(
            "An agent has accepted the transfer already, so it cannot be taken back.",
            code="already_accepted",
        )
    return offer


def settle_offer(
    twilio: Twilio, record: Record, task_sid: str, *, takes_back: bool = False
) -> Offer | None:
    """Find out under the lock what became of the offer of a task, and do what follows.

    Parameters
    ----------
    takes_back : bool
        Whether one that is still open is taken back.

    Returns
    -------
    Offer or None
        None where there is no offer, or it is not known yet whether it was made.

    Raises
    ------
    Problem, TwilioFailure
        Nothing is lost: the next event, schedule or request goes on from there.
    """
    attempt = record.attempt(task_sid)
    if attempt is None or not attempt.is_offer:
        return record.offer(task_sid)

    def under_lock(_waited: bool) -> TransferDone | Offer | None:  # noqa: FBT001 - as for a transfer
        found = record.attempt(task_sid)
        if found is None or not found.is_offer:
            return record.offer(task_sid)
        original = twilio.taskrouter.task(task_sid)
        handover = handover_of(twilio, task_sid, original, found)
        if handover is None:  # both tasks are deleted
            return _conclude(record, found, OfferState.DECLINED)
        steps = OfferSteps(twilio, record, found, handover)
        offer = steps.settle(seconds=0)
        if takes_back and offer and offer.state is OfferState.OFFERED:
            if original is None or original.is_ended:
                raise TaskEnded
            offer = steps.take_back()
            if offer.state is OfferState.OFFERED:
                raise cannot_take_back()
        if offer is None or offer.state is not OfferState.ACCEPTED:
            return offer
        transfer_succeeded()
        return steps.done()

    result = record.once(task_sid, attempt.target_sid, under_lock)
    return record.offer(task_sid) if isinstance(result, TransferDone) else result


class OfferSteps(Steps):
    """The steps of an attempt that is an offer, under the lock."""

    def settle(self, seconds: float | None = None) -> Offer | None:
        """Find out what became of the offer, and do what follows.

        Parameters
        ----------
        seconds : float or None
            How long a new task is searched for whose creation was not answered.

        Returns
        -------
        Offer or None
            In the state that it is in now; None where no new task is found.

        Raises
        ------
        NotFinished
            An agent has the new task, and the original is still open.
        TwilioFailure, TableUnavailable
            Something could not be read, done or recorded.
        """
        recorded = self.attempt.new_task_sid
        made = self.find(seconds)
        if self.attempt.new_task_sid is None:
            return None
        if not recorded:
            self.offered()
        if self.attempt.phase is Phase.HANDING_OVER:
            return self._accept()
        original = self._twilio.taskrouter.task(self.attempt.task_sid)
        is_over = original is None or original.is_ended
        is_waiting = made is not None and not made.is_ended
        if made and (made.is_held or (is_over and made.is_accepted)):
            return self._accept()
        if not is_over and not is_waiting:
            return _conclude(self._record, self.attempt, OfferState.DECLINED)
        if not self.handover.outlives(original, made):
            return self.take_back()
        if not is_waiting:  # the customer has no agent and no task
            self._create_again(original or made)
        return Offer.of(self.attempt)

    def take_back(self) -> Offer:
        """Cancel the new task.

        Returns
        -------
        Offer
            Accepted where an agent was faster; still offered where Twilio refuses.
        """
        try:
            cancel(self._twilio, self.handover, self._made_sid)
        except NoWayBack:
            made = self._task()
            return self._accept() if made and made.is_held else Offer.of(self.attempt)
        ended = _conclude(self._record, self.attempt, OfferState.CANCELLED)
        self._ended()
        return ended

    def _accept(self) -> Offer:
        """Hand the original over to the agent who has accepted the new task."""
        offer_since = self.attempt.since
        if self.attempt.phase is not Phase.HANDING_OVER:
            self.attempt = replace(
                self.attempt.entering(Phase.HANDING_OVER), accepted=True, close_sent=True
            )
            self._record.write(self.attempt)
            transfer_accepted((self.attempt.since - offer_since) / 1000)
        accepted_by = self._twilio.threads.submit(self._twilio.holder, self._made_sid)
        self.finish()
        accepted = Offer.of(self.attempt, OfferState.ACCEPTED)
        accepted = replace(accepted, accepted_by=accepted_by.result())
        self._record.keep(accepted)
        return accepted


def _conclude(record: Record, attempt: Attempt, state: OfferState) -> Offer:
    """Remember how an offer ended without an agent, and end its attempt.

    One whose creation was doubted before stays: that new task may still appear.
    """
    offer = replace(Offer.of(attempt, state), since=milliseconds())
    record.keep(offer)
    if attempt.doubted:
        record.write(replace(attempt, phase=Phase.CREATING, new_task_sid=None))
    else:
        record.end(attempt.task_sid)
    (transfer_declined if state is OfferState.DECLINED else transfer_taken_back)()
    return offer


def _offer_for(request: OfferRequest, record: Record, twilio: Twilio, *, reads: bool) -> Offer:
    """The offer, for a caller who may read it, or take it back."""
    original = read_original(twilio, request.token, request.task_sid)
    offer = record.offer(request.task_sid)
    caller = original.caller.result()
    agents = {offer.held_by, offer.accepted_by if reads else None} if offer else {None}
    if not any(map(caller.may_act_for, agents)):
        original.authorise(record, request.task_sid, caller)
    if offer is None:
        raise NotFound(f"Nothing is offered for task {request.task_sid}.", code="offer_unknown")
    return offer
