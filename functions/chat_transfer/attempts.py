"""One attempt at a transfer, under the lock: begin it, or end what an earlier one has left."""

from collections.abc import Sequence
from contextlib import suppress

from aws_lambda_powertools import Logger

from chat_transfer import attributes
from chat_transfer.handover import Handover, TaskEnded
from chat_transfer.handover_kinds import handover_of
from chat_transfer.interaction_handover import is_interaction
from chat_transfer.ledger import CutOff, TransferDone, TransferLedger
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
    has_begun : bool
        Whether it had the lock.
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
        self.has_begun = False
        self._is_left = False
        self._is_taken = False

    def run(self) -> TransferDone:
        """Do the transfer, or finish or undo what an attempt that was cut off has left of it.

        Raises
        ------
        Problem
            With what is left, in `Problem.rolled_back`.
        """
        self.has_begun = True
        cut_off = self._ledger.begin_attempt(self._request.task_sid, self._channel_sid())
        try:
            if cut_off is None:
                return self._begin(self._as_it_is_now())
            found = self._find()
            return self._recover(found, cut_off) if found else self._restore(cut_off)
        except TwilioFailure as failure:
            problem = problem_of(failure, rolled_back=not self._is_left)
            problem.customer_stays = not self._is_taken
            self._end(problem)
            raise problem from failure
        except Problem as problem:
            self._end(problem)
            raise

    def leave(self) -> None:
        """Let the agent leave the chat for good; that this fails does not undo a transfer."""
        if self.handover is None or self.identity is None:
            return
        try:
            self.handover.leave(self.identity)
        except TwilioFailure as failure:
            logger.warning("agent still in the chat channel", failure=repr(failure))

    def _channel_sid(self) -> str | None:
        """The task's ``channelSid`` as it was read, None where it has none or was not read."""
        try:
            task = self._situation.task
        except TwilioFailure:
            return None
        return attributes.channel_in(task.attributes) if task else None

    def _find(self) -> Sequence[Task]:
        """Search for what the attempt before has made; until then anything may be left."""
        self._is_left = self._is_taken = True
        found = self._twilio.taskrouter.find_transfers_of(self._request.task_sid)
        self._is_left = bool(found)
        self._is_taken = any(task.is_accepted for task in found)
        return found

    def _end(self, problem: Problem) -> None:
        """Forget the attempt, unless the next one has to look for what is left of it."""
        if problem.in_doubt:
            return
        if problem.rolled_back or (problem.rolled_back is None and not self._is_left):
            self._ledger.end_attempt(self._request.task_sid)

    def _restore(self, cut_off: CutOff) -> TransferDone:
        """Begin anew; first give the task back what an attempt without a new task took from it."""
        situation = self._read_again()
        task, channel_sid = situation.task, cut_off.channel_sid
        if task is None or task.is_ended or attributes.CHANNEL in task.attributes:
            return self._begin(situation)
        self._is_left = True
        handover = handover_of(self._twilio, task, situation.holder_sid or "", channel_sid)
        if handover is not None:
            with suppress(TaskEnded):
                self._saga(handover).restore()
            situation = self._read_again()
        self._is_left = False
        return self._begin(situation)

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

    def _recover(self, found: Sequence[Task], cut_off: CutOff) -> TransferDone:
        """Go on from the new tasks that an earlier attempt has made."""
        made = next((task for task in found if self._is_for_target(task)), found[0])
        made = found[0] if found[0].is_accepted else made
        holder_sid = attributes.transferring_worker(made.attributes) or ""
        logger.info("recovering", new_task_sid=made.sid, same_target=self._is_for_target(made))
        situation = self._read_again()
        original = situation.task
        self.handover = self._handover_of(original or made, holder_sid, made, cut_off)
        self.identity = str(made.attributes.get("ignoreAgent"))
        saga = self._saga(self.handover)
        saga.take_back([task for task in found if task is not made])
        if original is None or original.is_ended:
            stands = self._leads_to_customer(made) and (
                original is None or self.handover.has_let_go()
            )
            return self._already(made, holder_sid, made.sid if stands else saga.withdraw(made.sid))
        if self._is_for_target(made):
            return self._done(saga.resume(made), holder_sid)
        try:
            saga.undo(made)
        except (Accepted, TaskEnded):
            saga.resume(made)
            self.leave()
            raise transferred_elsewhere() from None
        self._is_left = False
        return self._begin(self._read_again())

    def _is_for_target(self, task: Task) -> bool:
        return task.attributes.get("targetSid") == self._request.target.sid

    def _handover_of(
        self, original: Task, holder_sid: str, made: Task, cut_off: CutOff
    ) -> Handover:
        """The channel is on one of the two, wherever the attempt was cut off, or it is known."""
        channels = (attributes.channel_in(one.attributes) for one in (made, original))
        channel_sid = next(filter(None, channels), cut_off.channel_sid)
        handover = handover_of(self._twilio, original, holder_sid, channel_sid)
        if handover is None:
            raise kind_unsupported()
        return handover

    def _leads_to_customer(self, made: Task) -> bool:
        """Whether an undo has not taken the channel from it, or an agent has it already."""
        return made.is_accepted or is_interaction(made) or attributes.CHANNEL in made.attributes

    def _already(self, made: Task, holder_sid: str, sid: str) -> TransferDone:
        """The original is over: the transfer to `made` had come that far."""
        if not self._is_for_target(made):
            raise transferred_elsewhere()
        return self._done(sid, holder_sid)

    def _saga(self, handover: Handover) -> TransferSaga:
        return TransferSaga(self._twilio, self._request.task_sid, handover)

    def _done(self, made: str, holder_sid: str) -> TransferDone:
        return TransferDone(
            task_sid=made, held_by=holder_sid, asked_by=self._situation.caller.identity
        )
