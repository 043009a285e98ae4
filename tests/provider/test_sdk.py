"""The Python SDK, the schema and the provider say the same; the SDK sends what it should."""

import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

import pulumi_twilio as twilio
from pulumi_twilio import config
from pulumi_twilio.declaration import snake
from pulumi_twilio.provider import FUNCTIONS, RESOURCES
from pulumi_twilio.version import VERSION
from tests.provider.plugin_process import GET_TASK_QUEUE, TASK_QUEUE, WORKFLOW, Engine

SDK: dict[str, Any] = {
    "twilio:taskrouter:Workspace": twilio.taskrouter.Workspace,
    "twilio:taskrouter:Activity": twilio.taskrouter.Activity,
    "twilio:taskrouter:TaskChannel": twilio.taskrouter.TaskChannel,
    TASK_QUEUE: twilio.TaskQueue,
    WORKFLOW: twilio.Workflow,
    "twilio:events:Sink": twilio.events.Sink,
    "twilio:events:Subscription": twilio.events.Subscription,
    "twilio:taskrouter:Worker": twilio.taskrouter.Worker,
    "twilio:conversations:AddressConfiguration": twilio.conversations.AddressConfiguration,
    "twilio:conversations:Configuration": twilio.conversations.Configuration,
    "twilio:conversations:Webhooks": twilio.conversations.Webhooks,
    "twilio:flex:Configuration": twilio.flex.Configuration,
    "twilio:studio:Flow": twilio.studio.Flow,
}
WS = "WS" + "0" * 32
SID = "WQ" + "0" * 32


@pytest.fixture(scope="module")
def schema(process: Engine) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(process.schema())
    return read


def arguments(of: Any) -> set[str]:
    names = set(inspect.signature(of).parameters)
    return names - {"__self__", "resource_name", "opts"}


def properties(of: type) -> set[str]:
    return {name for name, each in vars(of).items() if isinstance(each, property)}


# One truth in three places


def test_the_schema_has_what_the_provider_has(schema: dict[str, Any]) -> None:
    assert set(schema["resources"]) == set(RESOURCES) == set(SDK)
    assert set(schema["functions"]) == set(FUNCTIONS)
    assert set(schema["config"]["variables"]) == set(config.KEYS)
    variables = schema["config"]["variables"]
    defaults = {key: each.pop("defaultInfo", None) for key, each in variables.items()}
    read = {key: {"environment": [name]} for key, name in config.ENVIRONMENT.items()}
    assert defaults == {**dict.fromkeys(config.KEYS), **read}
    assert schema["provider"]["inputProperties"] == variables
    secrets = {key for key, each in schema["config"]["variables"].items() if each.get("secret")}
    assert secrets == config.SECRET_KEYS


@pytest.mark.parametrize("token", SDK)
def test_the_schema_of_a_resource(schema: dict[str, Any], token: str) -> None:
    described, known = schema["resources"][token], RESOURCES[token].declaration.properties
    assert set(described["inputProperties"]) == {each.name for each in known}
    assert described["requiredInputs"] == [each.name for each in known if each.required]
    replacing = {
        name
        for name, each in described["inputProperties"].items()
        if each.get("willReplaceOnChanges")
    }
    assert replacing == {each.name for each in known if each.replaces}
    preview = RESOURCES[token].preview({"adoptExisting": True})
    assert set(described["properties"]) == set(preview)


@pytest.mark.parametrize("token", SDK)
def test_the_sdk_of_a_resource(schema: dict[str, Any], token: str) -> None:
    described, sdk = schema["resources"][token], SDK[token]
    inputs = {snake(name) for name in described["inputProperties"]}
    module = getattr(twilio, token.split(":")[1])
    given = getattr(module, f"{sdk.__name__}Args")
    assert arguments(given) == arguments(sdk._internal_init) - {"__props__"} == inputs
    assert properties(sdk) == {snake(name) for name in described["properties"]}


CHOICES = [
    (token, each.name, each.shape.choices)
    for token, kind in RESOURCES.items()
    for each in kind.declaration.properties
    if each.shape.choices
]


@pytest.mark.parametrize(("token", "name", "choices"), CHOICES)
def test_a_fixed_choice_is_an_enumeration_in_the_schema_and_in_the_sdk(
    schema: dict[str, Any], token: str, name: str, choices: tuple[str, ...]
) -> None:
    kinds = schema["resources"][token]["inputProperties"][name]["oneOf"]
    of = next(each["$ref"] for each in kinds if "$ref" in each).removeprefix("#/types/")
    assert [each["value"] for each in schema["types"][of]["enum"]] == list(choices)
    enumeration = getattr(getattr(twilio, of.split(":")[1]), of.split(":")[2])
    assert {each.value for each in enumeration} == set(choices)


def test_the_sdk_of_the_provider() -> None:
    assert arguments(twilio.ProviderArgs) == {snake(key) for key in config.KEYS}


