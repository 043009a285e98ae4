"""The component on the real engine: its wheel, the template, a stack from before there was it."""

import json
import shutil
from pathlib import Path
from typing import Any, Final

import pytest

from tests.engine.conftest import NO_ENGINE
from tests.engine.packages import (
    aws_program,
    build_packages,
    environment,
    pulumi,
)
from tests.engine.stack_on_engine import ROOT, Engine
from twilio_emulator.server import RunningTwilio

pytestmark = [
    pytest.mark.skipif(shutil.which("pulumi") is None, reason=NO_ENGINE),
    pytest.mark.timeout(600),  # each installs packages
]

PLUGIN: Final = "pulumi-resource-flex-chat-transfer"
TOKEN: Final = "flex-chat-transfer:index:FlexChatTransfer"
PASSWORD: Final = "a-password-of-the-tests-for-events-0123456789"


def test_a_stack_from_before_the_component_keeps_every_resource(engine: Engine) -> None:
    declared = sum(engine.up().changes.values())
    engine.rewrite(
        {
            # The routing was at the root, and the back end was a component next to it.
            f"{TOKEN}$flex-chat-transfer:index:TransferRouting": (
                "flex-chat-transfer:index:TransferRouting"
            ),
            f"{TOKEN}::flex-chat-transfer": "flex-chat-transfer:index:TransferBackend::backend",
            TOKEN: "flex-chat-transfer:index:TransferBackend",
        }
    )
    before = engine.managed()
    assert not any(TOKEN in urn for urn in before)

    assert engine.preview().changes == {"same": declared}
    assert engine.up().changes == {"same": declared}
    after = engine.managed()
    assert sorted(after.values()) == sorted(before.values())
    assert any(TOKEN in urn for urn in after)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_packages(tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="module")
def installed(wheels: Path) -> Path:
    """The programs of an environment that has the wheels and what they need."""
    return environment(wheels.parent / "venv", wheels, "flex-chat-transfer")


def configure(folder: Path, twilio: RunningTwilio, **ours: str) -> None:
    """Set what the template asks for, and where the emulated Twilio is."""
    pulumi(folder, "config", "set", "aws:region", "eu-west-1")
    pulumi(folder, "config", "set", "twilio:accountSid", twilio.centre.account_sid)
    pulumi(folder, "config", "set", "--secret", "twilio:authToken", twilio.centre.auth_token)
    pulumi(folder, "config", "set", "twilio:baseUrl", twilio.base_url)
    pulumi(folder, "config", "set", "workspaceSid", twilio.centre.workspace_sid)
    for key, value in ours.items():
        pulumi(folder, "config", "set", key, value)


def test_the_template_is_deployed_upgraded_and_deleted(
    wheels: Path, tmp_path: Path, twilio: RunningTwilio
) -> None:
    pulumi(
        tmp_path,
        *("new", str(ROOT / "template"), "--yes", "--generate-only", "--force"),
        *("--name", "transfers", "--description", "Of a test"),
    )
    copied = {path.name for path in tmp_path.iterdir()} - {"home", ".pulumi"}
    assert copied == {"Pulumi.yaml", "__main__.py", "requirements.txt"}
    programs = [environment(tmp_path / "venv", wheels, "-r", str(tmp_path / "requirements.txt"))]
    programs.append(aws_program(tmp_path))
    pulumi(tmp_path, "stack", "init", "dev")
    configure(tmp_path, twilio, transferQueues="Sales, Support", alarmEmail="on-call@example.com")

    def run(*arguments: str) -> str:
        return pulumi(tmp_path, *arguments, programs=programs)

    preview = json.loads(run("preview", "--json"))["changeSummary"]
    run("up", "--yes", "--skip-preview")
    assert json.loads(run("preview", "--json"))["changeSummary"] == {"same": preview["create"]}
    outputs = json.loads(run("stack", "output", "--json"))
    assert outputs == {"endpoint": "https://abc123.execute-api.eu-west-1.amazonaws.com"}

    newer = build_packages(tmp_path / "newer", version="1.0.1")
    environment(tmp_path / "venv", newer, "flex-chat-transfer==1.0.1")
    assert json.loads(run("preview", "--json"))["changeSummary"] == {"same": preview["create"]}

    # As for every stack: what would be lost with its agents' tasks has to be let go first.
    run("state", "unprotect", "--all", "--yes")
    run("destroy", "--yes", "--skip-preview")
    assert json.loads(run("stack", "export"))["deployment"].get("resources", []) == []


