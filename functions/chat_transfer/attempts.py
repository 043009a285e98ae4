"""One attempt at a transfer, under the lock: begin it, or end what an earlier one has left."""

from aws_lambda_powertools import Logger

from chat_transfer import attributes
from chat_transfer.handover import Handover, TaskEnded
from chat_transfer.handovers import handover_of, unsupported
from chat_transfer.ledger import TransferDone, TransferLedger, other_target
from chat_transfer.outcomes import problem_of
from chat_transfer.preparation import prepare
from chat_transfer.problems import Problem
from chat_transfer.saga import Accepted, TransferSaga
from chat_transfer.situation import Situation, SituationReader, TransferRequest
from chat_transfer.taskrouter import Task
from chat_transfer.twilio_context import TwilioContext
from chat_transfer.twilio_failures import TwilioFailure

logger = Logger(child=True)

FRESH_SECONDS = 1.0


class TransferAttempt:
    """An attempt at one request.

    Parameters
    ----------
    situation : Situation
        As it was before the lock was taken.
    """

    def __init__(
        self,
        twilio: TwilioContext,
        ledger: TransferLedger,
        reader: SituationReader,
        request: TransferRequest,
        situation: Situation,
    ) -> None:
        self._twilio = twilio
        self._ledger = ledger
        self._reader = reader
        self._request = request
        self._situation = situation

    def run(self) -> TransferDone:
        """Do the transfer, or finish or undo what an attempt that was cut off has left of it.

        Raises
        ------
        Problem
            With what is left, in `Problem.rolled_back`.
        """
        made = None
        try:
            if self._ledger.begin_attempt(self._request.task_sid):
                made = self._find()
            return self._begin(self._as_it_is_now()) if made is None else self._recover(made)
        except TwilioFailure as failure:
            problem = problem_of(failure, rolled_back=made is None)
            self._end(problem, left=made is not None)
            raise problem from failure
        except Problem as problem:
            self._end(problem, left=made is not None)
            raise

    def _find(self) -> Task | None:
        try:
            return self._twilio.taskrouter.find_transfer_of(self._request.task_sid)
        except TwilioFailure as failure:
            raise problem_of(failure, rolled_back=False) from failure

    def _end(self, problem: Problem, *, left: bool) -> None:
        """Forget the attempt, unless the next one has to look for what is left of it."""
        if problem.rolled_back or (problem.rolled_back is None and not left):
            self._ledger.end_attempt(self._request.task_sid)

    def _as_it_is_now(self) -> Situation:
        """Read again what may have changed while another request had the lock."""
        if self._twilio.budget.clock() - self._situation.read_at < FRESH_SECONDS:
            return self._situation
        return self._read_again()

    def _read_again(self) -> Situation:
        return self._reader.read(self._request, lambda: self._situation.caller)

    def _begin(self, situation: Situation) -> TransferDone:
        ready = prepare(self._twilio, self._reader, self._request, situation)
        made = self._saga(ready.handover).run(ready.new_task)
        return self._done(made, ready.holder_sid, ready.handover, ready.identity)

    def _recover(self, made: Task) -> TransferDone:
        """Go on from a new task that an earlier attempt made."""
        original = self._situation.task
        holder_sid = attributes.transferring_worker(made.attributes) or ""
        same_target = made.attributes.get("targetSid") == self._request.target.sid
        logger.info("recovering", new_task_sid=made.sid, same_target=same_target)
        if original is None or original.is_ended:
            if not same_target:
                raise other_target()
            return self._remember(made.sid, holder_sid)
        # One of the two has it, wherever the attempt was cut off.
        channel_sid = made.attributes.get(attributes.CHANNEL) or original.attributes.get(
            attributes.CHANNEL
        )
        handover = handover_of(self._twilio, original, holder_sid, channel_sid)
        if handover is None:
            raise unsupported()
        saga = self._saga(handover)
        if same_target:
            sid = saga.resume(made.sid)
            return self._done(sid, holder_sid, handover, str(made.attributes.get("ignoreAgent")))
        try:
            saga.undo(made.sid)
        except (Accepted, TaskEnded):
            saga.resume(made.sid)
            raise other_target() from None
        return self._begin(self._read_again())

    def _saga(self, handover: Handover) -> TransferSaga:
        twilio = self._twilio
        return TransferSaga(
            self._request.task_sid, handover, twilio.taskrouter, twilio.retries, twilio.budget
        )

    def _done(self, made: str, holder_sid: str, handover: Handover, identity: str) -> TransferDone:
        """Let the agent leave the chat for good; that this fails does not undo a transfer."""
        try:
            handover.leave(identity)
        except TwilioFailure as failure:
            logger.warning("agent still in the chat channel", failure=repr(failure))
        return self._remember(made, holder_sid)

    def _remember(self, made: str, holder_sid: str) -> TransferDone:
        return TransferDone(
            task_sid=made, held_by=holder_sid, asked_by=self._situation.caller.identity
        )
