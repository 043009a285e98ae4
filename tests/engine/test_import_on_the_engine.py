"""A workspace that exists, taken over by the README alone: imported, unchanged, and added to."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.engine.stack_on_engine import ROOT
from tests.engine.test_package_on_the_engine import (
    plugin,
    pulumi,
    pytestmark,
    virtual_environment,
)
from twilio_emulator.server import RunningTwilio

__all__ = ["plugin", "pytestmark"]

PYTHON_QUEUE = """
twilio.taskrouter.TaskQueue("night", workspace_sid="{workspace}", friendly_name="Night")
"""
TYPESCRIPT_QUEUE = """
new twilio.taskrouter.TaskQueue("night", {{workspaceSid: "{workspace}", friendlyName: "Night"}});
"""


def python(folder: Path, _plugin: Path) -> tuple[str, str]:
    """Make a program in Python; its file, and what adds a queue."""
    options = {"toolchain": "pip", "virtualenv": "venv"}
    project = {
        "name": "taken-over",
        "runtime": {"name": "python", "options": options},
        "plugins": {"providers": [{"name": "twilio", "path": "venv/bin"}]},
    }
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(project))
    (folder / "requirements.txt").touch()
    virtual_environment(folder / "venv", "pulumi", str(ROOT / "pulumi-twilio"))
    return "__main__.py", PYTHON_QUEUE


def typescript(folder: Path, plugin: Path) -> tuple[str, str]:
    """Make a program in TypeScript; its file, and what adds a queue."""
    if shutil.which("npm") is None:
        pytest.skip("there is no npm on the PATH")
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "taken-over", "runtime": "nodejs"}))
    packages = {
        "dependencies": {"@pulumi/pulumi": "^3.0.0"},
        "devDependencies": {"@types/node": "^20", "typescript": "^5.0.0"},
    }
    (folder / "package.json").write_text(json.dumps({"name": "taken-over", **packages}))
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": {"strict": True}}))
    (folder / "index.ts").touch()
    pulumi(folder, "package", "add", str(plugin))
    return "index.ts", TYPESCRIPT_QUEUE


@pytest.mark.timeout(600)  # npm installs Pulumi's SDK
@pytest.mark.parametrize("language", [python, typescript])
def test_a_whole_workspace_is_imported_and_one_queue_added(
    plugin: Path,
    tmp_path: Path,
    twilio: RunningTwilio,
    language: Callable[[Path, Path], tuple[str, str]],
) -> None:
    program, queue = language(tmp_path, plugin)
    workspace = twilio.centre.workspace_sid
    pulumi(tmp_path, "stack", "init", "dev")
    pulumi(tmp_path, "config", "set", "twilio:accountSid", twilio.centre.account_sid)
    pulumi(tmp_path, "config", "set", "--secret", "twilio:authToken", twilio.centre.auth_token)
    pulumi(tmp_path, "config", "set", "twilio:baseUrl", twilio.base_url)
    listed = subprocess.run(
        [sys.executable, "-m", "pulumi_twilio.import_file", workspace, "--base-url",
         twilio.base_url],
        env=os.environ
        | {
            "TWILIO_ACCOUNT_SID": twilio.centre.account_sid,
            "TWILIO_AUTH_TOKEN": twilio.centre.auth_token,
        },
        capture_output=True,
        check=True,
    ).stdout  # fmt: skip
    (tmp_path / "import.json").write_bytes(listed)
    count = len(json.loads(listed)["resources"])

    pulumi(tmp_path, "import", "--file", "import.json", "--protect=false", "--yes",
           "--out", program)  # fmt: skip
    unchanged = json.loads(pulumi(tmp_path, "preview", "--json"))
    with (tmp_path / program).open("a") as file:
        file.write(queue.format(workspace=workspace))
    added = json.loads(pulumi(tmp_path, "preview", "--json"))

    assert count > 10
    assert unchanged["changeSummary"]["same"] >= count
    assert set(unchanged["changeSummary"]) == {"same"}
    assert added["changeSummary"] == {**unchanged["changeSummary"], "create": 1}
    assert twilio.journal.matching("POST") == []
