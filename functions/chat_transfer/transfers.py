"""A transfer from the request to the new task: who asks, what is there, may it be, do it."""

from dataclasses import replace

from aws_lambda_powertools import Logger
from twilio.rest import Client

from chat_transfer import attributes
from chat_transfer.agents import identity_of, may_transfer
from chat_transfer.budget import Budget
from chat_transfer.handovers import (
    ChannelHandover,
    Handover,
    InteractionHandover,
    OriginalEnded,
    is_interaction,
)
from chat_transfer.ledger import TransferDone, TransferLedger, other_target
from chat_transfer.outcomes import problem_of
from chat_transfer.problems import Conflict, Forbidden, NotFound, NotRouted, Problem
from chat_transfer.retries import RetryPolicy
from chat_transfer.saga import Accepted, TransferSaga, task_ended
from chat_transfer.settings import Settings
from chat_transfer.situation import ConfigurationCache, Situation, SituationReader, TransferRequest
from chat_transfer.targets import Target, is_routed
from chat_transfer.taskrouter import TRANSFERABLE, NewTask, Task, TaskRouter
from chat_transfer.tokens import validate_token
from chat_transfer.twilio_failures import TwilioFailure

logger = Logger(child=True)

FRESH_SECONDS = 1.0


class Transfers:
    """The transfers of one invocation.

    Parameters
    ----------
    client : Client
        Twilio, within the time of `budget`.
    ledger : TransferLedger
        What is remembered of other attempts.
    configurations : ConfigurationCache
        Shared by the invocations of a warm function.
    """

    def __init__(
        self,
        settings: Settings,
        client: Client,
        ledger: TransferLedger,
        budget: Budget,
        configurations: ConfigurationCache,
    ) -> None:
        self._settings = settings
        self._client = client
        self._ledger = ledger
        self._budget = budget
        self._retries = RetryPolicy(budget)
        self._taskrouter = TaskRouter(client, settings.workspace_sid, self._retries)
        self._reader = SituationReader(settings, self._taskrouter, configurations, budget)

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
            return self._ledger.once(
                request.task_sid, request.target.sid, lambda: self._attempt(request, situation)
            )
        except TwilioFailure as failure:
            problem = problem_of(failure, rolled_back=True)
            self._rejoin(situation, problem)
            raise problem from failure
        except Problem as problem:
            self._rejoin(situation, problem)
            raise

    def _read(self, request: TransferRequest) -> Situation:
        return self._reader.read(
            request,
            lambda: validate_token(
                self._client, self._settings.account_sid, request.token, self._retries
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
            made = self._taskrouter.find_transfer_of(request.task_sid)
            if made and may_transfer(caller, [attributes.transferring_worker(made.attributes)]):
                return
        if situation.task is None and done is None:
            raise _task_unknown(request.task_sid)
        raise Forbidden(
            "Only the agent who holds the task, a supervisor or an admin may transfer it.",
            code="not_your_task",
        )

    def _attempt(self, request: TransferRequest, situation: Situation) -> TransferDone:
        """Do the transfer, or finish or undo what an attempt that was cut off has left of it."""
        made = None
        try:
            if self._ledger.begin_attempt(request.task_sid):
                made = self._find(request.task_sid)
            if made is not None:
                return self._recover(request, situation, made)
            return self._begin(request, self._as_it_is_now(request, situation))
        except TwilioFailure as failure:
            problem = problem_of(failure, rolled_back=made is None)
            self._end_attempt(request, problem, left=made is not None)
            raise problem from failure
        except Problem as problem:
            self._end_attempt(request, problem, left=made is not None)
            raise

    def _find(self, task_sid: str) -> Task | None:
        try:
            return self._taskrouter.find_transfer_of(task_sid)
        except TwilioFailure as failure:
            raise problem_of(failure, rolled_back=False) from failure

    def _end_attempt(self, request: TransferRequest, problem: Problem, *, left: bool) -> None:
        if problem.rolled_back or (problem.rolled_back is None and not left):
            self._ledger.end_attempt(request.task_sid)

    def _as_it_is_now(self, request: TransferRequest, situation: Situation) -> Situation:
        """Read again what may have changed while another request had the lock."""
        if self._budget.clock() - situation.read_at < FRESH_SECONDS:
            return situation
        return self._reader.read(request, lambda: situation.caller)

    def _recover(self, request: TransferRequest, situation: Situation, made: Task) -> TransferDone:
        """Go on from a new task that an earlier attempt made."""
        original = situation.task
        holder_sid = attributes.transferring_worker(made.attributes) or situation.holder_sid or ""
        same_target = made.attributes.get("targetSid") == request.target.sid
        done = TransferDone(
            task_sid=made.sid, held_by=holder_sid, asked_by=situation.caller.identity
        )
        logger.info("recovering", new_task_sid=made.sid, same_target=same_target)
        if original is None or original.is_ended:
            if same_target:
                return done
            raise other_target()
        channel_sid = made.attributes.get(attributes.CHANNEL)
        handover = self._handover(original, holder_sid, channel_sid)
        if handover is None:
            raise _unsupported()
        saga = self._saga(original, handover)
        if same_target:
            return replace(done, task_sid=saga.hand_over_to(made.sid))
        try:
            saga.undo(made.sid)
        except (Accepted, OriginalEnded):
            saga.hand_over_to(made.sid)
            raise other_target() from None
        return self._begin(request, self._reader.read(request, lambda: situation.caller))

    def _begin(self, request: TransferRequest, situation: Situation) -> TransferDone:
        """Check that the transfer can be, and do it."""
        original, holder_sid, handover = self._transferable(request, situation)
        try:
            other_agents = handover.other_agents()
        except OriginalEnded:
            raise task_ended() from None
        if request.target.sid in other_agents:
            raise Conflict(
                "The target is in this conversation already.", code="target_in_conversation"
            )
        self._check_routed(request.target, situation)
        new_attributes = attributes.transferred(
            original,
            request.target,
            ignore_agent=self._identity(situation, holder_sid),
            ignore_worker_sids=[holder_sid, *other_agents],
        )
        if not attributes.fit(new_attributes):
            raise Conflict(
                f"With the attributes of a transfer the task's would exceed TaskRouter's limit of "
                f"{attributes.LIMIT_BYTES} bytes. Remove some that are not needed.",
                code="attributes_too_large",
            )
        new_task = NewTask(
            workflow_sid=self._workflow_sid(request.target),
            task_channel=original.task_channel,
            attributes=new_attributes,
            priority=original.priority,
            virtual_start_time=original.virtual_start_time,
        )
        return TransferDone(
            task_sid=self._saga(original, handover).run(new_task),
            held_by=holder_sid,
            asked_by=situation.caller.identity,
        )

    def _transferable(
        self, request: TransferRequest, situation: Situation
    ) -> tuple[Task, str, Handover]:
        original, holder_sid = situation.task, situation.holder_sid
        if original is None:
            raise _task_unknown(request.task_sid)
        if not situation.target_exists:
            raise NotFound(
                f"There is no {request.target.type} {request.target.sid} in the workspace.",
                code="target_unknown",
            )
        if original.assignment_status not in TRANSFERABLE or holder_sid is None:
            raise Conflict(
                f"The task is {original.assignment_status}. Only one that an agent has accepted "
                "can be transferred.",
                code="task_not_transferable",
                customer_stays=not original.is_ended,
            )
        handover = self._handover(original, holder_sid, original.attributes.get(attributes.CHANNEL))
        if handover is None:
            raise _unsupported()
        if request.target.sid == holder_sid:
            raise Conflict("The target is the agent who holds the task.", code="target_holds_task")
        return original, holder_sid, handover

    def _check_routed(self, target: Target, situation: Situation) -> None:
        if is_routed(situation.configuration, target):
            return
        if is_routed(self._reader.configuration(anew=True), target):
            return
        raise NotRouted(
            f"The transfer workflow {self._settings.transfer_workflow_sid} has no way to "
            f"{target.type} {target.sid}. Add the queue to transferQueues in the stack's "
            "configuration and deploy.",
            code="target_not_routed",
        )

    def _workflow_sid(self, target: Target) -> str:
        is_workflow = target.type == "workflow"
        return target.sid if is_workflow else self._settings.transfer_workflow_sid

    def _identity(self, situation: Situation, holder_sid: str) -> str:
        if situation.caller.worker_sid == holder_sid:
            return situation.caller.identity
        return identity_of(self._taskrouter.worker_attributes(holder_sid)) or holder_sid

    def _handover(self, original: Task, holder_sid: str, channel_sid: object) -> Handover | None:
        if is_interaction(original):
            return InteractionHandover(
                self._client,
                self._taskrouter,
                original,
                holder_sid,
                self._settings.workspace_sid,
                self._retries,
            )
        if isinstance(channel_sid, str) and channel_sid:
            return ChannelHandover(
                self._client, self._taskrouter, original, channel_sid, self._retries
            )
        return None

    def _saga(self, original: Task, handover: Handover) -> TransferSaga:
        return TransferSaga(original.sid, handover, self._taskrouter, self._retries, self._budget)

    def _rejoin(self, situation: Situation, problem: Problem) -> None:
        """Put the agent who holds the task into the chat again, since the plugin made them leave.

        It never hides the problem that led here.
        """
        if isinstance(problem, Forbidden) or not problem.customer_stays:
            return
        self._budget.release_undo()
        try:
            original, holder_sid = situation.task, situation.holder_sid
            if original is None or holder_sid is None:
                return
            channel_sid = original.attributes.get(attributes.CHANNEL)
            handover = self._handover(original, holder_sid, channel_sid)
            if handover is None:
                return
            handover.join(self._identity(situation, holder_sid))
            problem.agent_rejoined = True
        except TwilioFailure as failure:
            logger.warning("agent not rejoined", failure=repr(failure))
            problem.agent_rejoined = False


def _task_unknown(task_sid: str) -> Problem:
    return NotFound(f"There is no task {task_sid} in the workspace.", code="task_unknown")


def _unsupported() -> Problem:
    return Conflict(
        "The task is neither a Flex Conversations task nor a chat or SMS with a channelSid, so it "
        "cannot be transferred here. Voice calls have their own transfer in Flex.",
        code="task_kind_unsupported",
    )
