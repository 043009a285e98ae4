"""The handler of the queue of events, and of the schedule: hands over what an agent has accepted.

Both are hints that the task of an offer may have changed, see `chat_transfer.transfer.offers`. The
schedule looks at the offers whose event was lost, or has come before the offer was recorded.
"""

import json
import re
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from chat_transfer.http.problems import Problem
from chat_transfer.metrics import offers_not_settled
from chat_transfer.runtime import Runtime
from chat_transfer.transfer.attempt import milliseconds
from chat_transfer.transfer.offers import settle_offer
from chat_transfer.transfer.record import Record
from chat_transfer.twilio.failures import CredentialsRefused, TwilioFailure
from chat_transfer.twilio.retries import RANDOM, Budget

logger = Logger()
tracer = Tracer()
metrics = Metrics()
runtime = cache(Runtime)
# Messages that fail come again one by one, also where all of a batch have failed.
processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)

# A request that has just made an offer may be about to answer.
YOUNG_SECONDS = 10
# For a lock: who holds it does what there is to do, unless they were killed.
LOCK_SECONDS = 2.0
_TASK_SID = re.compile("WT[0-9a-f]{32}")


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Take messages of the queue, or look at all offers where there are none in the event.

    Returns
    -------
    dict
        With ``batchItemFailures``, the messages that have to come again.
    """
    if "Records" in event:
        return process_partial_response(
            event, lambda record: take(record, context), processor, context
        )
    return look_at_offers(context)


def take(message: SQSRecord, context: LambdaContext) -> None:
    """Settle the offer that an event may be about; what is no event is dropped.

    Raises
    ------
    Problem, TwilioFailure
        The message has to come again.
    """
    task_sid = task_of(message.body)
    if task_sid is None:
        logger.warning("not an event of a task", message_id=message.message_id)
        return
    record = _record(context)
    try:
        original_sid = record.original_of(task_sid)
        if original_sid is not None:
            _settle(original_sid, record, context)
    except Exception:
        logger.exception("message comes again", message_id=message.message_id)
        raise


def look_at_offers(context: LambdaContext) -> None:
    """Settle each offer that is not just being made; those that cannot be are tried again later."""
    offers_not_settled(0)
    tasks = list(_record(context).offers())
    RANDOM.shuffle(tasks)  # where the time does not suffice, others are left out the next time
    for task_sid in tasks:
        if not _budget(context).remaining():
            offers_not_settled(1)
            logger.warning("not all offers looked at", offers=len(tasks))
            return
        record = _record(context)
        try:
            attempt = record.attempt(task_sid)
            if attempt and attempt.since < milliseconds() - YOUNG_SECONDS * 1000:
                _settle(task_sid, record, context)
        except (Problem, TwilioFailure) as error:
            logger.warning("offer not settled", task_sid=task_sid, failure=repr(error))
        except Exception:  # the other offers are looked at all the same
            offers_not_settled(1)
            logger.exception("defect", task_sid=task_sid)


def task_of(body: str) -> str | None:
    """The task that a CloudEvent of TaskRouter is about; None where it names none."""
    try:
        task_sid = json.loads(body)["data"]["payload"]["task_sid"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return task_sid if isinstance(task_sid, str) and _TASK_SID.fullmatch(task_sid) else None


def _settle(task_sid: str, record: Record, context: LambdaContext) -> None:
    try:
        offer = settle_offer(runtime().twilio(_budget(context)), record, task_sid)
    except (Problem, TwilioFailure) as error:
        if getattr(error, "code", None) != "transfer_in_progress":  # who has the lock settles it
            offers_not_settled(1)
        if isinstance(error, CredentialsRefused):
            runtime().forget_credentials()
        raise
    if offer is not None:
        logger.info("offer", task_sid=task_sid, state=offer.state, new_task_sid=offer.new_task_sid)


def _record(context: LambdaContext) -> Record:
    budget = _budget(context)
    budget.ends_at = min(budget.ends_at, budget.clock() + LOCK_SECONDS)
    return runtime().record(context, budget)


def _budget(context: LambdaContext) -> Budget:
    budget = Budget.of_invocation(context.get_remaining_time_in_millis())
    budget.use_all()
    return budget