def test_the_analyzer_takes_the_component(installed: Path, tmp_path: Path) -> None:
    schema = json.loads(pulumi(tmp_path, "package", "get-schema", str(installed / PLUGIN)))

    component = schema["resources"][TOKEN]
    assert component["isComponent"] is True
    assert component["requiredInputs"] == ["workspaceSid"]
    assert component["inputProperties"]["transferQueues"]["items"]["type"] == "string"
    assert "plain" not in component["inputProperties"]["eventsPassword"]
    assert component["properties"]["functionNames"]["type"] == "object"
    assert "eventsQueueUrl" not in component["required"]


TYPESCRIPT: Final = """
import * as pulumi from "@pulumi/pulumi";
import { FlexChatTransfer } from "@pulumi/flex-chat-transfer";

const config = new pulumi.Config();
const transfer = new FlexChatTransfer("transfers", {
    workspaceSid: config.require("workspaceSid"),
    transferQueues: ["Sales", "Support"],
    lambdaMemoryMb: config.requireNumber("memory"),
    handOver: "optional",
    eventsPassword: config.requireSecret("eventsPassword"),
    protect: false,
});
export const endpoint = transfer.endpoint;
export const functionNames = transfer.functionNames;
"""


@pytest.mark.skipif(shutil.which("npm") is None, reason="there is no npm on the PATH")
def test_a_program_in_typescript_lives_and_ends(
    installed: Path, tmp_path: Path, twilio: RunningTwilio
) -> None:
    packages = {
        "dependencies": {"@pulumi/pulumi": "^3.0.0"},
        "devDependencies": {"@types/node": "^20", "typescript": "^5.0.0"},
    }
    write(tmp_path, "Pulumi.yaml", {"name": "typed", "runtime": "nodejs"})
    write(tmp_path, "package.json", {"name": "typed", **packages})
    write(tmp_path, "tsconfig.json", {"compilerOptions": {"strict": True}})
    (tmp_path / "index.ts").write_text(TYPESCRIPT)
    programs = [installed, aws_program(tmp_path)]

    def run(*arguments: str) -> str:
        return pulumi(tmp_path, *arguments, programs=programs)

    run("package", "add", str(installed / PLUGIN))
    run("stack", "init", "dev")
    configure(tmp_path, twilio, memory="5")
    run("config", "set", "--secret", "eventsPassword", PASSWORD)

    refused = pulumi(tmp_path, "preview", programs=programs, fails=True)
    assert "lambda_memory_mb: wrong value '5'; expected a whole number of megabytes" in refused
    assert "Traceback" not in refused
    assert ".py" not in refused

    run("config", "set", "memory", "512")
    run("up", "--yes", "--skip-preview")
    outputs = json.loads(run("stack", "output", "--json"))
    assert outputs["functionNames"]["transferChat"] == "transfers-dev-transfer-chat"
    assert list(json.loads(run("preview", "--json"))["changeSummary"]) == ["same"]
    assert PASSWORD not in run("stack", "export")
    run("destroy", "--yes", "--skip-preview")


YAML: Final = {
    "name": "declared",
    "runtime": "yaml",
    "resources": {
        "transfers": {
            "type": "flex-chat-transfer:FlexChatTransfer",
            "properties": {"workspaceSid": "${workspaceSid}", "transferQueues": ["Support"]},
        }
    },
    "config": {"workspaceSid": {"type": "string"}},
    "outputs": {"endpoint": "${transfers.endpoint}"},
}


@pytest.mark.skipif(
    shutil.which("pulumi-language-yaml") is None, reason="there is no pulumi-language-yaml"
)
def test_a_program_in_yaml_is_previewed(
    installed: Path, tmp_path: Path, twilio: RunningTwilio
) -> None:
    write(tmp_path, "Pulumi.yaml", YAML)
    programs = [installed, aws_program(tmp_path)]
    pulumi(tmp_path, "package", "add", str(installed / PLUGIN), programs=programs)
    pulumi(tmp_path, "stack", "init", "dev")
    configure(tmp_path, twilio)

    preview = json.loads(pulumi(tmp_path, "preview", "--json", programs=programs))

    assert list(preview["changeSummary"]) == ["create"]


def write(folder: Path, name: str, content: Any) -> None:
    """Write a file in JSON, which is YAML too."""
    (folder / name).write_text(json.dumps(content))
