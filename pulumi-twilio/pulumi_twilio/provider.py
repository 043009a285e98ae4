"""The provider: takes the engine's requests and hands each to the resource it is about."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import (
    CheckFailure,
    CheckRequest,
    CheckResponse,
    ConfigureRequest,
    ConfigureResponse,
    CreateRequest,
    CreateResponse,
    DeleteRequest,
    DiffRequest,
    DiffResponse,
    GetSchemaRequest,
    GetSchemaResponse,
    InvokeRequest,
    InvokeResponse,
    Provider,
    ReadRequest,
    ReadResponse,
    UpdateRequest,
    UpdateResponse,
)

from pulumi_twilio import config
from pulumi_twilio.as_declared import SHOWN
from pulumi_twilio.client import Client, twilio_client
from pulumi_twilio.conversations.address_configuration import AddressConfiguration
from pulumi_twilio.conversations.configuration import Configuration as ConversationsConfiguration
from pulumi_twilio.conversations.webhooks import Webhooks
from pulumi_twilio.declaration import Kind
from pulumi_twilio.errors import NotConfiguredError, NotFoundError
from pulumi_twilio.events.sink import Sink
from pulumi_twilio.events.subscription import Subscription
from pulumi_twilio.flex.configuration import Configuration as FlexConfiguration
from pulumi_twilio.lifecycle import Lifecycle
from pulumi_twilio.lookups import Lookup
from pulumi_twilio.property_values import (
    OLD_INPUTS,
    UNKNOWN,
    Properties,
    plain_map,
    property_map,
)
from pulumi_twilio.schema import schema
from pulumi_twilio.studio.flow import Flow
from pulumi_twilio.taskrouter.activity import Activity
from pulumi_twilio.taskrouter.task_channel import TaskChannel
from pulumi_twilio.taskrouter.task_queue import TaskQueue
from pulumi_twilio.taskrouter.worker import Worker
from pulumi_twilio.taskrouter.workflow import Workflow
from pulumi_twilio.taskrouter.workspace import Workspace

R = TypeVar("R")

KINDS: dict[str, type[Kind]] = {
    each.declaration.token: each
    for each in (
        Workspace,
        Activity,
        TaskChannel,
        TaskQueue,
        Workflow,
        Worker,
        Sink,
        Subscription,
        AddressConfiguration,
        ConversationsConfiguration,
        Webhooks,
        FlexConfiguration,
        Flow,
    )
}
RESOURCES = {token: Lifecycle(each.declaration) for token, each in KINDS.items()}
FUNCTIONS = {
    lookup.token: lookup
    for kind in (Workspace, Activity, TaskChannel, TaskQueue, Workflow, Worker)
    for lookup in (Lookup(kind, is_list=False), Lookup(kind, is_list=True))
}


class TwilioProvider(Provider):
    """The provider `twilio`; one instance serves one configuration."""

    def __init__(self) -> None:
        self._client: Client | None = None
        # Who has an object in this run, by its SID: resources that were compared or that adopted
        # it. What is deleted for one of them may be another one's.
        self._owners: dict[tuple[str, str], set[str]] = defaultdict(set)

    @cached_property
    def _creating(self) -> asyncio.Lock:
        # Two resources of one friendly name must not both find that there is none yet.
        return asyncio.Lock()

    async def get_schema(self, request: GetSchemaRequest) -> GetSchemaResponse:
        """Give the package's schema, from which imports are written and SDKs generated."""
        del request
        return GetSchemaResponse(schema(KINDS, FUNCTIONS))

    async def check_config(self, request: CheckRequest) -> CheckResponse:
        """Say for each wrong key of the configuration what is expected."""
        failures = config.check(plain_map(request.new_inputs))
        inputs = {
            key: value.with_secret(True) if key in config.SECRET_KEYS else value  # noqa: FBT003 - Pulumi's signature
            for key, value in request.new_inputs.items()
        }
        return CheckResponse(inputs, [CheckFailure(*failure) for failure in failures.items()])

    async def diff_config(self, request: DiffRequest) -> DiffResponse:
        """Replace everything when the account changes: nothing of one account is in another."""
        old, new = plain_map(request.old_state), plain_map(request.new_inputs)
        # One that is not there comes from the environment and is not known here.
        accounts = {each["accountSid"] for each in (old, new) if "accountSid" in each}
        moved = len(accounts - {UNKNOWN}) > 1
        return DiffResponse(replaces=["accountSid"] if moved else [])

    async def configure(self, request: ConfigureRequest) -> ConfigureResponse:
        """Take the configuration. Twilio is not called before a resource needs it."""
        settings = config.settings(plain_map(request.args))
        self._client = twilio_client(settings)
        return ConfigureResponse(accept_secrets=False, supports_preview=True)

    async def check(self, request: CheckRequest) -> CheckResponse:
        """Say for each wrong property of a resource what is expected."""
        resource = _resource(request.type)
        failures = resource.check(plain_map(request.new_inputs))
        return CheckResponse(_sealed(resource, request.new_inputs), failures)

    async def diff(self, request: DiffRequest) -> DiffResponse:
        """Compare recorded state and declared inputs."""
        state, inputs = plain_map(request.old_state), plain_map(request.new_inputs)
        old_inputs = state.pop(OLD_INPUTS, None)
        found = _resource(request.type).diff(state, inputs, request.ignore_changes, old_inputs)
        if not found.replaces:
            self._owners[request.type, request.resource_id].add(request.urn)
        return found

    async def create(self, request: CreateRequest) -> CreateResponse:
        """Create or adopt an object."""
        resource, inputs = _resource(request.type), plain_map(request.properties)
        if request.preview:
            return CreateResponse(properties=_outputs(resource, resource.preview(inputs)))
        async with self._creating:
            outputs = await self._ask(resource.create, request.name, inputs)
        if outputs["adopted"]:
            self._owners[request.type, outputs["sid"]].add(f"{request.urn} (adopted)")
        return CreateResponse(outputs["sid"], _outputs(resource, outputs))

    async def read(self, request: ReadRequest) -> ReadResponse:
        """Read an object; no id in the response says that it is gone."""
        resource = _resource(request.type)
        found = await self._ask(
            resource.read,
            request.resource_id,
            plain_map(request.properties),
            plain_map(request.inputs),
        )
        if found is None:
            return ReadResponse()
        outputs, inputs = _outputs(resource, found.outputs), _outputs(resource, found.inputs)
        return ReadResponse(found.sid, outputs, inputs)

    async def update(self, request: UpdateRequest) -> UpdateResponse:
        """Change an object if it differs."""
        resource = _resource(request.type)
        state, inputs = plain_map(request.olds), plain_map(request.news)
        old_inputs = state.pop(OLD_INPUTS, None)
        if request.preview:
            return UpdateResponse(_outputs(resource, resource.preview(inputs, state, old_inputs)))
        outputs = await self._ask(resource.update, request.resource_id, state, inputs, old_inputs)
        return UpdateResponse(_outputs(resource, outputs))

    async def delete(self, request: DeleteRequest) -> None:
        """Delete an object, unless it was adopted."""
        # A replacement may have adopted the very object that it replaces, and a resource that was
        # renamed and imported again may have it under its new name.
        if self._owners[request.type, request.resource_id] - {request.urn}:
            return
        await self._ask(
            _resource(request.type).delete, request.resource_id, plain_map(request.properties)
        )

    async def invoke(self, request: InvokeRequest) -> InvokeResponse:
        """Run a function."""
        function = FUNCTIONS.get(request.tok)
        if function is None:
            raise NotFoundError(f"the provider has no function {request.tok}; {_known(FUNCTIONS)}")
        arguments = plain_map(request.args)
        failures = function.check(arguments)
        if failures:
            return InvokeResponse(failures=failures)
        return InvokeResponse(property_map(await self._ask(function.run, arguments)))

    async def _ask(self, call: Callable[..., R], *arguments: Any) -> R:
        if self._client is None:
            raise NotConfiguredError(
                "the provider has no credentials yet: set twilio:accountSid and twilio:authToken, "
                "or twilio:apiKeySid and twilio:apiKeySecret"
            )
        # The SDK blocks; the engine has several requests under way at once.
        return await asyncio.to_thread(call, self._client, *arguments)


def _sealed(resource: Lifecycle, values: Mapping[str, PropertyValue]) -> dict[str, PropertyValue]:
    """Mark as secrets the values that may hold a credential."""
    secrets = {SHOWN, *(each.name for each in resource.declaration.properties if each.secret)}
    return {
        name: value.with_secret(True) if name in secrets else value  # noqa: FBT003 - Pulumi's signature
        for name, value in values.items()
    }


def _outputs(resource: Lifecycle, values: Properties) -> dict[str, PropertyValue]:
    return _sealed(resource, property_map(values))


def _resource(qualified_token: str) -> Lifecycle:
    # A URN names the types of the components that a resource is in, before its own: what Pulumi's
    # SDK takes out of it as the type is my:index:Component$twilio:taskrouter:TaskQueue then.
    token = qualified_token.rpartition("$")[2]
    try:
        return RESOURCES[token]
    except KeyError:
        raise NotFoundError(f"the provider has no resource {token}; {_known(RESOURCES)}") from None


def _known(tokens: Sequence[str] | dict[str, Any]) -> str:
    return f"it has {', '.join(tokens)}"
