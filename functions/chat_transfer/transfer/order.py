"""The order of a transfer, so that no failure leaves a customer without a task.

The new task is made first, then the original is handed over: at every moment at least one open task
serves the customer. Read `Transfer._transfer` from top to bottom. What an earlier attempt left is
finished or undone first, depending on its recorded phase. A transfer that hands over when an agent
accepts the new task stops after that is made: `offers` has what follows.
"""

from collections.abc import Callable
from dataclasses import replace

from aws_lambda_powertools import Logger

from chat_transfer.http.problems import (
    BadGateway,
    Conflict,
    Problem,
    kind_unsupported,
    transferred_elsewhere,
)
from chat_transfer.http.request import Target, TransferRequest
from chat_transfer.transfer import checks
from chat_transfer.transfer.answers import answer_to, rejoin
from chat_transfer.transfer.attempt import (
    Attempt,
    Offer,
    OfferState,
    Phase,
    TransferDone,
    milliseconds,
)
from chat_transfer.transfer.handover import Handover, NoWayBack, OriginalEnded
from chat_transfer.transfer.offer_steps import OfferSteps
from chat_transfer.transfer.record import Record
from chat_transfer.transfer.steps import Steps
from chat_transfer.transfer.table import TableUnavailable
from chat_transfer.twilio.agents import Caller
from chat_transfer.twilio.context import Twilio
from chat_transfer.twilio.failures import TwilioFailure
from chat_transfer.twilio.taskrouter import Task

logger = Logger(child=True)


def transfer(
    request: TransferRequest, record: Record, connect: Callable[[], Twilio]
) -> TransferDone | Offer:
    """Transfer a task: check who asks, then do it once.

    Parameters
    ----------
    connect : callable
        Makes the Twilio of this invocation; raises a `BadGateway` where its credentials cannot be
        read.

    Returns
    -------
    TransferDone or Offer
        An offer where the task is handed over when an agent accepts the new one.

    Raises
    ------
    Problem
        With the status and the code of the contract.
    """
    twilio = caller = None
    try:
        twilio = connect()
        reading = checks.read(twilio, request)
        caller = reading.caller.result()
        logger.append_keys(agent_sid=caller.worker_sid)
        reading.authorise(record, request.task_sid, caller)
        one = Transfer(twilio, record, request, reading, caller)
        done = record.once(request.task_sid, request.target.sid, one.under_lock)
    except (TwilioFailure, BadGateway) as error:
        if isinstance(error, BadGateway) and error.rolled_back is not None:
            raise  # `Transfer.under_lock` has answered and rejoined already
        problem = answer_to(error, rolled_back=not record.remains(request.task_sid))
        if twilio and caller:
            rejoin(twilio, record, caller, request, problem)
        raise problem from error
    if isinstance(done, TransferDone):
        one.cancel_doubles(done)
    return done


