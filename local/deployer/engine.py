"""Stands in the Pulumi engine's place: takes what the program declares, and creates it."""

import threading
import time
from collections.abc import Callable
from typing import Any, Final

from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks

from local.deployer import aws_data, aws_domain, aws_functions, aws_gateway, aws_observability
from local.deployer.absent import ABSENT
from local.deployer.aws_clients import AwsClients
from local.deployer.errors import (
    DeploymentError,
    UnknownFunctionError,
    UnknownInputError,
    UnknownResourceTypeError,
)
from local.deployer.events import ResourceEvent
from local.deployer.resource_types import Created, Inputs, ResourceType
from local.deployer.twilio_resources import TwilioResources

AWS_TYPES: Final[dict[str, ResourceType]] = {
    **aws_data.TYPES,
    **aws_domain.TYPES,
    **aws_functions.TYPES,
    **aws_gateway.TYPES,
    **aws_observability.TYPES,
}
TWILIO_TYPES: Final = frozenset({"twilio:taskrouter:TaskQueue", "twilio:taskrouter:Workflow"})
_TWILIO_FUNCTIONS: Final = frozenset({"twilio:taskrouter:getTaskQueue"})


class Creator(Mocks):
    """Creates each resource where its type belongs.

    Parameters
    ----------
    aws
        The emulated AWS.
    twilio
        The emulated Twilio, through our provider.
    on_resource
        Called after each creation, one call at a time.
    """

    def __init__(
        self, aws: AwsClients, twilio: TwilioResources, on_resource: Callable[[ResourceEvent], None]
    ) -> None:
        self._aws = aws
        self._twilio = twilio
        self._on_resource = on_resource
        self._one_at_a_time = threading.Lock()
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Create nothing more: what is being created is finished, the next resource fails."""
        self._stopped.set()

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Create a resource and return its ID and all its properties; components have none.

        Raises
        ------
        DeploymentError
            When the resource cannot be created.
        """
        if not args.custom:
            return None, {}
        inputs = _plain(args.inputs)
        if args.typ in ABSENT:
            # Not told of either: whoever looks on must not believe that it is there.
            return f"{args.name}-absent", inputs
        if self._stopped.is_set():
            raise DeploymentError("The deployment was stopped")
        begin = time.perf_counter()
        try:
            created = self._create(args.typ, args.name, inputs)
        except DeploymentError:
            raise
        except Exception as error:
            # Whatever a client library raises, the reader must learn which resource it was about.
            raise DeploymentError(
                f"{args.typ} {args.name} could not be created: {error}"
            ) from error
        seconds = time.perf_counter() - begin
        with self._one_at_a_time:
            self._on_resource(ResourceEvent(args.typ, args.name, seconds))
        return created.id, {**inputs, **created.outputs}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Call a provider function.

        Raises
        ------
        UnknownFunctionError
            When no provider here has it.
        """
        if args.token not in _TWILIO_FUNCTIONS:
            raise UnknownFunctionError(args.token)
        try:
            return self._twilio.invoke(args.token, _plain(args.args))
        except Exception as error:  # noqa: BLE001 - whatever it is, the program is to be told
            # As the engine does: a program may catch a failed call, unlike a failed creation.
            return {}, [("", f"invocation of {args.token} returned an error: {error}")]

    def _create(self, type_: str, name: str, inputs: Inputs) -> Created:
        if type_ in TWILIO_TYPES:
            return self._twilio.create(type_, name, inputs)
        known = AWS_TYPES.get(type_)
        if known is None:
            raise UnknownResourceTypeError(type_, name, {*AWS_TYPES, *TWILIO_TYPES})
        unknown = inputs.keys() - known.inputs
        if unknown:
            raise UnknownInputError(type_, name, unknown)
        return known.create(self._aws, name, inputs)


def _plain(value: Any) -> Any:
    """Unwrap secrets, and give whole numbers their type back, which they lose on the wire."""
    if rpc.is_rpc_secret(value):
        return _plain(rpc.unwrap_rpc_secret(value))
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
