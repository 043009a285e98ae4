"""The provider's README on the real engine: a program of the workspace that there is."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from pulumi import automation

from tests.engine.stack_on_engine import ENVIRONMENT, ROOT, changes, twilio_stack
from tests.engine.test_provider_on_the_engine import names
from twilio_emulator.server import RunningTwilio

(STEPS,) = re.findall(
    r"^## Starting with the workspace.+?```sh\n(.+?)```",
    (ROOT / "pulumi-twilio/README.md").read_text(),
    re.M | re.S,
)
ADDED: Final = """
night = twilio.taskrouter.TaskQueue(
    "night", workspace_sid="%s", friendly_name="Night", target_workers="1==1"
)
"""


@pytest.mark.timeout(600)  # seven runs of the CLI
def test_an_imported_workspace_outlives_its_stack(twilio: RunningTwilio, tmp_path: Path) -> None:
    queues, workspace = names(twilio), twilio.centre.workspace_sid
    stack = twilio_stack(tmp_path, twilio, "")
    follow(STEPS, twilio, tmp_path)

    with (tmp_path / "__main__.py").open("a") as program:
        program.write(ADDED % workspace)
    done = changes(stack.up().summary.resource_changes)
    assert done.pop("create") == 1
    assert done.keys() == {"same"}
    assert names(twilio) == queues | {"Night"}

    assert changes(stack.destroy(exclude_protected=True).summary.resource_changes)["delete"] == 1
    assert names(twilio) == queues
    with pytest.raises(automation.CommandError, match="protected"):
        stack.destroy()
    assert names(twilio) == queues


def follow(steps: str, twilio: RunningTwilio, folder: Path) -> None:
    """Run the README's commands in a stack's folder, with the emulator's account."""
    (folder / ".venv").symlink_to(sys.prefix)
    centre = twilio.centre
    for placeholder, ours in {
        "AC" + "x" * 32: centre.account_sid,
        "WS" + "x" * 32: f"{centre.workspace_sid} --base-url {twilio.base_url}",
        "=" + "x" * 32: f"={centre.auth_token}",
    }.items():
        assert steps.count(placeholder) == 1
        steps = steps.replace(placeholder, ours)
    settings = {"PULUMI_HOME": str(folder / "home"), "PULUMI_SKIP_CONFIRMATIONS": "true"}
    done = subprocess.run(
        ["/bin/sh", "-euc", steps],
        cwd=folder,
        env={**os.environ, **ENVIRONMENT, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
