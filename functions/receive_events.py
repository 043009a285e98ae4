"""The handler of ``POST /events``: puts Twilio's events on a queue.

Twilio sends events again after a 5xx, a 429 or no answer, and drops them after any other 4xx
(https://www.twilio.com/docs/api/errors/91305). It asks to answer at once and to work later
(https://www.twilio.com/docs/api/errors/91308), so nothing happens here but to check who sends them
and to queue. `transfer_events` takes them from there.
"""

import base64
import hmac
import json
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from http import HTTPStatus
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.parameters.exceptions import (
    GetParameterError,
    TransformParameterError,
)
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chat_transfer.http.problems import (
    BadRequest,
    ContentTooLarge,
    EventsUnauthorized,
    Problem,
    ServiceUnavailable,
)
from chat_transfer.http.resolver import answer, http_api, log_problem
from chat_transfer.tracing import traced

logger = Logger()
metrics = Metrics()

USER = "twilio"
SECRET_SECONDS = 300
# How often the secret is read again at the most, however many requests have another password.
READ_AGAIN_SECONDS = 10.0
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
BATCH = 10
# Far more than a batch of events: the largest message of SQS is as large.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
LONGEST_BODY = 1_048_576
LONGEST_TEXT = 256
AWS_CALLS = Config(
    connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2}
)


class Runtime:
    """What a warm function keeps: the queue, and the password of who may put events on it."""

    def __init__(self) -> None:
        self._url = os.environ["EVENTS_QUEUE_URL"]
        self._secret_arn = os.environ["EVENTS_SECRET_ARN"]
        self._secrets = SecretsProvider(
            boto3_client=boto3.client("secretsmanager", config=AWS_CALLS)
        )
        self._sqs = boto3.client("sqs", config=AWS_CALLS)
        self._threads = ThreadPoolExecutor(BATCH)
        self._read_again_at = -READ_AGAIN_SECONDS

    def admits(self, authorization: str) -> bool:
        """Whether a request has the credentials of the sink.

        Events with another password are dropped by Twilio for good, so the secret is read again
        before they are refused: it may have changed.

        Raises
        ------
        ServiceUnavailable
            The secret cannot be read.
        """
        if self._is_password(authorization, fresh=False):
            return True
        now = time.monotonic()
        if now - self._read_again_at < READ_AGAIN_SECONDS:
            return False
        self._read_again_at = now
        return self._is_password(authorization, fresh=True)

    def put(self, events: Sequence[Any]) -> None:
        """Queue each event as a message of its own.

        Raises
        ------
        ServiceUnavailable
            Not all of them are queued.
        """
        batches = [events[start : start + BATCH] for start in range(0, len(events), BATCH)]
        try:
            failed = sum(self._threads.map(self._put, batches))
        except (BotoCoreError, ClientError) as error:
            logger.exception("events not queued")
            raise _later() from error
        if failed:
            logger.error("events not queued", failed=failed)
            raise _later()

    def _put(self, events: Sequence[Any]) -> int:
        entries: list[Any] = [
            {"Id": str(index), "MessageBody": json.dumps(reduced(event))}
            for index, event in enumerate(events)
        ]
        answered = self._sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
        return len(answered.get("Failed", ()))

    def _is_password(self, authorization: str, *, fresh: bool) -> bool:
        try:
            secret: Any = self._secrets.get(
                self._secret_arn, max_age=SECRET_SECONDS, transform="json", force_fetch=fresh
            )
        except (GetParameterError, TransformParameterError) as error:
            # The error's text may hold the secret.
            logger.error("secret not readable", error=type(error).__name__)  # noqa: TRY400
            raise _later() from None
        password = secret.get("events_password") if isinstance(secret, dict) else None
        if not password:
            return False
        expected = base64.b64encode(f"{USER}:{password}".encode())
        scheme, _, credentials = authorization.strip().partition(" ")
        given = credentials.strip().encode(errors="replace")
        return hmac.compare_digest(given, expected) and scheme.lower() == "basic"


runtime = cache(Runtime)
app = http_api(lambda problem: log_problem("events not taken", problem))


@app.post("/events")
def receive_events() -> Response[str]:
    """Queue the events of one delivery, a JSON array of CloudEvents."""
    event = app.current_event
    if len(event.body or "") > LONGEST_BODY:
        raise ContentTooLarge(
            f"The body is longer than {LONGEST_BODY} bytes.", code="body_too_large"
        )
    if not runtime().admits(event.headers.get("Authorization", "")):
        raise EventsUnauthorized
    try:
        events = json.loads(event.decoded_body or "")
    except (ValueError, RecursionError):  # no text, no JSON, or JSON that is nested too deep
        events = None
    if not isinstance(events, list):
        raise BadRequest("The body is not a JSON array of CloudEvents.", code="malformed_body")
    runtime().put(events)
    logger.info("events queued", events=len(events))
    return Response(status_code=HTTPStatus.NO_CONTENT, body="")


def reduced(event: Any) -> dict[str, Any]:
    """Keep of a CloudEvent what leads to a task: a payload holds the customer's data.

    https://www.twilio.com/docs/events/event-types/taskrouter/task
    """
    if not isinstance(event, dict):
        return {}
    given = {name: event.get(name) for name in ("specversion", "id", "source", "type")}
    kept = {name: text[:LONGEST_TEXT] for name, text in given.items() if isinstance(text, str)}
    data = event.get("data")
    payload = data.get("payload") if isinstance(data, dict) else None
    task_sid = payload.get("task_sid") if isinstance(payload, dict) else None
    sid = task_sid[:LONGEST_TEXT] if isinstance(task_sid, str) else None
    return {**kept, "data": {"payload": {"task_sid": sid}}}


def _later() -> Problem:
    return ServiceUnavailable(
        "Not all events could be queued. Send them again.", code="events_not_queued"
    )


@metrics.log_metrics
@traced
@logger.inject_lambda_context(
    correlation_id_path=correlation_paths.API_GATEWAY_HTTP, clear_state=True
)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of API Gateway, payload format 2.0."""
    return answer(app, event, context)
