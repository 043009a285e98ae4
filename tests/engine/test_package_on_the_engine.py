"""`pulumi package` with `pulumi-twilio`: its schema, generated SDKs, and a program that adds it."""

import json
import os
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from pulumi_twilio.declaration import snake
from pulumi_twilio.provider import FUNCTIONS, KINDS
from pulumi_twilio.version import VERSION
from tests.engine.conftest import NO_ENGINE
from tests.engine.stack_on_engine import ENVIRONMENT, ROOT
from tests.engine.test_provider_on_the_engine import DECLARED, PROGRAM
from twilio_emulator.server import RunningTwilio

PULUMI: Final = shutil.which("pulumi")
pytestmark = [
    pytest.mark.skipif(PULUMI is None, reason=NO_ENGINE),
    # Each command that is given the folder installs the plugin first.
    pytest.mark.timeout(300),
]

PINNED: Final = ROOT / "infra/requirements.txt"
# Everything that the CLI installs is there already, so pip needs no package index.
OFFLINE: Final = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"}


def pulumi(folder: Path, *arguments: str) -> str:
    """Run the CLI; a sub-command that it does not have skips the test."""
    home = {"PULUMI_HOME": str(folder / "home"), "PULUMI_BACKEND_URL": folder.as_uri()}
    done = subprocess.run(
        [str(PULUMI), "--non-interactive", "--color=never", *arguments],
        cwd=folder,
        env=os.environ | ENVIRONMENT | OFFLINE | home,
        capture_output=True,
        text=True,
        check=False,
    )
    if "unknown command" in done.stderr or "no language plugin" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def virtual_environment(folder: Path, *packages: str) -> None:
    """Make one with what `pip` needs to build a package, and these, of the pinned versions."""
    uv = [sys.executable, "-m", "uv", "--quiet"]
    subprocess.run([*uv, "venv", str(folder)], check=True)
    where = ["--python", str(folder), "--constraint", str(PINNED)]
    tools = ["pip", "setuptools", "wheel"]
    subprocess.run([*uv, "pip", "install", *where, *tools, *packages], check=True)


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plugin's folder, with the virtual environment that `PulumiPlugin.yaml` names."""
    folder = tmp_path_factory.mktemp("package") / "pulumi-twilio"
    shutil.copytree(
        ROOT / folder.name, folder, ignore=shutil.ignore_patterns("__pycache__", "build")
    )
    virtual_environment(folder / "venv", str(folder))
    return folder


