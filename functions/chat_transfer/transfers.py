"""A transfer from the request to the new task: who asks, may they, do it; if it fails, rejoin."""

from aws_lambda_powertools import Logger

from chat_transfer import attributes
from chat_transfer.agents import may_transfer
from chat_transfer.attempts import TransferAttempt
from chat_transfer.handovers import handover_of
from chat_transfer.ledger import TransferDone, TransferLedger
from chat_transfer.outcomes import problem_of
from chat_transfer.preparation import holder_identity, task_unknown
from chat_transfer.problems import Forbidden, Problem
from chat_transfer.situation import Situation, SituationReader, TransferRequest
from chat_transfer.tokens import validate_token
from chat_transfer.twilio_context import TwilioContext
from chat_transfer.twilio_failures import TwilioFailure

logger = Logger(child=True)


class Transfers:
    """The transfers of one invocation.

    Parameters
    ----------
    ledger : TransferLedger
        What is remembered of other attempts.
    """

    def __init__(self, twilio: TwilioContext, ledger: TransferLedger) -> None:
        self._twilio = twilio
        self._ledger = ledger
        self._reader = SituationReader(twilio)

    def transfer(self, request: TransferRequest) -> TransferDone:
        """Transfer a task; every failure but a 403 puts the agent who holds it into the chat again.

        Raises
        ------
        Problem
            With the status and the code of the contract.
        """
        try:
            situation = self._read(request)
        except TwilioFailure as failure:
            raise problem_of(failure, rolled_back=True) from failure
        try:
            self._authorise(request, situation)
            attempt = TransferAttempt(self._twilio, self._ledger, self._reader, request, situation)
            return self._ledger.once(request.task_sid, request.target.sid, attempt.run)
        except TwilioFailure as failure:
            problem = problem_of(failure, rolled_back=True)
            self._rejoin(situation, problem)
            raise problem from failure
        except Problem as problem:
            self._rejoin(situation, problem)
            raise

    def _read(self, request: TransferRequest) -> Situation:
        twilio = self._twilio
        return self._reader.read(
            request,
            lambda: validate_token(
                twilio.client, twilio.settings.account_sid, request.token, twilio.retries
            ),
        )

    def _authorise(self, request: TransferRequest, situation: Situation) -> None:
        """Let in who holds the task, may transfer any, or held it before it was transferred."""
        caller = situation.caller
        logger.append_keys(agent_sid=caller.worker_sid)
        if may_transfer(caller, [situation.holder_sid]):
            return
        done = self._ledger.done(request.task_sid)
        if done and (caller.identity == done.asked_by or caller.worker_sid == done.held_by):
            return
        if self._ledger.has_attempt(request.task_sid):
            made = self._twilio.taskrouter.find_transfer_of(request.task_sid)
            if made and may_transfer(caller, [attributes.transferring_worker(made.attributes)]):
                return
        if situation.task is None and done is None:
            raise task_unknown(request.task_sid)
        raise Forbidden(
            "Only the agent who holds the task, a supervisor or an admin may transfer it.",
            code="not_your_task",
        )

    def _rejoin(self, situation: Situation, problem: Problem) -> None:
        """Put the agent who holds the task into the chat again, since the plugin made them leave.

        It never hides the problem that led here.
        """
        if isinstance(problem, Forbidden) or not problem.customer_stays:
            return
        self._twilio.budget.release_undo()
        try:
            original, holder_sid = situation.task, situation.holder_sid
            if original is None or holder_sid is None:
                return
            channel_sid = original.attributes.get(attributes.CHANNEL)
            handover = handover_of(self._twilio, original, holder_sid, channel_sid)
            if handover is None:
                return
            handover.join(holder_identity(self._twilio, situation, holder_sid))
            problem.agent_rejoined = True
        except TwilioFailure as failure:
            logger.warning("agent not rejoined", failure=repr(failure))
            problem.agent_rejoined = False
