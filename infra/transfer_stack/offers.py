"""Transfers that wait for their acceptance: Twilio's events, and the functions that act on them.

Twilio sends the events to `receive-events`, which puts them on a queue; `transfer-events` takes
them from there. Each minute a schedule has it look at the offers whose event did not come.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pulumi
import pulumi_aws as aws

import pulumi_twilio as twilio
from transfer_stack.bundle import Bundle
from transfer_stack.component import Component
from transfer_stack.endpoints import TransferApi
from transfer_stack.functions import TransferFunction
from transfer_stack.permissions import (
    find_offers,
    send_events,
    take_events,
    use_idempotency_table,
)
from transfer_stack.schedule import declare_schedule
from transfer_stack.secrets import TwilioCredentials
from transfer_stack.settings import StackSettings

# Twilio waits 5 seconds for an answer. https://www.twilio.com/docs/events/webhook-quickstart
_RECEIVE_SECONDS: Final = 4
# A function has processor time in proportion to its memory.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
_RECEIVE_MEMORY_MB: Final = 512

# Less than the schedule's minute, so that two of its runs do not overlap.
_TRANSFER_SECONDS: Final = 50
_RATE: Final = "rate(1 minute)"
SCHEDULED: Final = {"source": "schedule"}

# Six times the function's timeout, so that Lambda can try again while the function is throttled,
# and five attempts at least before a message is set aside.
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
VISIBILITY_SECONDS: Final = 6 * _TRANSFER_SECONDS
_ATTEMPTS: Final = 5
_KEPT_SECONDS: Final = 4 * 86_400
# Longer than in the queue before it: a message keeps the time at which it was first sent.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
_FAILED_KEPT_SECONDS: Final = 14 * 86_400

_BATCH: Final = 10
# Twilio limits the requests of an account, and agents' transfers come first. 2 is the least.
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
_CONCURRENT_BATCHES: Final = 5

# The rate and the burst of requests with events, which must not take from those of agents. Twilio
# sends again what is answered with 429.
EVENTS_LIMITS: Final = (100, 200)

# https://www.twilio.com/docs/events/event-types/taskrouter/task and …/taskrouter/reservation
_SCHEMA_VERSION: Final = 4
EVENT_TYPES: Final = tuple(
    f"com.twilio.taskrouter.{name}"
    for name in (
        "reservation.accepted",
        "task.canceled",
        "task.completed",
        "task.deleted",
        "task.system-deleted",
    )
)


class EventQueue(Component):
    """The queue of events, and the one for those that failed again and again.

    Both are encrypted with keys of SQS. No policy is attached, so only roles of the account that
    are allowed to use them can.
    """

    url: pulumi.Output[str]
    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    failed_url: pulumi.Output[str]
    failed_name: pulumi.Output[str]

    def __init__(self, name: str, *, settings: StackSettings, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        failed = aws.sqs.Queue(
            f"failed-{name}",
            name=f"{settings.prefix}-failed-{name}",
            message_retention_seconds=_FAILED_KEPT_SECONDS,
            sqs_managed_sse_enabled=True,
            tags=settings.tags,
            opts=self.child(),
        )
        queue = aws.sqs.Queue(
            name,
            name=f"{settings.prefix}-{name}",
            visibility_timeout_seconds=VISIBILITY_SECONDS,
            message_retention_seconds=_KEPT_SECONDS,
            sqs_managed_sse_enabled=True,
            redrive_policy=pulumi.Output.json_dumps(
                {"deadLetterTargetArn": failed.arn, "maxReceiveCount": _ATTEMPTS}
            ),
            tags=settings.tags,
            opts=self.child(),
        )
        # The provider's ID of a queue is its URL.
        self.url, self.arn, self.name = queue.id, queue.arn, queue.name
        self.failed_url, self.failed_name = failed.id, failed.name
        self.register_outputs({"url": self.url, "failedUrl": self.failed_url})


class Offers(Component):
    """The two functions, and what invokes them.

    Parameters
    ----------
    environment
        That of the function that transfers chats: `transfer-events` does the same for an offer.
    """

    receive_events: TransferFunction
    transfer_events: TransferFunction

    def __init__(
        self,
        name: str,
        *,
        settings: StackSettings,
        bundle: Bundle,
        queue: EventQueue,
        credentials: TwilioCredentials,
        table: aws.dynamodb.Table,
        environment: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__(name, opts)
        self.receive_events = TransferFunction(
            "receive-events",
            settings=_receiving(settings),
            bundle=bundle,
            handler="receive_events.handler",
            description="Puts Twilio's events on the queue",
            environment={
                key: value
                for key, value in environment.items()
                if key.startswith("POWERTOOLS_") or key in {"EVENTS_QUEUE_URL", "TWILIO_SECRET_ARN"}
            },
            statements=(*credentials.statements, queue.arn.apply(send_events)),
            needs=(credentials.value,),
            opts=self.child(),
        )
        self.transfer_events = TransferFunction(
            "transfer-events",
            settings=_transferring(settings),
            bundle=bundle,
            handler="transfer_events.handler",
            description="Hands over the chats whose offers were accepted, and ends the others",
            environment=environment,
            statements=(
                *credentials.statements,
                table.arn.apply(use_idempotency_table),
                table.arn.apply(find_offers),
                queue.arn.apply(take_events),
            ),
            needs=(credentials.value,),
            opts=self.child(),
        )
        aws.lambda_.EventSourceMapping(
            "transfer-events",
            event_source_arn=queue.arn,
            function_name=self.transfer_events.alias.arn,
            batch_size=_BATCH,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config={"maximum_concurrency": _CONCURRENT_BATCHES},
            tags=settings.tags,
            opts=self.child(),
        )
        declare_schedule(
            "transfer-events",
            settings=settings,
            function=self.transfer_events,
            role_name="offers-schedule",
            rate=_RATE,
            description="Has the open offers looked at",
            payload=SCHEDULED,
            opts=self.child(),
        )
        self.register_outputs({})


class EventStream(Component):
    """What has Twilio send the events: a sink with the password in its URL, and a subscription."""

    def __init__(
        self, name: str, *, settings: StackSettings, api: TransferApi, opts: pulumi.ResourceOptions
    ) -> None:
        super().__init__(name, opts)
        description = f"Offered transfers ({settings.prefix})"
        password = pulumi.Output.secret(settings.offers.events_password)
        sink = twilio.events.Sink(
            "events",
            description=description,
            sink_type="webhook",
            sink_configuration=pulumi.Output.all(api.url, password).apply(
                lambda found: _webhook(found[0], found[1])
            ),
            # Twilio drops an event that is answered with 404.
            opts=self.child(depends_on=[api]),
        )
        twilio.events.Subscription(
            "events",
            description=description,
            sink_sid=sink.sid,
            types=dict.fromkeys(EVENT_TYPES, _SCHEMA_VERSION),
            opts=self.child(),
        )
        self.register_outputs({})


def _webhook(api_url: str, password: str) -> dict[str, object]:
    """Return a sink's configuration: Twilio sends the URL's credentials by basic authentication.

    Source: https://www.twilio.com/docs/events/webhook-quickstart
    """
    scheme, _, rest = api_url.partition("://")
    destination = f"{scheme}://twilio:{password}@{rest}/events"
    return {"destination": destination, "method": "POST", "batch_events": True}


def _receiving(settings: StackSettings) -> StackSettings:
    memory = max(settings.functions.memory_mb, _RECEIVE_MEMORY_MB)
    functions = replace(
        settings.functions,
        memory_mb=memory,
        timeout_seconds=_RECEIVE_SECONDS,
        reserved_concurrency=None,
    )
    return replace(settings, functions=functions)


def _transferring(settings: StackSettings) -> StackSettings:
    # The event source limits its concurrency; what is reserved is for agents' requests.
    functions = replace(
        settings.functions, timeout_seconds=_TRANSFER_SECONDS, reserved_concurrency=None
    )
    return replace(settings, functions=functions)