@pytest.fixture(scope="module")
def schema(plugin: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(pulumi(plugin.parent, "package", "get-schema", str(plugin)))
    (plugin.parent / "schema.json").write_text(json.dumps(read))
    return read


def test_the_schema_is_what_a_registry_asks_for(schema: dict[str, Any]) -> None:
    assert set(schema["resources"]) == set(KINDS)
    assert set(schema["functions"]) == set(FUNCTIONS)
    assert schema["version"] == VERSION
    assert schema["publisher"] == "flex-chat-transfer"
    assert schema["description"]
    sink = schema["resources"]["twilio:events:Sink"]
    assert sink["inputProperties"]["sinkConfiguration"]["secret"] is True
    assert sink["properties"]["sinkConfiguration"]["secret"] is True


@pytest.mark.usefixtures("schema")
def test_a_python_sdk_is_generated(plugin: Path) -> None:
    pulumi(plugin.parent, "package", "gen-sdk", "schema.json", "--language", "python")
    generated = plugin.parent / "sdk/python"
    assert f'version = "{VERSION}"' in (generated / "pyproject.toml").read_text()
    for token, written in files(generated / "pulumi_twilio", ".py").items():
        assert token in written.read_text()
        py_compile.compile(str(written), doraise=True)


@pytest.mark.usefixtures("schema")
def test_a_nodejs_sdk_is_generated(plugin: Path) -> None:
    pulumi(plugin.parent, "package", "gen-sdk", "schema.json", "--language", "nodejs")
    generated = plugin.parent / "sdk/nodejs"
    assert json.loads((generated / "package.json").read_text())["version"] == VERSION
    for token, written in files(generated, ".ts").items():
        assert token in written.read_text()


def files(folder: Path, suffix: str) -> dict[str, Path]:
    """Return where an SDK has each resource and each look-up, by their tokens."""
    found = {}
    for token in [*KINDS, *FUNCTIONS]:
        _, module, name = token.split(":")
        name = name[0].lower() + name[1:]
        stem = snake(name) if suffix == ".py" else name
        found[token] = folder / module / f"{stem}{suffix}"
    return found


def test_the_sdk_in_the_package_is_the_generated_one(plugin: Path, tmp_path: Path) -> None:
    """If it fails: `python pulumi-twilio/generate_sdk.py`."""
    fresh = tmp_path / "sdk"
    command = f"import generate_sdk, pathlib; generate_sdk.generate(pathlib.Path({str(fresh)!r}))"
    subprocess.run([sys.executable, "-c", command], cwd=plugin, check=True)
    kept = ROOT / "pulumi-twilio/pulumi_twilio/sdk"
    found = {str(path.relative_to(fresh)): path.read_text() for path in fresh.rglob("*.py")}
    assert found == {str(path.relative_to(kept)): path.read_text() for path in kept.rglob("*.py")}


def test_a_program_runs_with_the_sdk_of_a_package_that_it_added(
    plugin: Path, tmp_path: Path, twilio: RunningTwilio
) -> None:
    options = {"toolchain": "pip", "virtualenv": "venv"}
    project = {"name": "added", "runtime": {"name": "python", "options": options}}
    (tmp_path / "Pulumi.yaml").write_text(yaml.safe_dump(project))
    (tmp_path / "requirements.txt").touch()
    (tmp_path / "__main__.py").write_text(PROGRAM)
    virtual_environment(tmp_path / "venv", "pulumi", "parver")

    pulumi(tmp_path, "package", "add", str(plugin))
    pulumi(tmp_path, "stack", "init", "dev")
    pulumi(tmp_path, "config", "set", "twilio:accountSid", twilio.centre.account_sid)
    pulumi(tmp_path, "config", "set", "--secret", "twilio:authToken", twilio.centre.auth_token)
    pulumi(tmp_path, "config", "set", "twilio:baseUrl", twilio.base_url)
    preview = json.loads(pulumi(tmp_path, "preview", "--json"))

    assert preview["changeSummary"] == {"create": DECLARED}


TYPESCRIPT: Final = """
import * as twilio from "pulumi-twilio";

const workspace = twilio.taskrouter.getWorkspaceOutput({ friendlyName: "Flex Task Assignment" });
const night = new twilio.taskrouter.TaskQueue("night", {
    workspaceSid: workspace.sid,
    friendlyName: "Night",
    targetWorkers: "",
});
new twilio.taskrouter.Workflow("inbound", {
    workspaceSid: workspace.sid,
    friendlyName: "Inbound",
    configuration: { task_routing: { default_filter: { queue: night.sid } } },
});
"""


@pytest.mark.skipif(shutil.which("npm") is None, reason="there is no npm on the PATH")
@pytest.mark.timeout(600)  # npm installs Pulumi's SDK
def test_a_program_in_typescript_lives_and_ends(
    plugin: Path, tmp_path: Path, twilio: RunningTwilio
) -> None:
    project = {"name": "typed", "runtime": "nodejs"}
    (tmp_path / "Pulumi.yaml").write_text(yaml.safe_dump(project))
    packages = {
        "dependencies": {"@pulumi/pulumi": "^3.0.0"},
        "devDependencies": {"@types/node": "^20", "typescript": "^5.0.0"},
    }
    (tmp_path / "package.json").write_text(json.dumps({"name": "typed", **packages}))
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": {"strict": True}}))
    (tmp_path / "index.ts").write_text(TYPESCRIPT)

    pulumi(tmp_path, "package", "add", str(plugin))
    pulumi(tmp_path, "stack", "init", "dev")
    pulumi(tmp_path, "config", "set", "twilio:accountSid", twilio.centre.account_sid)
    pulumi(tmp_path, "config", "set", "--secret", "twilio:authToken", twilio.centre.auth_token)
    pulumi(tmp_path, "config", "set", "twilio:baseUrl", twilio.base_url)
    pulumi(tmp_path, "up", "--yes", "--skip-preview")
    made = {each.friendly_name for each in twilio.centre.workspace.tables.task_queues.values()}
    assert "Night" in made
    preview = json.loads(pulumi(tmp_path, "preview", "--json"))
    assert preview["changeSummary"] == {"same": 3}
    pulumi(tmp_path, "destroy", "--yes", "--skip-preview")
    left = {each.friendly_name for each in twilio.centre.workspace.tables.task_queues.values()}
    assert left == made - {"Night"}
