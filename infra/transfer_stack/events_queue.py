"""The queue of Twilio's events, which `receive-events` fills and `transfer-events` empties."""

from typing import Any, Final

import pulumi
import pulumi_aws as aws

from transfer_stack.component import Component
from transfer_stack.permissions import Statement, send_events, take_events, use_key
from transfer_stack.settings import StackSettings

# The timeout of `transfer-events`: less than the schedule's minute, so that two of its runs do not
# overlap.
TRANSFER_SECONDS: Final = 50

# Six times the function's timeout, so that Lambda can try again while the function is throttled,
# and five attempts at least before a message is set aside.
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
VISIBILITY_SECONDS: Final = 6 * TRANSFER_SECONDS
_ATTEMPTS: Final = 5
_KEPT_SECONDS: Final = 4 * 86_400
# Longer than in the queue before it: a message keeps the time at which it was first sent.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
_FAILED_KEPT_SECONDS: Final = 14 * 86_400


class EventQueue(Component):
    """The queue of events, and the one for those that failed again and again.

    Both are encrypted, with keys of SQS or the company's. No policy is attached, so only roles of
    the account that are allowed to use them can: `to_send` and `to_take` are what these allow.
    """

    to_send: tuple[pulumi.Input[Statement], ...]
    to_take: tuple[pulumi.Input[Statement], ...]
    url: pulumi.Output[str]
    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    failed_url: pulumi.Output[str]
    failed_name: pulumi.Output[str]

    def __init__(self, name: str, *, settings: StackSettings, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        key_arn = settings.key_arn
        encryption: dict[str, Any] = (
            {"kms_master_key_id": key_arn} if key_arn else {"sqs_managed_sse_enabled": True}
        )
        failed = aws.sqs.Queue(
            f"failed-{name}",
            name=f"{settings.prefix}-failed-{name}",
            message_retention_seconds=_FAILED_KEPT_SECONDS,
            **encryption,
            tags=settings.tags,
            opts=self.child(),
        )
        queue = aws.sqs.Queue(
            name,
            name=f"{settings.prefix}-{name}",
            visibility_timeout_seconds=VISIBILITY_SECONDS,
            message_retention_seconds=_KEPT_SECONDS,
            **encryption,
            redrive_policy=pulumi.Output.json_dumps(
                {"deadLetterTargetArn": failed.arn, "maxReceiveCount": _ATTEMPTS}
            ),
            tags=settings.tags,
            opts=self.child(),
        )
        # The provider's ID of a queue is its URL.
        self.to_send: tuple[pulumi.Input[Statement], ...] = (queue.arn.apply(send_events),)
        self.to_take: tuple[pulumi.Input[Statement], ...] = (queue.arn.apply(take_events),)
        if key_arn:
            to_write = use_key(key_arn, "UseQueuesKey", "sqs", to_write=True)
            self.to_send = (*self.to_send, to_write)
            self.to_take = (*self.to_take, use_key(key_arn, "UseQueuesKey", "sqs"))
        self.url, self.arn, self.name = queue.id, queue.arn, queue.name
        self.failed_url, self.failed_name = failed.id, failed.name
        self.register_outputs({"url": self.url, "failedUrl": self.failed_url})
