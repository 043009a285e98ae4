"""One attempt at a transfer, under the lock: begin it, or end what an earlier one has left."""

from collections.abc import Sequence

from aws_lambda_powertools import Logger

from chat_transfer import attributes
from chat_transfer.handover import Handover, TaskEnded
from chat_transfer.handover_kinds import handover_of
from chat_transfer.ledger import TransferDone, TransferLedger
from chat_transfer.outcomes import problem_of
from chat_transfer.preparation import prepare
from chat_transfer.problems import Problem
from chat_transfer.refusals import kind_unsupported, transferred_elsewhere
from chat_transfer.saga import Accepted, TransferSaga
from chat_transfer.situation import Situation, SituationReader
from chat_transfer.taskrouter import Task
from chat_transfer.transfer_request import TransferRequest
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

    Attributes
    ----------
    handover : Handover or None
        Of the task, as soon as it is known.
    identity : str or None
        Of the agent who holds it, or held it.
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
        self.handover: Handover | None = None
        self.identity: str | None = None

    def run(self) -> TransferDone:
        """Do the transfer, or finish or undo what an attempt that was cut off has left of it.

        Raises
        ------
        Problem
            With what is left, in `Problem.rolled_back`.
        """
        is_cut_off = self._ledger.begin_attempt(self._request.task_sid)
        found: Sequence[Task] = ()
        try:
            if is_cut_off:
                found = self._find()
            return self._recover(found) if found else self._begin(self._as_it_is_now())
        except TwilioFailure as failure:
            problem = problem_of(failure, rolled_back=not found)
            self._end(problem, is_left=bool(found))
            raise problem from failure
        except Problem as problem:
            self._end(problem, is_left=bool(found))
            raise

    def leave(self) -> None:
        """Let the agent leave the chat for good; that this fails does not undo a transfer."""
        if self.handover is None or self.identity is None:
            return
        try:
            self.handover.leave(self.identity)
        except TwilioFailure as failure:
            logger.warning("agent still in the chat channel", failure=repr(failure))

    def _find(self) -> Sequence[Task]:
        try:
            return self._twilio.taskrouter.find_transfers_of(self._request.task_sid)
        except TwilioFailure as failure:
            raise problem_of(failure, rolled_back=False) from failure

    def _end(self, problem: Problem, *, is_left: bool) -> None:
        """Forget the attempt, unless the next one has to look for what is left of it."""
        if problem.in_doubt:
            return
        if problem.rolled_back or (problem.rolled_back is None and not is_left):
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
        self.handover, self.identity = ready.handover, ready.identity
        return self._done(self._saga(ready.handover).run(ready.new_task), ready.holder_sid)

    def _recover(self, found: Sequence[Task]) -> TransferDone:
        """Go on from the new tasks that an earlier attempt has made."""
        made = next((task for task in found if self._is_for_target(task)), found[0])
        made = found[0] if found[0].is_accepted else made
        others = [task for task in found if task is not made]
        holder_sid = attributes.transferring_worker(made.attributes) or ""
        logger.info("recovering", new_task_sid=made.sid, same_target=self._is_for_target(made))
        situation = self._read_again()
        if situation.task is None:
            return self._already(made, holder_sid)
        self.handover = self._handover_of(situation.task, holder_sid, made)
        self.identity = str(made.attributes.get("ignoreAgent"))
        saga = self._saga(self.handover)
        if situation.task.is_ended:
            sid = made.sid if self.handover.has_let_go() else saga.withdraw(made.sid)
            return self._already(made, holder_sid, sid)
        if self._is_for_target(made):
            return self._done(saga.resume(made, others), holder_sid)
        try:
            saga.undo(made, others)
        except (Accepted, TaskEnded):
            saga.resume(made, others)
            raise transferred_elsewhere() from None
        return self._begin(self._read_again())

    def _is_for_target(self, task: Task) -> bool:
        return task.attributes.get("targetSid") == self._request.target.sid

    def _handover_of(self, original: Task, holder_sid: str, made: Task) -> Handover:
        """The channel is on one of the two, wherever the attempt was cut off."""
        channel_sid = made.attributes.get(attributes.CHANNEL) or original.attributes.get(
            attributes.CHANNEL
        )
        handover = handover_of(self._twilio, original, holder_sid, channel_sid)
        if handover is None:
            raise kind_unsupported()
        return handover

    def _already(self, made: Task, holder_sid: str, sid: str | None = None) -> TransferDone:
        """The original is over: the transfer to `made` had come that far."""
        if not self._is_for_target(made):
            raise transferred_elsewhere()
        return self._done(sid or made.sid, holder_sid)

    def _saga(self, handover: Handover) -> TransferSaga:
        return TransferSaga(self._twilio, self._request.task_sid, handover)

    def _done(self, made: str, holder_sid: str) -> TransferDone:
        return TransferDone(
            task_sid=made, held_by=holder_sid, asked_by=self._situation.caller.identity
        )
