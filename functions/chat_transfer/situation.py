"""What a transfer needs to know before it may begin, read at once and in parallel."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from chat_transfer.agents import Caller, holder_of
from chat_transfer.taskrouter import Task
from chat_transfer.transfer_request import TransferRequest
from chat_transfer.twilio_context import TwilioContext
from chat_transfer.twilio_failures import Missing

CONFIGURATION_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What was found. Each part may have failed on its own, and raises that when it is asked for.

    Attributes
    ----------
    task_sid : str
        The task that is to be transferred.
    caller : Caller
        Who asks; nobody gets this far without a valid token.
    read_at : float
        When, in seconds of the budget's clock.
    """

    task_sid: str
    caller: Caller
    read_at: float
    reading_task: "Future[Task | None]"
    reading_holder: "Future[str | None]"
    reading_target: "Future[bool]"
    reading_configuration: "Future[Mapping[str, Any]]"

    @property
    def task(self) -> Task | None:
        """The original task, None where there is none of that SID."""
        return self.reading_task.result()

    @property
    def holder_sid(self) -> str | None:
        """The worker who holds it."""
        return self.reading_holder.result()

    @property
    def target_exists(self) -> bool:
        """Whether the workspace has the target."""
        return self.reading_target.result()

    @property
    def configuration(self) -> Mapping[str, Any]:
        """The configuration of the transfer workflow."""
        return self.reading_configuration.result()


class SituationReader:
    """Reads a `Situation` in one round of parallel calls."""

    def __init__(self, twilio: TwilioContext) -> None:
        self._twilio = twilio

    def read(self, request: TransferRequest, caller: Callable[[], Caller]) -> Situation:
        """Find out who asks and what there is.

        Parameters
        ----------
        caller : callable
            Gives the caller; runs beside the reads.

        Raises
        ------
        Forbidden
            The token is not valid.
        TwilioFailure
            The token could not be validated; any other failure is kept in the situation.
        """
        with ThreadPoolExecutor(max_workers=5) as pool:
            asking = pool.submit(caller)
            task = pool.submit(self._task, request.task_sid)
            holder = pool.submit(self._holder, request.task_sid)
            target = pool.submit(self._twilio.taskrouter.has_target, request.target.sid)
            configuration = pool.submit(self.configuration)
        return Situation(
            task_sid=request.task_sid,
            caller=asking.result(),
            read_at=self._twilio.budget.clock(),
            reading_task=task,
            reading_holder=holder,
            reading_target=target,
            reading_configuration=configuration,
        )

    def held_task(self, task_sid: str) -> tuple[Task | None, str | None]:
        """Read the task and the worker who holds it as they are now."""
        return self._task(task_sid), self._holder(task_sid)

    def configuration(self, *, anew: bool = False) -> Mapping[str, Any]:
        """The configuration of the transfer workflow; a copy may be a minute old."""
        workflow_sid = self._twilio.settings.transfer_workflow_sid
        if anew:
            self._twilio.warm.forget(workflow_sid)
        return self._twilio.warm.get(
            workflow_sid,
            CONFIGURATION_SECONDS,
            lambda: self._twilio.taskrouter.workflow_configuration(workflow_sid),
        )

    def _task(self, sid: str) -> Task | None:
        try:
            return self._twilio.taskrouter.fetch_task(sid)
        except Missing:
            return None

    def _holder(self, task_sid: str) -> str | None:
        try:
            return holder_of(self._twilio.taskrouter.reservations(task_sid))
        except Missing:
            return None
