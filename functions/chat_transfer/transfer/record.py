"""What is recorded of transfers: one DynamoDB table, three kinds of item.

The idempotency record is Powertools': a lock while a transfer runs, its result for a day after it
succeeded, nothing after it failed
(https://docs.powertools.aws.dev/lambda/python/latest/utilities/idempotency/). The attempt is ours:
it is written before the new task is asked for, says how far the transfer has come, and is deleted
once the result is written or nothing is left of the transfer. So it is there when the function was
killed or an undo failed, and the next request reads it instead of searching Twilio. What became of
an offer is remembered for a day too, for those who ask.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyItemNotFoundError,
    IdempotencyPersistenceLayerError,
    IdempotencyValidationError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from tenacity import Retrying, retry_if_exception, stop_before_delay

from chat_transfer.http.problems import Conflict, Problem, transferred_elsewhere
from chat_transfer.transfer.attempt import Attempt, Offer, OfferState, Phase, TransferDone
from chat_transfer.transfer.table import Table, TableUnavailable, answered
from chat_transfer.twilio.retries import RANDOM, Budget

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

logger = Logger(child=True)
T = TypeVar("T")

REMEMBERED_SECONDS = 24 * 60 * 60
# A new task waits for a day at the most, and is looked at once more after that.
# https://www.twilio.com/docs/taskrouter/api/task
ATTEMPT_SECONDS = 2 * REMEMBERED_SECONDS
KEY_PREFIX = "transfer"
# Has an item for each attempt that is an offer, by the task that its agent or its event names.
OFFERS_INDEX = "offers"
ATTEMPT, OUTCOME = "attempt#", "offer#"
# The same transfer holds the lock, or has just let go of it.
UNDER_WAY = (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError)


# An offer of which a look may hold the lock, for a moment.
LOOKED_AT = frozenset({Phase.OFFERED, Phase.UNDOING})


class _NotStored(Exception):
    """Powertools stores no result after an exception."""


class Record:
    """The table of one invocation.

    Parameters
    ----------
    lock_client : DynamoDBClient
        Must not send a call again by itself: a lock whose first answer was lost would be taken for
        that of another request.
    context : LambdaContext
        A lock lasts as long as this invocation can.
    budget : Budget
        Bounds the wait for the same request that runs elsewhere.
    """

    def __init__(
        self,
        table: str,
        client: "DynamoDBClient",
        lock_client: "DynamoDBClient",
        context: LambdaContext,
        budget: Budget,
    ) -> None:
        self._table = Table(table, client)
        self._lock_client = lock_client
        self._context = context
        self._budget = budget

    def once(
        self, task_sid: str, target_sid: str, transfer: Callable[[bool], TransferDone | T]
    ) -> TransferDone | T:
        """Run a transfer unless it runs or succeeded already; then its result is the answer.

        Anything else than a `TransferDone`, such as an offer, is returned and not stored.

        The same request that runs elsewhere is waited for, and so is a look at an open offer. When
        that one fails, this one begins. A result that cannot be written leaves the attempt, by
        which the same request finds it.

        Parameters
        ----------
        transfer : callable
            Is told whether it had to wait for another request.

        Raises
        ------
        Conflict
            It still runs, or the task goes or went to another target.
        TableUnavailable
            Nothing was changed.
        """
        waiting = Retrying(
            retry=retry_if_exception(lambda error: self._is_waited_for(error, task_sid)),
            wait=lambda _: RANDOM.uniform(0.2, 0.5),
            stop=stop_before_delay(self._budget.remaining()),
            reraise=True,
        )
        ended: list[TransferDone | T | Problem] = []

        def run(*, request: dict[str, str]) -> dict[str, Any]:
            logger.debug("lock taken", task_sid=request["taskSid"])
            try:
                done = transfer(waiting.statistics["attempt_number"] > 1)
            except Problem as problem:
                ended.append(problem)
                raise
            ended.append(done)
            if not isinstance(done, TransferDone):
                raise _NotStored
            return asdict(done)

        locked = idempotent_function(
            run,
            data_keyword_argument="request",
            persistence_store=DynamoDBPersistenceLayer(
                self._table.name, boto3_client=self._lock_client
            ),
            config=self._config(validated="targetSid"),
            key_prefix=KEY_PREFIX,
        )
        try:
            stored = waiting(locked, request={"taskSid": task_sid, "targetSid": target_sid})
        except (IdempotencyValidationError, *UNDER_WAY) as error:
            if not self._is_waited_for(error, task_sid):
                raise transferred_elsewhere() from None
            raise Conflict(
                "This task is being transferred already. Wait for that transfer to end.",
                code="transfer_in_progress",
            ) from None
        except _NotStored:
            return _ended(ended)
        except IdempotencyPersistenceLayerError as error:
            if not ended:
                raise TableUnavailable from error
            logger.error("idempotency record not written", error=repr(error))  # noqa: TRY400
            return _ended(ended)
        self.end(task_sid)
        return TransferDone(**stored)

    def done(self, task_sid: str) -> TransferDone | None:
        """Read the transfer of this task that succeeded, whatever its target."""
        layer = DynamoDBPersistenceLayer(self._table.name, boto3_client=self._table.client)
        layer.configure(self._config(), key_prefix=KEY_PREFIX)
        try:
            record: DataRecord | None = answered(lambda: layer.get_record({"taskSid": task_sid}))
        except IdempotencyItemNotFoundError:
            return None
        if record is None or record.status != "COMPLETED":
            return None
        stored = record.response_json_as_dict()
        return TransferDone(**stored) if stored else None

    def attempt(self, task_sid: str) -> Attempt | None:
        """Read the attempt at this task that has not ended."""
        item = self._table.get(ATTEMPT + task_sid)
        return Attempt.from_json(item["attempt"]) if item else None

    def remains(self, task_sid: str) -> bool:
        """Whether a transfer of this task was made, or something of one is left, or may be."""
        try:
            return self.attempt(task_sid) is not None or self.done(task_sid) is not None
        except TableUnavailable:
            return True

    def begin(self, attempt: Attempt) -> Attempt | None:
        """Write that an attempt begins, unless an earlier one has not ended: return that one.

        Raises
        ------
        TableUnavailable
            Nothing was changed.
        """
        if self._table.add(*_item(attempt)):
            return None
        earlier = self.attempt(attempt.task_sid)
        return None if earlier == attempt else earlier  # written by a call without an answer

    def write(self, attempt: Attempt) -> None:
        """Write how far an attempt has come.

        Raises
        ------
        TableUnavailable
            The table may say the same as before.
        """
        self._table.put(*_item(attempt))

    def end(self, task_sid: str) -> None:
        """Delete an attempt that has succeeded, or left nothing.

        That this fails costs the next request a few reads, so it is no reason to fail.
        """
        try:
            self._table.delete(ATTEMPT + task_sid)
        except TableUnavailable:
            logger.exception("attempt not deleted", task_sid=task_sid)

    def offer(self, task_sid: str) -> Offer | None:
        """Read the offer of this task: the open one, else what became of the last one."""
        attempt = self.attempt(task_sid)
        offered = attempt if attempt and attempt.is_offer else None
        if offered and offered.phase is Phase.HANDING_OVER:
            return Offer.of(offered, OfferState.ACCEPTED)
        if offered and offered.phase is Phase.OFFERED:
            return Offer.of(offered)
        item = self._table.get(OUTCOME + task_sid)
        outcome = Offer.from_json(item["outcome"]) if item else None
        if offered and (outcome is None or outcome.since < offered.since):
            # What is remembered is of an earlier offer; this one is being made or taken back.
            return Offer.of(offered) if offered.new_task_sid else None
        return outcome

    def keep(self, offer: Offer) -> None:
        """Remember what became of an offer."""
        outcome = {"outcome": offer.as_json()}
        self._table.put(OUTCOME + offer.task_sid, REMEMBERED_SECONDS, outcome)

    def original_of(self, new_task_sid: str) -> str | None:
        """Find the task that is offered as this one, None where this is no offer's.

        An offer that was made within the last second may be missing, as in any index.
        """
        found = self._table.keys_of(OFFERS_INDEX, "offer", new_task_sid)
        return found[0].removeprefix(ATTEMPT) if found else None

    def offers(self) -> Sequence[str]:
        """The tasks that are offered, or may be."""
        return [key.removeprefix(ATTEMPT) for key in self._table.keys(OFFERS_INDEX)]

    def _is_waited_for(self, error: BaseException, task_sid: str) -> bool:
        if not isinstance(error, IdempotencyValidationError):
            return isinstance(error, UNDER_WAY)
        attempt = self.attempt(task_sid)  # the lock is for another target
        if attempt is None:
            return self.done(task_sid) is None
        return attempt.is_offer and attempt.phase in LOOKED_AT

    def _config(self, validated: str = "") -> IdempotencyConfig:
        return IdempotencyConfig(
            event_key_jmespath="taskSid",
            payload_validation_jmespath=validated,
            raise_on_no_idempotency_key=True,
            expires_after_seconds=REMEMBERED_SECONDS,
            hash_function="sha256",
            lambda_context=self._context,
        )


def _item(attempt: Attempt) -> tuple[str, int, dict[str, str]]:
    offer = {"offer": attempt.new_task_sid or attempt.task_sid} if attempt.is_offer else {}
    return ATTEMPT + attempt.task_sid, ATTEMPT_SECONDS, {"attempt": attempt.as_json(), **offer}


def _ended(ended: list[TransferDone | T | Problem]) -> TransferDone | T:
    """What came of a transfer whose result is not in the table."""
    if isinstance(ended[-1], Problem):
        raise ended[-1]
    return ended[-1]
