"""What is remembered of transfers: one DynamoDB table, two kinds of item.

The idempotency record is Powertools': a lock while a transfer runs, its result for a day after it
succeeded, nothing after it failed
(https://docs.powertools.aws.dev/lambda/python/latest/utilities/idempotency/). The attempt is ours:
it is written before the first change, and is gone when the result is written or nothing is left of
the transfer. So it stays when the function was killed or an undo failed, and tells the next request
to look for a task that is half transferred. Looking for it in every transfer would run into
TaskRouter's limit of three such searches a second.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
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
from botocore.exceptions import BotoCoreError, ClientError
from tenacity import Retrying, retry_if_exception_type, stop_before_delay

from chat_transfer.budget import Budget
from chat_transfer.problems import BadGateway, Problem
from chat_transfer.refusals import transfer_in_progress, transferred_elsewhere
from chat_transfer.retries import RANDOM

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

logger = Logger(child=True)
T = TypeVar("T")

REMEMBERED_SECONDS = 24 * 60 * 60
KEY_PREFIX = "transfer"


@dataclass(frozen=True, slots=True)
class CutOff:
    """An attempt that did not come to an end.

    Attributes
    ----------
    channel_sid : str or None
        The task's ``channelSid`` when it began, which it may have taken from the task.
    """

    channel_sid: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferDone:
    """A transfer that succeeded.

    Attributes
    ----------
    task_sid : str
        The new task.
    held_by : str
        The worker who held the original.
    asked_by : str
        The identity of the caller.
    """

    task_sid: str
    held_by: str
    asked_by: str


class TransferLedger:
    """The table of one invocation.

    Parameters
    ----------
    lock_client : DynamoDBClient
        Must not send a call again by itself: a lock whose first answer was lost would be met again,
        as somebody else's.
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
        self._table = table
        self._client = client
        self._lock_client = lock_client
        self._context = context
        self._budget = budget

    def once(
        self, task_sid: str, target_sid: str, transfer: Callable[[], TransferDone]
    ) -> TransferDone:
        """Run a transfer unless it runs or succeeded already; then its result is the answer.

        The same request that runs elsewhere is waited for. When that one fails, this one begins.
        A result that cannot be written leaves the attempt, by which the same request finds it.

        Raises
        ------
        Conflict
            It still runs, or the task goes or went to another target.
        BadGateway
            The table does not answer; nothing was changed.
        """
        ran: list[TransferDone | Problem] = []

        def run(*, request: dict[str, str]) -> dict[str, str]:
            logger.debug("lock taken", task_sid=request["taskSid"])
            try:
                done = transfer()
            except Problem as problem:
                ran.append(problem)
                raise
            ran.append(done)
            return asdict(done)

        locked = idempotent_function(
            run,
            data_keyword_argument="request",
            persistence_store=DynamoDBPersistenceLayer(self._table, boto3_client=self._lock_client),
            config=self._config(validated="targetSid"),
            key_prefix=KEY_PREFIX,
        )
        try:
            stored = self._waiting()(locked, request={"taskSid": task_sid, "targetSid": target_sid})
        except IdempotencyValidationError:
            raise transferred_elsewhere() from None
        except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError):
            raise transfer_in_progress() from None
        except IdempotencyPersistenceLayerError as error:
            return _despite(error, ran)
        self.end_attempt(task_sid)
        return TransferDone(**stored)

    def done(self, task_sid: str) -> TransferDone | None:
        """Read who made a transfer of this task that succeeded, whatever its target."""
        layer = DynamoDBPersistenceLayer(self._table, boto3_client=self._client)
        layer.configure(self._config(), key_prefix=KEY_PREFIX)
        try:
            record: DataRecord | None = _reading(lambda: layer.get_record({"taskSid": task_sid}))
        except IdempotencyItemNotFoundError:
            return None
        if record is None or record.status != "COMPLETED":
            return None
        stored = record.response_json_as_dict()
        return TransferDone(**stored) if stored else None

    def has_attempt(self, task_sid: str) -> bool:
        """Whether an earlier attempt did not come to an end."""
        answer = _reading(
            lambda: self._client.get_item(
                TableName=self._table, Key=_attempt_key(task_sid), ConsistentRead=True
            )
        )
        return "Item" in answer

    def has_left(self, task_sid: str) -> bool:
        """Whether a transfer of this task was made, or something of one is there, or may be."""
        try:
            return self.has_attempt(task_sid) or self.done(task_sid) is not None
        except Problem:
            return True

    def begin_attempt(self, task_sid: str, channel_sid: str | None) -> CutOff | None:
        """Write that an attempt begins; give back an earlier one that did not come to an end.

        Parameters
        ----------
        channel_sid : str or None
            The task's ``channelSid``; what an earlier attempt has written stays.
        """
        expires = str(int(time.time()) + REMEMBERED_SECONDS)
        sets = "SET expiration = :expires"
        values: dict[str, Any] = {":expires": {"N": expires}}
        if channel_sid:
            sets += ", channelSid = if_not_exists(channelSid, :channel)"
            values[":channel"] = {"S": channel_sid}
        answer = _reading(
            lambda: self._client.update_item(
                TableName=self._table,
                Key=_attempt_key(task_sid),
                UpdateExpression=sets,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_OLD",
            )
        )
        before = answer.get("Attributes")
        return CutOff(before.get("channelSid", {}).get("S")) if before else None

    def end_attempt(self, task_sid: str) -> None:
        """Forget an attempt that has succeeded, or left nothing.

        That this fails costs the next attempt a search, so it is no reason to fail.
        """
        try:
            self._client.delete_item(TableName=self._table, Key=_attempt_key(task_sid))
        except (BotoCoreError, ClientError):
            logger.exception("attempt not forgotten", task_sid=task_sid)

    def _config(self, validated: str = "") -> IdempotencyConfig:
        return IdempotencyConfig(
            event_key_jmespath="taskSid",
            payload_validation_jmespath=validated,
            raise_on_no_idempotency_key=True,
            expires_after_seconds=REMEMBERED_SECONDS,
            hash_function="sha256",
            lambda_context=self._context,
        )

    def _waiting(self) -> Retrying:
        return Retrying(
            retry=retry_if_exception_type(
                (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError)
            ),
            wait=lambda _: RANDOM.uniform(0.2, 0.5),
            stop=stop_before_delay(self._budget.remaining()),
            reraise=True,
        )


def _attempt_key(task_sid: str) -> dict[str, Any]:
    return {"id": {"S": f"attempt#{task_sid}"}}


def _reading(call: Callable[[], T]) -> T:
    try:
        return call()
    except (BotoCoreError, ClientError) as error:
        raise _unavailable() from error


def _despite(
    error: IdempotencyPersistenceLayerError, ran: list[TransferDone | Problem]
) -> TransferDone:
    """The answer when the table failed: what became of the transfer counts for more."""
    if not ran:
        raise _unavailable() from error
    logger.error("idempotency record not written", error=repr(error))
    if isinstance(ran[-1], Problem):
        raise ran[-1]
    return ran[-1]


def _unavailable() -> Problem:
    return BadGateway(
        "The idempotency table does not answer, so this request began nothing. Try again.",
        code="ledger_unavailable",
        rolled_back=True,
    )
