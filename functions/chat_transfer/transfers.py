"""A transfer from the request to the new task: who asks, may they, do it; if it fails, rejoin."""

from aws_lambda_powertools import Logger

from chat_transfer import attributes
from chat_transfer.agents import may_transfer
from chat_transfer.attempts import TransferAttempt
from chat_transfer.ledger import TransferDone, TransferLedger
from chat_transfer.outcomes import problem_of
from chat_transfer.problems import Forbidden, Problem, internal_error
from chat_transfer.refusals import task_unknown
from chat_transfer.rejoin import rejoin
from chat_transfer.situation import Situation, SituationReader
from chat_transfer.tokens import validate_token
from chat_transfer.transfer_request import TransferRequest
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
        """Transfer a task; a failure puts the agent who holds it into the chat again, see `rejoin`.

        Raises
        ------
        Problem
            With the status and the code of the contract.
        """
        try:
            situation = self._read(request)
        except TwilioFailure as failure:
            raise self._before_attempt(request, failure) from failure
        attempt = TransferAttempt(self._twilio, self._ledger, self._reader, request, situation)
        try:
            self._authorise(request, situation)
            done = self._ledger.once(
                request.task_sid, request.target.sid, lambda: self._run(attempt, situation)
            )
        except TwilioFailure as failure:
            problem = self._before_attempt(request, failure)
            rejoin(self._twilio, situation, problem)
            raise problem from failure
        except Problem as problem:
            if problem.code == "ledger_unavailable":
                problem.rolled_back = not self._ledger.has_left(request.task_sid)
            if not attempt.has_begun:
                rejoin(self._twilio, situation, problem)
            raise
        attempt.leave()
        return done

    def _run(self, attempt: TransferAttempt, situation: Situation) -> TransferDone:
        """Run an attempt and rejoin under the lock, so that no other attempt comes in between."""
        try:
            return attempt.run()
        except Problem as problem:
            rejoin(self._twilio, situation, problem, attempt.handover)
            raise
        except Exception as error:
            logger.exception("defect")
            defect = internal_error(rolled_back=False)
            rejoin(self._twilio, situation, defect, attempt.handover)
            raise defect from error

    def _before_attempt(self, request: TransferRequest, failure: TwilioFailure) -> Problem:
        """The answer to a failure of this request, which may not be the first one."""
        return problem_of(failure, rolled_back=not self._ledger.has_left(request.task_sid))

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
        if done is None and self._ledger.has_attempt(request.task_sid):
            found = self._twilio.taskrouter.find_transfers_of(request.task_sid)
            if may_transfer(
                caller, [attributes.transferring_worker(made.attributes) for made in found]
            ):
                return
        if situation.task is None and done is None:
            raise task_unknown(request.task_sid)
        raise Forbidden(
            "Only the agent who holds the task, a supervisor or an admin may transfer it.",
            code="not_your_task",
        )
