"""A workspace's objects for `pulumi import --file`: each is imported as it is."""

import json
import os
import subprocess
import sys

import pytest

from tests.provider.plugin_process import Engine
from tests.provider.test_every_resource import plain
from twilio_emulator.server import RunningTwilio


def listed(
    twilio: RunningTwilio, workspace: str, *options: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    known = {
        "PATH": os.defpath,
        "PYTHONPATH": ":".join(sys.path),
        "TWILIO_ACCOUNT_SID": twilio.centre.account_sid,
        "TWILIO_AUTH_TOKEN": twilio.centre.auth_token,
    }
    command = ["-m", "pulumi_twilio.import_file", workspace, "--base-url", twilio.base_url]
    return subprocess.run(
        [sys.executable, *command, *options],
        env=known | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_everything_of_a_workspace_is_imported_as_it_is(
    engine: Engine, twilio: RunningTwilio
) -> None:
    done = listed(twilio, twilio.centre.workspace_sid)
    assert done.returncode == 0, done.stderr
    resources = json.loads(done.stdout)["resources"]
    tables = twilio.centre.workspace.tables
    count = sum(
        len(table)
        for table in (tables.activities, tables.task_channels, tables.task_queues, tables.workflows)
    )
    assert len(resources) == count + 1
    assert len({each["name"] for each in resources}) == len(resources)
    for each in resources:
        found = plain(engine.read(each["type"], each["id"]))
        assert engine.check(each["type"], found["inputs"]) == {}, each
        quiet = engine.diff(each["type"], found["properties"], found["inputs"])
        assert quiet["changes"] == "DIFF_NONE", each
    assert twilio.journal.matching("POST") == []


def test_a_workspace_that_is_not_there_is_one_line(twilio: RunningTwilio) -> None:
    done = listed(twilio, "WS" + "0" * 32)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: could not list the activities")
    assert done.stderr.count("\n") == 1


def test_a_wrong_argument_or_credential_says_what_is_expected(twilio: RunningTwilio) -> None:
    assert "WS and 32 hexadecimal digits" in listed(twilio, "Flex").stderr
    workspace = twilio.centre.workspace_sid
    assert (
        "TWILIO_ACCOUNT_SID must be AC"
        in listed(twilio, workspace, TWILIO_ACCOUNT_SID="AC1").stderr
    )


@pytest.mark.parametrize(
    ("environment", "advice"),
    [
        (
            {"TWILIO_ACCOUNT_SID": ""},
            "TWILIO_ACCOUNT_SID is missing: `export TWILIO_ACCOUNT_SID=AC…`",
        ),
        (
            {"TWILIO_AUTH_TOKEN": ""},
            "an API key: `export TWILIO_AUTH_TOKEN=…`, or TWILIO_API_KEY and",
        ),
        ({"TWILIO_REGION": "ie1"}, "(`export TWILIO_EDGE=dublin` for ie1"),
        ({"TWILIO_AUTH_TOKEN": "old"}, "Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or"),
    ],
)
def test_advice_is_for_this_command_and_not_for_the_stack(
    twilio: RunningTwilio, environment: dict[str, str], advice: str
) -> None:
    said = listed(twilio, twilio.centre.workspace_sid, **environment).stderr
    assert advice in said
    assert "twilio:" not in said
    assert "pulumi config" not in said


def test_where_an_emulator_listens_is_an_option(twilio: RunningTwilio) -> None:
    said = listed(twilio, twilio.centre.workspace_sid, "--base-url=http://127.0.0.1:1").stderr
    assert "Check the network and, if set, --base-url" in said
