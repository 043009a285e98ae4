"""Takes the engine's place: creates what the program declares."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks

from local.deployer import (
    aws_data,
    aws_domain,
    aws_functions,
    aws_gateway,
    aws_observability,
    aws_queues,
)
from local.deployer.aws_clients import AwsClients
from local.deployer.errors import (
    DeploymentError,
    UnknownFunctionError,
    UnknownInputError,
    UnknownResourceTypeError,
)
from local.deployer.resource_types import Create, Created, Inputs
from local.deployer.twilio_resources import TwilioResources

AWS_TYPES: Final[Mapping[str, Create]] = {
    **aws_data.TYPES,
    **aws_domain.TYPES,
    **aws_functions.TYPES,
    **aws_gateway.TYPES,
    **aws_observability.TYPES,
    **aws_queues.TYPES,
}
TWILIO_TYPES: Final = frozenset(
    {
        "twilio:events:Sink",
        "twilio:events:Subscription",
        "twilio:flex:Configuration",
        "twilio:taskrouter:TaskQueue",
        "twilio:taskrouter:Workflow",
    }
)
_TWILIO_FUNCTIONS: Final = frozenset(
    {
        "twilio:taskrouter:getTaskQueue",
        "twilio:taskrouter:getTaskQueues",
        "twilio:taskrouter:getWorkers",
        "twilio:taskrouter:getWorkflow",
    }
)
# The types that the program declares and a local deployment leaves out, with the reasons.
ABSENT: Final[Mapping[str, str]] = {
    "aws:cloudwatch/queryDefinition:QueryDefinition": (
        "the emulated AWS has no saved queries of Logs Insights; nothing else refers to them"
    ),
}


@dataclass(frozen=True, slots=True)
class ResourceEvent:
    """A resource was created.

    Parameters
    ----------
    type
        Its type token, such as `aws:lambda/function:Function`.
    name
        Its logical name in the program.
    seconds
        How long creating it took.
    """

    type: str
    name: str
    seconds: float


class Creator(Mocks):
    """Creates each resource in the emulated AWS or the emulated Twilio, by its type.

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
            # Without an event: the progress display must not claim that it exists.
            return f"{args.name}-absent", inputs
        if self._stopped.is_set():
            raise DeploymentError("The deployment was stopped")
        begin = time.perf_counter()
        try:
            created = self._create(args.typ, args.name, inputs)
        except DeploymentError:
            raise
        except Exception as error:
            # A client library may raise anything; the error must name the resource.
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
            raise UnknownFunctionError(
                f"The local deployer cannot call {args.token}: add it in local/deployer"
            )
        try:
            return self._twilio.invoke(args.token, _plain(args.args))
        except Exception as error:  # noqa: BLE001 - the program has to hear of any failure
            # As the engine does: a program may catch a failed call, unlike a failed creation.
            return {}, [("", f"invocation of {args.token} returned an error: {error}")]

    def _create(self, type_: str, name: str, content: Mapping[str, Any]) -> Created:
        if type_ in TWILIO_TYPES:
            return self._twilio.create(type_, name, content)
        create = AWS_TYPES.get(type_)
        if create is None:
            known = ", ".join(sorted({*AWS_TYPES, *TWILIO_TYPES}))
            raise UnknownResourceTypeError(
                f"The local deployer cannot create a {type_} ({name}): add it in local/deployer, "
                f"or leave the resource out. It knows {known}"
            )
        inputs = Inputs(content)
        created = create(self._aws, name, inputs)
        if inputs.unread:
            unread = ", ".join(sorted(inputs.unread))
            raise UnknownInputError(
                f"The local deployer does not know the inputs {unread} of a {type_} ({name}): "
                "add them in local/deployer, or leave them out"
            )
        return created


def _plain(value: Any) -> Any:
    """Unwrap secrets, and turn whole numbers, which arrive as floats, back into integers."""
    if rpc.is_rpc_secret(value):
        return _plain(rpc.unwrap_rpc_secret(value))
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