@pytest.mark.parametrize("token", FUNCTIONS)
def test_the_sdk_of_a_lookup(schema: dict[str, Any], token: str) -> None:
    described, lookup = schema["functions"][token], FUNCTIONS[token]
    names = set(described["inputs"]["properties"])
    assert {each.name for each in lookup.arguments} == names
    function = snake(token.rpartition(":")[2])
    for form in (function, f"{function}_output"):
        found = getattr(twilio.taskrouter, form)
        assert arguments(found) == {snake(name) for name in names}
    name = token.rpartition(":")[2]
    result = getattr(twilio.taskrouter, f"{name[0].upper()}{name[1:]}Result")
    assert properties(result) == {snake(each) for each in described["outputs"]["properties"]}


def test_versions_agree(process: Engine, schema: dict[str, Any]) -> None:
    plugin = json.loads(files(twilio).joinpath("pulumi-plugin.json").read_text())
    assert plugin["name"] == schema["name"] == "twilio"
    # The CLI would try to download a plugin of this version when it installs the plugin's folder.
    assert plugin["resource"] is False
    assert VERSION == schema["version"] == process.plugin_info()["version"]


def test_a_program_loads_neither_the_client_nor_the_server() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import pulumi_twilio, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    ).stdout.split()
    assert not {"twilio", "requests", "pulumi_twilio.provider"} & set(loaded)


# What the SDK sends


class Recorder(mocks.Mocks):
    """Stands in for the engine: writes down what a program registers."""

    def __init__(self) -> None:
        self.registered: dict[str, mocks.MockResourceArgs] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Answer as if the resource had been created."""
        self.registered[args.name] = args
        if args.typ.startswith("pulumi:"):
            return SID, dict(args.inputs)
        known = {"sid": SID, "adopted": False, "configuration": "{}"}
        return SID, {**args.inputs, **known}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
        """Answer as if the queue had been found."""
        assert args.token == GET_TASK_QUEUE
        return {**args.args, "sid": SID, "maxReservedWorkers": 1}, []


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    mocks.set_mocks(recorder, preview=False)
    yield recorder
    pulumi.runtime.settings.reset_options()


def value_of(output: pulumi.Output[Any]) -> Any:
    async def wait() -> Any:
        return await output.future()

    return pulumi.runtime.sync_await._sync_await(wait())


def test_a_queue_is_registered_by_pulumis_names(recorder: Recorder) -> None:
    queue = twilio.taskrouter.TaskQueue(
        "mine",
        workspace_sid=WS,
        friendly_name="Night",
        target_workers="1==1",
        max_reserved_workers=2,
        adopt_existing=True,
    )
    assert value_of(queue.sid) == SID
    assert value_of(queue.max_reserved_workers) == 2
    assert value_of(queue.adopted) is False
    registered = recorder.registered["mine"]
    assert registered.typ == TASK_QUEUE
    assert registered.inputs == {
        "workspaceSid": WS,
        "friendlyName": "Night",
        "targetWorkers": "1==1",
        "maxReservedWorkers": 2,
        "adoptExisting": True,
    }


@pytest.mark.parametrize("text", [False, True])
def test_a_configuration_is_sent_as_it_is(recorder: Recorder, text: bool) -> None:
    target = {"queue": pulumi.Output.from_input(SID), "known_worker_sid": "task.targetSid"}
    routing = {"task_routing": {"filters": [{"expression": "1==1", "targets": [target]}]}}
    given: Any = pulumi.Output.json_dumps(routing) if text else routing
    workflow = twilio.Workflow("mine", workspace_sid=WS, friendly_name="Night", configuration=given)
    assert value_of(workflow.configuration) == "{}"
    sent: Any = recorder.registered["mine"].inputs["configuration"]
    read = sent
    if text:
        assert isinstance(sent, str)
        read = json.loads(sent)
    assert read["task_routing"]["filters"][0]["targets"] == [
        {"queue": SID, "known_worker_sid": "task.targetSid"}
    ]


def test_an_existing_queue_is_read(recorder: Recorder) -> None:
    queue = twilio.TaskQueue.get("mine", f"{WS}/{SID}")
    assert value_of(queue.sid) == SID
    assert recorder.registered["mine"].resource_id == f"{WS}/{SID}"


def test_the_provider_sends_its_credentials_as_secrets(recorder: Recorder) -> None:
    provider = twilio.Provider("mine", account_sid="AC" + "0" * 32, auth_token="hush")
    value_of(provider.urn)
    registered = recorder.registered["mine"]
    assert registered.typ == "pulumi:providers:twilio"
    assert registered.inputs["accountSid"] == "AC" + "0" * 32
    assert set(registered.inputs) == {"accountSid", "authToken"}


def test_the_lookup(recorder: Recorder) -> None:
    del recorder
    found = twilio.get_task_queue(workspace_sid=WS, friendly_name="Sales")
    assert (found.sid, found.friendly_name, found.max_reserved_workers) == (SID, "Sales", 1)
    later = twilio.get_task_queue_output(
        workspace_sid=pulumi.Output.from_input(WS), friendly_name="Sales"
    )
    assert value_of(later.sid) == SID
