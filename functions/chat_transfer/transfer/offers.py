"""What became of an offer, and how it is taken back, or left to the agent who has joined.

An offer is a transfer whose original ends when an agent has accepted the new task.
"""

from collections.abc import Callable, Mapping

from chat_transfer.http.problems import Conflict, NotFinished, NotFound, TaskEnded, cannot_take_back
from chat_transfer.http.request import OfferRequest
from chat_transfer.transfer.answers import answer_to
from chat_transfer.transfer.facts import OPEN, OVER, Result
from chat_transfer.transfer.lock import Lock, released
from chat_transfer.transfer.offered import Offer, offer_in
from chat_transfer.transfer.progress import going_back, leaving
from chat_transfer.transfer.reading import Original, read_original
from chat_transfer.transfer.reconcile import Run
from chat_transfer.transfer.record import Became, Place, Record, When, milliseconds
from chat_transfer.transfer.table import CLOCKS_DIFFER_MS, Table
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import TwilioFailure


def read_offer(request: OfferRequest, table: Table, connect: Callable[[], Twilio]) -> Offer:
    """Read what was offered, and what became of it.

    Raises
    ------
    Problem
        With the status and the code of the contract.
    """
    try:
        original, place = _asked_for(request, table, connect(), reads=True)
    except TwilioFailure as failure:
        raise answer_to(failure, rolled_back=None) from failure
    record = table.read(place.key) if place else None
    return _known(offer_in(record or Record(), original.task_sid), request.task_sid)


def take_back(request: OfferRequest, table: Table, connect: Callable[[], Twilio]) -> Offer:
    """Take an offer back; one that has ended already stays as it is.

    Raises
    ------
    Problem
        With the status and the code of the contract; the offer stays open then.
    """
    offer = _changed(request, table, connect, dict.fromkeys(OPEN, going_back))
    if offer.state == Became.ACCEPTED:
        raise Conflict(
            "An agent has accepted the transfer already, so it cannot be taken back.",
            code="already_accepted",
        )
    return offer


def leave(request: OfferRequest, table: Table, connect: Callable[[], Twilio]) -> Offer:
    """Leave the conversation to the agent who has joined: the original is ended.

    Raises
    ------
    Problem
        With the status and the code of the contract; ``not_joined`` if no agent is there.
    """
    offer = _changed(request, table, connect, {Result.JOINED: leaving})
    if offer.state != Became.ACCEPTED:
        raise Conflict(
            f"No agent has joined: the transfer is {offer.state}. Leave once one has accepted it.",
            code="not_joined",
        )
    return offer


def _changed(
    request: OfferRequest,
    table: Table,
    connect: Callable[[], Twilio],
    changes: Mapping[Result, Callable[[Record], Record]],
) -> Offer:
    """Look at an offer, and if it is open change what is wanted of it."""
    try:
        twilio = connect()
        began = milliseconds()
        original, place = _asked_for(request, table, twilio, reads=False)
        if place is None:
            return _known(None, request.task_sid)
        lock = table.lock(place.key, seconds=twilio.budget.remaining())
        if lock is None:
            offer = offer_in(table.read(place.key) or Record(), request.task_sid)
        else:
            is_fresh = lock.record.touched < began - CLOCKS_DIFFER_MS
            given = original if is_fresh else None
            offer = released(
                lock, lambda: _under_lock(twilio, lock, request.task_sid, given, changes)
            )
    except TwilioFailure as failure:
        raise answer_to(failure, rolled_back=None) from failure
    return _known(offer, request.task_sid)


def _under_lock(
    twilio: Twilio,
    lock: Lock,
    task_sid: str,
    original: Original | None,
    changes: Mapping[Result, Callable[[Record], Record]],
) -> Offer | None:
    wanted = lock.record.wanted
    is_offer = wanted and wanted.original == task_sid and wanted.when is When.ACCEPTED
    if wanted is None or not is_offer or wanted.became is not None:
        return offer_in(lock.record, task_sid)
    run = Run(twilio, lock, lock.record.place, wanted)
    if original is not None:
        run.look_at(original.task.result(), None)
    try:
        answer = run.reconcile()
        if answer.result is Result.WAITING and run.seen.original in OVER:
            raise TaskEnded  # the new task is all that the customer has
        if change := changes.get(answer.result):
            run.record = change(run.record)
            answer = run.reconcile()
    except TwilioFailure:
        run.give_up()
        raise
    run.settle(answer)
    if run.wanted.leaves and run.wanted.became is None:
        raise NotFinished(run.new_task)
    match answer.result:
        case Result.KEPT:
            raise cannot_take_back()
        case Result.NOT_FINISHED:
            raise NotFinished(answer.task)
        case Result.WAITING if Result.WAITING in changes:
            raise TaskEnded
    return offer_in(run.record, task_sid)


def _asked_for(
    request: OfferRequest, table: Table, twilio: Twilio, *, reads: bool
) -> tuple[Original, Place | None]:
    """The original and its place, for a caller who may read the offer, or take it back."""
    original = read_original(twilio, table, request.token, request.task_sid)
    original.authorise(table, original.caller.result(), reads=reads)
    return original, original.place(table)


def _known(offer: Offer | None, task_sid: str) -> Offer:
    if offer is None:
        raise NotFound(f"Nothing is offered for task {task_sid}.", code="offer_unknown")
    return offer
