"""Transfers that wait for their acceptance: what has Twilio send its events, and receives them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pulumi

import pulumi_twilio as twilio
from transfer_stack.bundle import Bundle
from transfer_stack.component import Component
from transfer_stack.endpoints import TransferApi
from transfer_stack.events_queue import EventQueue
from transfer_stack.functions import TransferFunction
from transfer_stack.secrets import StackSecret
from transfer_stack.settings import StackSettings

# Twilio waits 5 seconds for an answer. https://www.twilio.com/docs/events/webhook-quickstart
_RECEIVE_SECONDS: Final = 4
# A function has processor time in proportion to its memory.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
_RECEIVE_MEMORY_MB: Final = 512


# https://www.twilio.com/docs/events/event-types/taskrouter/task and …/taskrouter/reservation
_SCHEMA_VERSION: Final = 4
_EVENTS: Final = (
    "reservation.accepted",
    "reservation.rejected",
    "reservation.timeout",
    "task.canceled",
    "task.completed",
    "task.deleted",
    "task.system-deleted",
)
# One of two agents who have joined has left the conversation, and wraps up.
_WRAPS_UP: Final = "reservation.wrapup"


class EventReceiver(Component):
    """The function behind the webhook, and the secret with the webhook's password.

    Anybody can call it, so its role reads no other secret. The secret is not protected: `pulumi up`
    creates another if offers are switched off and on again.
    """

    function: TransferFunction

    def __init__(
        self,
        name: str,
        *,
        settings: StackSettings,
        bundle: Bundle,
        queue: EventQueue,
        environment: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__(name, opts)
        secret = StackSecret(
            "events",
            settings=settings,
            resource_name="events",
            holds="The password of Twilio's events",
            content={"events_password": settings.offers.events_password},
            protect=False,
            opts=self.child(),
        )
        self.function = TransferFunction(
            name,
            settings=_receiving(settings),
            bundle=bundle,
            handler="receive_events.handler",
            description="Puts Twilio's events on the queue",
            environment={
                **environment,
                "EVENTS_QUEUE_URL": queue.url,
                "EVENTS_SECRET_ARN": secret.arn,
            },
            statements=(*secret.statements, *queue.to_send),
            needs=(secret.value,),
            opts=self.child(),
        )
        self.register_outputs({"functionName": self.function.function.name})


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
        names = (*_EVENTS, _WRAPS_UP) if settings.offers.can_join else _EVENTS
        twilio.events.Subscription(
            "events",
            description=description,
            sink_sid=sink.sid,
            types={f"com.twilio.taskrouter.{name}": _SCHEMA_VERSION for name in names},
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
    reserved = settings.functions.reserved_concurrency
    memory = max(settings.functions.memory_mb, _RECEIVE_MEMORY_MB)
    functions = replace(
        settings.functions,
        memory_mb=memory,
        timeout_seconds=_RECEIVE_SECONDS,
        # Less than agents' requests have, and a limit: anybody may call it.
        reserved_concurrency=max(reserved // 2, 1) if reserved else None,
    )
    return replace(settings, functions=functions)
