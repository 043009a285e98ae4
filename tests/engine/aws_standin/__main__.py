# ruff: noqa: ARG002, D102 - the methods are a plugin's, described by Pulumi's base class
"""A stand-in for Pulumi's AWS plugin: takes every resource, makes none, and says what AWS would.

The engine's own work is what is tested with it: that the program runs on the engine, which
resources it registers, what changes between two runs. Values that AWS makes up are unknown in a
preview, as they are with the real plugin.
"""

import sys

import pulumi
from pulumi.provider.experimental import provider as rpc
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.server import main
from pulumi.runtime.rpc import UNKNOWN

VERSION = "7.51.1"
_ACCOUNT = "eu-west-1:123456789012"
# A change of them replaces a resource that the program declares, and with it what is in a table.
_IDENTITY = {"name", "hashKey"}


class AwsStandIn(rpc.Provider):
    """Echoes the inputs, and adds the outputs that the program goes on with."""

    async def get_schema(self, request: rpc.GetSchemaRequest) -> rpc.GetSchemaResponse:
        return rpc.GetSchemaResponse(f'{{"name": "aws", "version": "{VERSION}"}}')

    async def check_config(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        return rpc.CheckResponse(request.new_inputs, [])

    async def diff_config(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        return rpc.DiffResponse()

    async def configure(self, request: rpc.ConfigureRequest) -> rpc.ConfigureResponse:
        return rpc.ConfigureResponse(accept_secrets=True, supports_preview=True)

    async def check(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        # Pulumi's SDK cannot read an archive of a state; a function's code has its hash as well.
        return rpc.CheckResponse(
            {
                key: value
                for key, value in request.new_inputs.items()
                if not isinstance(value.value, pulumi.Archive)
            },
            [],
        )

    async def diff(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        old, new = request.old_state, request.new_inputs
        changed = sorted(key for key, value in new.items() if old.get(key) != value)
        replaces = [key for key in changed if key in _IDENTITY]
        return rpc.DiffResponse(changes=bool(changed), diffs=changed, replaces=replaces)

    async def create(self, request: rpc.CreateRequest) -> rpc.CreateResponse:
        given = request.properties.get("name")
        called = str(given.value) if given is not None else request.name
        service, kind = request.type.split("$")[-1].split(":")[1].split("/")
        arn = f"arn:aws:{service}:{_ACCOUNT}:{called}"
        if kind == "logGroup":
            arn = f"arn:aws:logs:{_ACCOUNT}:log-group:{called}"
        if kind in {"function", "alias"}:
            function = request.properties.get("functionName")
            qualifier = f":{called}" if function is not None else ""
            name = function.value if function is not None else called
            arn = f"arn:aws:lambda:{_ACCOUNT}:function:{name}{qualifier}"
        made = {
            "name": called,
            "arn": arn,
            "version": "1",
            "invokeArn": f"arn:aws:apigateway:eu-west-1:lambda:path/functions/{arn}/invocations",
            "executionArn": f"arn:aws:execute-api:{_ACCOUNT}:abc123",
            "apiEndpoint": "https://abc123.execute-api.eu-west-1.amazonaws.com/",
        }
        outputs = {
            key: PropertyValue(UNKNOWN if request.preview else value) for key, value in made.items()
        }
        resource_id = None if request.preview else f"{service}-{called}"
        if kind == "queue" and not request.preview:
            resource_id = f"https://sqs.eu-west-1.amazonaws.com/123456789012/{called}"
        return rpc.CreateResponse(resource_id, {**outputs, **request.properties})

    async def update(self, request: rpc.UpdateRequest) -> rpc.UpdateResponse:
        return rpc.UpdateResponse({**request.olds, **request.news})

    async def read(self, request: rpc.ReadRequest) -> rpc.ReadResponse:
        return rpc.ReadResponse(request.resource_id, request.properties, request.inputs)

    async def delete(self, request: rpc.DeleteRequest) -> None:
        return None


main(sys.argv[1:], VERSION, AwsStandIn())
