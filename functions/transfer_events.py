"""The handler of the schedule and of the queue of events: finishes what is not finished.

Both lead to a look at a conversation, see `chat_transfer.transfer.looks`. An event is a hint that a
task may have changed. The schedule looks each minute at all conversations that have something under
way or unanswered: a function was killed, an event was lost, or Twilio has not answered.
"""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from chat_transfer.metrics import looked
from chat_transfer.runtime import Runtime
from chat_transfer.tracing import traced
from chat_transfer.transfer.lock import Locked
from chat_transfer.transfer.looks import look
from chat_transfer.transfer.table import Table
from chat_transfer.twilio.failures import CredentialsRefused
from chat_transfer.twilio.retries import RANDOM, Budget

logger = Logger()
metrics = Metrics()
runtime = cache(Runtime)
# Messages that fail come again one by one, also if all of a batch have failed.
processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)

# Looks at the same time; each has a few calls under way.
LOOKS = 16
_TASK_SID = re.compile("WT[0-9a-f]{32}")


@metrics.log_metrics
@traced
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Take messages of the queue; without any in the event, look at all conversations.

    Returns
    -------
    dict
        With ``batchItemFailures``, the messages that have to come again.
    """
    if "Records" in event:
        return process_partial_response(
            event, lambda record: take(record, context), processor, context
        )
    return look_at_all(context)


def take(message: SQSRecord, context: LambdaContext) -> None:
    """Look at the conversation that an event may be about; what is no event is dropped.

    Raises
    ------
    Problem, TwilioFailure
        The message has to come again.
    """
    task_sid = task_of(message.body)
    if task_sid is None:
        logger.warning("not an event of a task", message_id=message.message_id)
        return
    table = runtime().table(context)
    try:
        key = table.conversation_of(task_sid)
        if key is not None:
            _look(key, table, Budget.of_looks(context.get_remaining_time_in_millis()))
    except Exception as error:
        logger.exception(
            "message comes again",
            message_id=message.message_id,
            task_sid=task_sid,
            failure=repr(error),
        )
        raise


def look_at_all(context: LambdaContext) -> None:
    """Look at each conversation that is due; those that fail are looked at the next time."""
    budget = Budget.of_looks(context.get_remaining_time_in_millis())
    table = runtime().table(context)
    keys = list(table.unfinished())
    RANDOM.shuffle(keys)  # if the time does not suffice, others are left out the next time

    def look_at(key: str) -> str:
        if not budget.remaining():
            return "left out"
        try:
            _look(key, table, budget, is_due=True)
        except Locked:  # who has the lock does what there is to do
            return "looked"
        except Exception as error:
            logger.exception("look failed", conversation=key, failure=repr(error))
            return "failed"
        return "looked"

    with ThreadPoolExecutor(LOOKS) as looks:
        ended = list(looks.map(look_at, keys))
    failed, left_out = ended.count("failed"), ended.count("left out")
    looked(len(keys), failed=failed, left_out=left_out)
    if left_out:
        logger.warning("looks left out", under_way=len(keys), left_out=left_out)


def task_of(body: str) -> str | None:
    """The task that a CloudEvent of TaskRouter is about; None if it names none."""
    try:
        task_sid = json.loads(body)["data"]["payload"]["task_sid"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return task_sid if isinstance(task_sid, str) and _TASK_SID.fullmatch(task_sid) else None


def _look(key: str, table: Table, budget: Budget, *, is_due: bool = False) -> None:
    try:
        answer = look(runtime().twilio(budget), table, key, is_due=is_due)
    except CredentialsRefused:
        runtime().forget_credentials()
        raise
    if answer is not None:
        logger.info("look", result=answer.result, new_task_sid=answer.task)
