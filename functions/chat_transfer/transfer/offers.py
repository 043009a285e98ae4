"""Offers: transfers that hand over when an agent accepts the new task.

Between the invite and the acceptance, which can take minutes, no lock is held and no function runs.
An event of Twilio, the schedule or a request leads to `settle_offer`, which reads the tasks again
and does what follows. What brought it there is not believed.
"""

from collections.abc import Callable

from chat_transfer.http.problems import Conflict, NotFound
from chat_transfer.http.request import OfferRequest
from chat_transfer.metrics import transfer_succeeded
from chat_transfer.transfer.answers import answer_to
from chat_transfer.transfer.attempt import Offer, OfferState, Phase, TransferDone
from chat_transfer.transfer.checks import handover_of, read_original
from chat_transfer.transfer.offer_steps import OfferSteps, outcome
from chat_transfer.transfer.record import Record
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
    return _asked_for(request, record, connect, takes_back=False)


def take_back(request: OfferRequest, record: Record, connect: Callable[[], Twilio]) -> Offer:
    """Take an offer back; one that has ended already stays as it is.

    Raises
    ------
    Problem
        With the status and the code of the contract; the offer stays open then.
    """
    offer = _asked_for(request, record, connect, takes_back=True)
    if offer.state is OfferState.ACCEPTED:
        raise Conflict(
            "An agent has accepted the transfer already, so it cannot be taken back.",
            code="already_accepted",
        )
    return offer


def _asked_for(
    request: OfferRequest, record: Record, connect: Callable[[], Twilio], *, takes_back: bool
) -> Offer:
    try:
        twilio = connect()
        offer = _offer_for(request, record, twilio, reads=not takes_back)
        if takes_back or twilio.settings.events_queue_url is None:
            offer = settle_offer(twilio, record, request.task_sid, takes_back=takes_back)
    except TwilioFailure as failure:
        raise answer_to(failure, rolled_back=None) from failure
    if offer is None:
        raise NotFound(f"Nothing is offered for task {request.task_sid}.", code="offer_unknown")
    return offer


def _offer_for(
    request: OfferRequest, record: Record, twilio: Twilio, *, reads: bool
) -> Offer | None:
    """The offer, for a caller who may read it, or take it back."""
    original = read_original(twilio, request.token, request.task_sid)
    offer = record.offer(request.task_sid)
    caller = original.caller.result()
    agents = {offer.held_by, offer.accepted_by if reads else None} if offer else {None}
    if not any(map(caller.may_act_for, agents)):
        original.authorise(record, request.task_sid, caller)
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
        if handover is None:
            if original is None:  # both tasks are deleted, so nothing can come of it any more
                if found.new_task_sid:
                    was_accepted = found.phase is Phase.HANDING_OVER
                    state = OfferState.ACCEPTED if was_accepted else OfferState.DECLINED
                    record.keep(outcome(found, state))
                record.end(task_sid)
            return record.offer(task_sid)
        steps = OfferSteps(twilio, record, found, handover)
        offer = steps.settle(seconds=0)
        if takes_back:
            offer = steps.take_back(offer)
        if offer is None:
            return record.offer(task_sid)
        # Where another target was accepted, the lock is not for this result.
        if offer.state is not OfferState.ACCEPTED or offer.target_sid != attempt.target_sid:
            return offer
        transfer_succeeded()
        return steps.done()

    result = record.once(task_sid, attempt.target_sid, under_lock)
    return record.offer(task_sid) if isinstance(result, TransferDone) else result