class Transfer:
    """One transfer of one task.

    Parameters
    ----------
    reading : Reading
        As it was before the lock was taken.
    """

    def __init__(
        self,
        twilio: Twilio,
        record: Record,
        request: TransferRequest,
        reading: checks.Reading,
        caller: Caller,
    ) -> None:
        self._twilio = twilio
        self._record = record
        self._request = request
        self._reading = reading
        self._caller = caller
        self._steps: Steps | None = None

    def under_lock(self, waited: bool) -> TransferDone | Offer:  # noqa: FBT001 - the record says it by position
        """Transfer the task under the lock; where that fails, answer and rejoin.

        Raises
        ------
        Problem
            With what is left, in `Problem.rolled_back`.
        """
        try:
            return self._transfer(waited=waited)
        except TableUnavailable:
            raise
        except Exception as error:
            task_sid, steps = self._request.task_sid, self._steps
            has_left = steps.has_left if steps else self._record.remains(task_sid)
            if not has_left and isinstance(error, Problem | TwilioFailure):
                self._record.end(task_sid)
            problem = answer_to(error, rolled_back=not has_left)
            rejoin(self._twilio, self._record, self._caller, self._request, problem)
            raise problem from error

    def _transfer(self, *, waited: bool) -> TransferDone | Offer:
        """The whole transfer, from top to bottom."""
        if waited:
            self._read_again()
        attempt, handover = self._prepare()
        earlier = self._record.begin(attempt)
        try:
            if earlier is not None:
                return self._resume(earlier) or self._begin_again(earlier)
            return self._make(self._steps_of(attempt, handover))
        except Conflict as conflict:
            doubted = self._steps.attempt if self._steps else attempt
            if conflict.code != "invite_open" or doubted.doubted is None:
                raise
            # The invite may be the doubted one, which could not be found a moment ago.
            return self._resume(doubted) or self._begin_again(doubted)

    def _make(self, steps: Steps) -> TransferDone | Offer:
        """Make the new task, and hand the original over to its agent, unless that is for later."""
        new_task = checks.check(
            self._twilio, self._request, self._reading, steps.handover, steps.attempt
        )
        steps.create(new_task)
        if steps.attempt.is_offer:
            return steps.offered()
        steps.hand_over(watched=checks.is_watched(self._request.target, self._reading))
        return self._done(steps)

    def _begin_again(self, earlier: Attempt) -> TransferDone | Offer:
        """Transfer after an earlier attempt was undone."""
        self._read_again()
        attempt, handover = self._prepare(earlier)
        steps = self._steps_of(attempt, handover)
        self._record.write(attempt)
        original = self._reading.task.result()
        if original is None or original.is_ended:  # a close that was given up has landed
            steps.follow_original()
            return self._done(steps)
        return self._make(steps)

    def _resume(self, earlier: Attempt) -> TransferDone | Offer | None:
        """Finish an earlier attempt, or undo it: None then."""
        self._read_again()
        original = self._reading.task.result()
        handover = checks.handover_of(self._twilio, earlier.task_sid, original, earlier)
        if handover is None:
            return None
        steps = self._steps_of(earlier, handover)
        logger.info("resuming", phase=earlier.phase, new_task_sid=earlier.new_task_sid)
        if isinstance(steps, OfferSteps):
            return self._resume_offer(steps)
        try:
            if not self._carry_on(steps, original):
                return None
        except NoWayBack:
            steps.finish()
        except OriginalEnded:
            steps.follow_original()
        return self._done(steps)

    def _carry_on(self, steps: Steps, original: Task | None) -> bool:
        """Finish the attempt, or undo it: False then."""
        made = steps.find()
        attempt = steps.attempt
        if self._is_taken(attempt, made):
            steps.finish()
        elif original is None or original.is_ended:
            steps.follow_original()
        elif attempt.phase is Phase.CREATING:
            steps.handover.restore()
            return False
        elif attempt.phase is Phase.UNDOING or made is None or made.is_ended:
            steps.undo()
            return False
        elif attempt.target_sid == self._request.target.sid:
            steps.hand_over(watched=checks.is_watched(self._request.target, self._reading))
        elif attempt.close_sent:
            steps.finish()
        else:
            steps.undo()
            return False
        return True

    def _resume_offer(self, steps: OfferSteps) -> TransferDone | Offer | None:
        """Go on with an offer as it is asked for now; None where it has ended without an agent."""
        offer = steps.settle()
        if offer and offer.state is OfferState.OFFERED:
            hand_over = checks.hand_over(self._twilio, self._request, steps.handover)
            wanted = replace(
                steps.attempt, target_sid=self._request.target.sid, hand_over=hand_over
            )
            if wanted == steps.attempt:
                return offer
            checks.check(
                self._twilio,
                self._request,
                self._reading,
                steps.handover,
                wanted,
                offered=offer.new_task_sid,
            )
            offer = steps.take_back(offer)
        return self._done(steps) if offer and offer.state is OfferState.ACCEPTED else None

    def _is_taken(self, attempt: Attempt, made: Task | None) -> bool:
        """Whether an agent has accepted the new task, and may have finished it since."""
        if made is not None or attempt.phase is not Phase.HANDING_OVER:
            return made is not None and made.is_accepted
        # Deleted: it was cancelled, or accepted and completed.
        target = Target(attempt.target_sid)  # its workflow counts, not that of this request
        return attempt.accepted or not checks.is_watched(target, self._reading)

    def _steps_of(self, attempt: Attempt, handover: Handover) -> Steps:
        kind = OfferSteps if attempt.is_offer else Steps
        self._steps = kind(self._twilio, self._record, attempt, handover)
        return self._steps

    def _read_again(self) -> None:
        self._reading = checks.read_again(self._twilio, self._reading, self._request.task_sid)

    def _prepare(self, earlier: Attempt | None = None) -> tuple[Attempt, Handover]:
        """Make the attempt that begins, and choose the handover of its task.

        Raises
        ------
        NotFound, Conflict
            There is neither such a task nor an attempt at it, or it is of neither kind.
        """
        task_sid, twilio = self._request.task_sid, self._twilio
        original, holder_sid = self._reading.task.result(), self._reading.holder.result()
        handover = checks.handover_of(twilio, task_sid, original, earlier)
        if handover is None and (unfinished := self._record.attempt(task_sid)):
            handover = checks.handover_of(twilio, task_sid, original, unfinished)
        if handover is None:
            checks.transferable(self._request, self._reading)
            raise kind_unsupported()
        held_by, identity = holder_sid, None
        if holder_sid:
            identity = twilio.identity(holder_sid, self._caller)
        elif earlier:
            held_by, identity = earlier.held_by, earlier.identity
        now = milliseconds()
        left = self._steps.attempt if self._steps else None
        doubted = left.doubted if left else None
        attempt = Attempt(
            task_sid=task_sid,
            target_sid=self._request.target.sid,
            held_by=held_by,
            identity=identity,
            channel_sid=checks.channel_of(original),
            began_at=earlier.began_at if earlier and doubted else now,
            since=now,
            hand_over=checks.hand_over(twilio, self._request, handover),
            asked_by=self._caller.identity,
            close_sent=left.close_sent if left else False,
            doubted=doubted,
        )
        return attempt, handover

    def _done(self, steps: Steps) -> TransferDone:
        """The result, unless what was finished is the transfer to another target."""
        if steps.attempt.target_sid != self._request.target.sid:
            raise transferred_elsewhere()
        return steps.done(self._caller.identity)

    def cancel_doubles(self, done: TransferDone) -> None:
        """Cancel what an unanswered creation of this transfer has made by now, if any was."""
        if done.doubted_attempt is None:
            return
        attempt = Attempt.from_json(done.doubted_attempt)
        try:
            original = self._reading.task.result()
            handover = checks.handover_of(self._twilio, attempt.task_sid, original, attempt)
            if handover is not None:
                Steps(self._twilio, self._record, attempt, handover).cancel_doubles()
        except TwilioFailure as failure:
            logger.warning("a task too many may be left", failure=repr(failure))
