"""Serves the provider to a Pulumi engine, with errors that people can read.

`pulumi.provider.experimental.server.main` would do, but for two things: it puts a Python traceback
behind the message of every error, and the engine would import what does not exist. This is the same
server with those two set right.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import grpc
from pulumi.provider.experimental.provider import Provider
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import provider_pb2_grpc
from pulumi.runtime.proto.provider_pb2 import ReadResponse

from pulumi_twilio.errors import ProviderError
from pulumi_twilio.property_values import OLD_INPUTS
from pulumi_twilio.version import VERSION

# As large as the engine's own limit: a state may be big.
_OPTIONS = [("grpc.max_receive_message_length", 400 * 1024 * 1024)]


class Servicer(ProviderServicer):
    """The SDK's servicer, but for what the engine understands of a resource that is gone."""

    async def Read(self, request: Any, context: Any) -> Any:  # noqa: N802 - the method's name in gRPC
        """Answer without properties when there is no such resource; empty ones say there is."""
        response = await super().Read(request, context)
        return response if response.id else ReadResponse()

    async def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802 - the method's name in gRPC
        """Answer with the old inputs in the old state."""
        return await super().Diff(_with_old_inputs(request), context)

    async def Update(self, request: Any, context: Any) -> Any:  # noqa: N802 - the method's name in gRPC
        """Answer with the old inputs in the old state."""
        return await super().Update(_with_old_inputs(request), context)


def _with_old_inputs(request: Any) -> Any:
    if request.HasField("old_inputs"):
        request.olds.fields[OLD_INPUTS].struct_value.CopyFrom(request.old_inputs)
    return request


class ReadableErrors(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]  # generic in its stubs alone
    """Answers a failed request with the error's one line instead of a traceback."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """Wrap the method that is being called."""
        handler = await continuation(handler_call_details)
        call = handler.unary_unary
        if call is None:
            return handler
        method = handler_call_details.method.rsplit("/", 1)[-1]

        async def answer(request: Any, context: Any) -> Any:
            try:
                return await call(request, context)
            except Exception as error:  # noqa: BLE001 - the last stop before the wire
                await context.abort(*_status(method, error))

        return grpc.unary_unary_rpc_method_handler(
            answer,
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )


def _status(method: str, error: Exception) -> tuple[grpc.StatusCode, str]:
    # The servicer raises a plain exception with the traceback in its text; what the provider
    # raised is the context of that.
    cause = error.__context__ or error
    if isinstance(error, NotImplementedError) or isinstance(cause, NotImplementedError):
        return grpc.StatusCode.UNIMPLEMENTED, f"the provider does not implement {method}"
    if isinstance(cause, ProviderError):
        return grpc.StatusCode.UNKNOWN, str(cause)
    # Only the place: a message of unknown origin might repeat a credential.
    trace = cause.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f" at {trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else ""
    return (
        grpc.StatusCode.INTERNAL,
        f"{method} failed in the provider, with {type(cause).__name__}{where}: please report it",
    )


def serve(provider: Provider) -> None:
    """Serve a provider on a free port of the loopback interface, which goes to standard output.

    Parameters
    ----------
    provider
        What answers the requests.
    """
    parser = argparse.ArgumentParser(
        prog="pulumi-resource-twilio",
        description="Pulumi provider for Twilio TaskRouter. The Pulumi CLI starts it.",
    )
    parser.add_argument("engine", help="address of the Pulumi engine")
    arguments, _ = parser.parse_known_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(provider, arguments.engine))


async def _serve(provider: Provider, engine: str) -> None:
    server = grpc.aio.server(interceptors=[ReadableErrors()], options=_OPTIONS)
    servicer = Servicer([], VERSION, provider, engine)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    try:
        await server.wait_for_termination()
    finally:
        await server.stop(None)
