"""The function that finishes what is not finished: each minute, and when an event comes.

Every stack has it: a transfer whose function was killed goes on without anybody asking.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import pulumi
import pulumi_aws as aws

from transfer_stack.bundle import Bundle
from transfer_stack.component import Component
from transfer_stack.events_queue import TRANSFER_SECONDS, EventQueue
from transfer_stack.functions import TransferFunction
from transfer_stack.permissions import Statement
from transfer_stack.schedule import declare_schedule
from transfer_stack.settings import StackSettings

_RATE: Final = "rate(1 minute)"
SCHEDULED: Final = {"source": "schedule"}

_BATCH: Final = 10
# Twilio limits the requests of an account, and agents' transfers come first. 2 is the least.
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
_CONCURRENT_BATCHES: Final = 5


class TransferEvents(Component):
    """The function, its schedule and, with offers, the queue that invokes it.

    Parameters
    ----------
    queue
        The queue of events; none without offers.
    environment
        That of the function that transfers chats: both do the same.
    statements
        What its role allows, apart from the queue.
    """

    function: TransferFunction

    def __init__(
        self,
        name: str,
        *,
        settings: StackSettings,
        bundle: Bundle,
        queue: EventQueue | None,
        environment: Mapping[str, pulumi.Input[str]],
        statements: Sequence[pulumi.Input[Statement]],
        needs: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__(name, opts)
        self.function = TransferFunction(
            name,
            settings=_limited(settings),
            bundle=bundle,
            handler="transfer_events.handler",
            description="Finishes transfers that are under way",
            environment=environment,
            statements=(*statements, *(queue.to_take if queue else ())),
            needs=needs,
            opts=self.child(),
        )
        if queue:
            aws.lambda_.EventSourceMapping(
                name,
                event_source_arn=queue.arn,
                function_name=self.function.alias.arn,
                batch_size=_BATCH,
                function_response_types=["ReportBatchItemFailures"],
                scaling_config={"maximum_concurrency": _CONCURRENT_BATCHES},
                tags=settings.tags,
                opts=self.child(),
            )
        declare_schedule(
            name,
            settings=settings,
            function=self.function,
            role_name="events-schedule",
            rate=_RATE,
            description="Has the transfers that are under way looked at",
            payload=SCHEDULED,
            opts=self.child(),
        )
        self.register_outputs({"functionName": self.function.function.name})


def _limited(settings: StackSettings) -> StackSettings:
    # What is reserved is for agents' requests.
    functions = replace(
        settings.functions, timeout_seconds=TRANSFER_SECONDS, reserved_concurrency=None
    )
    return replace(settings, functions=functions)
