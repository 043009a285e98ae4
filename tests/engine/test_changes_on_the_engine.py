"""What becomes of resources that a program changes, renames or adopts later, on the real engine."""

import re
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation
from pulumi.automation._stack import ImportResource

from tests.engine.stack_on_engine import changes, twilio_stack
from tests.provider.plugin_process import TASK_QUEUE
from twilio_emulator.server import RunningTwilio

pytestmark = pytest.mark.timeout(300)  # several runs of the CLI each

PROGRAM = """
import pulumi
import pulumi_twilio as twilio

night = twilio.taskrouter.TaskQueue(
    "night", workspace_sid="{workspace}", friendly_name="Night"{more}
)
"""
WORKFLOW = """
twilio.taskrouter.Workflow(
    "inbound",
    workspace_sid="{workspace}",
    friendly_name="Inbound",
    configuration={{
        "task_routing": {{
            "filters": [
                {{
                    "filter_friendly_name": f"filter {{number}}",
                    "expression": f"hour == {{number}}",
                    "targets": [{{"queue": night.sid, "timeout": 60}}, {{"queue": night.sid}}],
                }}
                for number in range(8)
            ]
        }}
    }},
)
"""


@pytest.fixture
def program(twilio: RunningTwilio) -> str:
    return PROGRAM.replace("{workspace}", twilio.centre.workspace_sid)


def write(folder: Path, program: str, more: str = "") -> None:
    (folder / "__main__.py").write_text(program.replace("{more}", more))


def changed(done: Any) -> dict[str, int]:
    return changes(done.summary.resource_changes)


def is_there(twilio: RunningTwilio, name: str) -> bool:
    queues = twilio.centre.workspace.tables.task_queues.values()
    return name in {each.friendly_name for each in queues}


def test_a_renamed_queue_that_was_imported_again_is_not_deleted(
    twilio: RunningTwilio, tmp_path: Path, program: str
) -> None:
    stack = twilio_stack(tmp_path, twilio, program.replace("{more}", ""))
    stack.up()
    renamed = program.replace('"night"', '"late"')
    write(tmp_path, renamed)
    with pytest.raises(automation.CommandError, match="resource option `aliases`") as refused:
        stack.up(color="never")

    # What the message says for an object that was made without this stack.
    advised = re.search(rf"pulumi import {TASK_QUEUE} late (\S+)", str(refused.value))
    assert advised, refused.value
    imported: ImportResource = {"type": TASK_QUEUE, "name": "late", "id": advised[1]}
    stack.import_resources(resources=[imported], protect=False, generate_code=False)
    assert changed(stack.up()) == {"delete": 1, "same": 2}
    assert is_there(twilio, "Night")
    assert changed(stack.up(refresh=True)) == {"same": 2}
    stack.destroy()
    assert not is_there(twilio, "Night")


def test_a_queue_that_is_renamed_with_an_alias_stays(
    twilio: RunningTwilio, tmp_path: Path, program: str
) -> None:
    stack = twilio_stack(tmp_path, twilio, program.replace("{more}", ""))
    stack.up()
    alias = ', opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="night")])'
    write(tmp_path, program.replace('"night"', '"late"'), alias)
    assert changed(stack.up()) == {"same": 2}
    assert is_there(twilio, "Night")


FLEX = """
import pulumi_twilio as twilio

twilio.flex.Configuration("plugin", ui_attributes={"mine": {"endpoint": "https://example.com"}})
"""


def test_what_was_added_to_flexs_configuration_is_taken_out_and_nothing_else(
    twilio: RunningTwilio, tmp_path: Path
) -> None:
    changed_settings = twilio.centre.account.changed_settings
    changed_settings["flex"] = {"ui_attributes": {"others": {"a": 1}}}
    stack = twilio_stack(tmp_path, twilio, FLEX)
    stack.up()
    written = {"others": {"a": 1}, "mine": {"endpoint": "https://example.com"}}
    assert changed_settings["flex"]["ui_attributes"] == written
    assert changed(stack.up(refresh=True)) == {"same": 2}

    stack.destroy()

    assert changed_settings["flex"]["ui_attributes"] == {"others": {"a": 1}}


def test_one_changed_number_of_a_workflow_is_a_short_preview(
    twilio: RunningTwilio, tmp_path: Path, program: str
) -> None:
    program = program.replace("{more}", "") + WORKFLOW.replace(
        "{workspace}", twilio.centre.workspace_sid
    ).replace("{{", "{").replace("}}", "}")
    stack = twilio_stack(tmp_path, twilio, program)
    stack.up()
    write(tmp_path, program.replace('"timeout": 60', '"timeout": 90 if number == 3 else 60'))
    shown = stack.preview(diff=True, color="never").stdout
    update = shown[shown.index("twilio:taskrouter:Workflow") :]
    lines = [line for line in update.splitlines() if line.strip().startswith(("~", "+", "-"))]
    assert re.search(r"~ timeout: 60 => 90", update)
    assert len(lines) < 20, update
