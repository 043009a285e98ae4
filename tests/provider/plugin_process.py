"""Speaks to the provider's process as Pulumi's engine does, in plain Python values."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2 as messages
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

# How the engine writes what is not known yet, and the mark of a secret.
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"

TASK_QUEUE = "twilio:taskrouter:TaskQueue"
WORKFLOW = "twilio:taskrouter:Workflow"
GET_TASK_QUEUE = "twilio:taskrouter:getTaskQueue"


class Refused(Exception):
    """The provider answered with an error."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Engine:
    """The engine's side of the conversation.

    Attributes
    ----------
    heard
        Everything that the provider has answered, errors too, as text.
    """

    stub: Any
    heard: list[str] = field(default_factory=list)

    def ask(self, method: str, request: Message) -> dict[str, Any]:
        """Make one call; numbers of the answer that are whole are ints."""
        try:
            answer = getattr(self.stub, method)(request, timeout=30)
        except grpc.RpcError as error:
            self.heard.append(str(error))
            raise Refused(error.code(), str(error.details())) from None
        plain: dict[str, Any] = _whole(MessageToDict(answer))
        self.heard.append(str(plain))
        return plain

    def schema(self) -> str:
        """Ask for the schema."""
        return str(self.ask("GetSchema", messages.GetSchemaRequest())["schema"])

    def plugin_info(self) -> dict[str, Any]:
        """Ask for the version."""
        return self.ask("GetPluginInfo", Empty())

    def check_config(self, config: Mapping[str, Any]) -> dict[str, str]:
        """Give what is wrong with a configuration, by key."""
        return _failures(self.ask("CheckConfig", messages.CheckRequest(news=struct(config))))

    def checked_config(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Give the configuration as the provider wants it kept."""
        answer = self.ask("CheckConfig", messages.CheckRequest(news=struct(config)))
        return dict(answer["inputs"])

    def diff_config(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
        """Compare two configurations."""
        return self.ask("DiffConfig", messages.DiffRequest(olds=struct(old), news=struct(new)))

    def configure(self, **config: Any) -> dict[str, Any]:
        """Configure the provider."""
        return self.ask("Configure", messages.ConfigureRequest(args=struct(config)))

    def check(self, token: str, inputs: Mapping[str, Any]) -> dict[str, str]:
        """Give what is wrong with a resource's inputs, by property."""
        request = messages.CheckRequest(urn=urn(token), news=struct(inputs))
        return _failures(self.ask("Check", request))

    def checked(self, token: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Give a resource's inputs as the provider wants them kept."""
        request = messages.CheckRequest(urn=urn(token), news=struct(inputs))
        return dict(self.ask("Check", request)["inputs"])

    def diff(
        self,
        token: str,
        state: Mapping[str, Any],
        inputs: Mapping[str, Any],
        *ignore: str,
        before: Mapping[str, Any] | None = None,
        name: str = "mine",
    ) -> dict[str, Any]:
        """Compare state and inputs; `before` are those of the last deployment."""
        request = messages.DiffRequest(
            urn=urn(token, name),
            id=state.get("sid", "-"),
            olds=struct(state),
            news=struct(inputs),
            ignoreChanges=ignore,
            old_inputs=None if before is None else struct(before),
        )
        return self.ask("Diff", request)

    def create(
        self, token: str, inputs: Mapping[str, Any], *, preview: bool = False
    ) -> dict[str, Any]:
        """Create; give the outputs."""
        request = messages.CreateRequest(urn=urn(token), properties=struct(inputs), preview=preview)
        answer = self.ask("Create", request)
        assert preview or answer["id"] == answer["properties"]["sid"]
        return dict(answer["properties"])

    def begin_create(self, token: str, inputs: Mapping[str, Any]) -> Any:
        """Send a creation without waiting for the answer."""
        request = messages.CreateRequest(urn=urn(token), properties=struct(inputs))
        return self.stub.Create.future(request, timeout=30)

    def read(
        self,
        token: str,
        resource_id: str,
        state: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Read; give id, properties and inputs."""
        request = messages.ReadRequest(
            urn=urn(token),
            id=resource_id,
            properties=struct(state or {}),
            inputs=struct(inputs or {}),
        )
        return self.ask("Read", request)

    def update(
        self,
        token: str,
        state: Mapping[str, Any],
        inputs: Mapping[str, Any],
        *,
        preview: bool = False,
        before: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Update; give the outputs. `before` are the inputs of the last deployment."""
        request = messages.UpdateRequest(
            urn=urn(token),
            id=state["sid"],
            olds=struct(state),
            news=struct(inputs),
            preview=preview,
            old_inputs=None if before is None else struct(before),
        )
        return dict(self.ask("Update", request)["properties"])

    def delete(self, token: str, state: Mapping[str, Any]) -> None:
        """Delete."""
        request = messages.DeleteRequest(urn=urn(token), id=state["sid"], properties=struct(state))
        self.ask("Delete", request)

    def invoke(self, token: str, **arguments: Any) -> dict[str, Any]:
        """Run a function; give its result, or its failures by argument."""
        answer = self.ask("Invoke", messages.InvokeRequest(tok=token, args=struct(arguments)))
        return dict(answer["return"]) if "return" in answer else _failures(answer)


def struct(values: Mapping[str, Any]) -> Struct:
    """Write values as the engine does."""
    written = Struct()
    written.update(dict(values))
    return written


def secret(value: Any) -> dict[str, Any]:
    """Mark a value as a secret."""
    return {SIGNATURE: SECRET, "value": value}


def urn(token: str, name: str = "mine") -> str:
    """Give a resource of that type and name a URN."""
    return f"urn:pulumi:dev::project::{token}::{name}"


def _failures(answer: dict[str, Any]) -> dict[str, str]:
    return {each["property"]: each["reason"] for each in answer.get("failures", [])}


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@contextmanager
def started(folder: Path, errors: Path, environment: Mapping[str, str]) -> Iterator[Engine]:
    """Start the provider as the CLI starts a plugin from its folder, and speak to it.

    Parameters
    ----------
    folder
        The plugin's folder.
    errors
        Where its standard error goes.
    environment
        Its environment.
    """
    with (
        errors.open("wb") as stderr,
        subprocess.Popen(
            [sys.executable, str(folder), "127.0.0.1:1"],
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=dict(environment),
        ) as process,
    ):
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert line, errors.read_text()
            with grpc.insecure_channel(f"127.0.0.1:{int(line)}") as channel:
                yield Engine(ResourceProviderStub(channel))
        finally:
            process.terminate()
