"""A workspace's objects for `pulumi import --file`: each is imported as it is."""

import json
import os
import subprocess
import sys

from tests.provider.plugin_process import Engine
from tests.provider.test_every_resource import plain
from twilio_emulator.server import RunningTwilio


def listed(
    twilio: RunningTwilio, workspace: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    known = {
        "PATH": os.defpath,
        "PYTHONPATH": ":".join(sys.path),
        "TWILIO_ACCOUNT_SID": twilio.centre.account_sid,
        "TWILIO_AUTH_TOKEN": twilio.centre.auth_token,
    }
    command = ["-m", "pulumi_twilio.import_file", workspace, "--base-url", twilio.base_url]
    return subprocess.run(
        [sys.executable, *command],
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
