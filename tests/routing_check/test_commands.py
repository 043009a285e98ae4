"""`check` and `route` as commands, with and without a stack, and in a large centre."""

import json
import os
import resource
import time
from pathlib import Path

import pytest

from tests.local_cli.commands import ANSI, run, run_here
from tests.routing_check.centres import centre, fill, pulumi_with
from tests.sampling import IS_FULL

MOST_SECONDS = 10


def test_without_a_stack_the_example_centre_is_checked(tmp_path: Path) -> None:
    done = run(tmp_path, "check")

    assert (done.code, done.errors) == (0, "")
    assert not ANSI.search(done.output)
    assert "The example centre of the emulated Twilio; nothing is changed." in done.output
    assert "No faults found." in done.output
    assert all(line == line.rstrip() for line in done.output.splitlines())


def test_a_route_is_shown_for_a_sid_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    shown = run_here(tmp_path, "route", "--target", "WQ1391531dea8deef85fb877d16191bbc4")
    refused = run_here(tmp_path, "route", "--target", "WQ" + "0" * 31 + "1")
    faulty = run_here(tmp_path, "route", "--target", "Escalations", "--from", "ana")

    assert (shown.code, shown.errors) == (0, "")
    assert "transfers a chat to queue Support" in shown.output
    assert refused.code == 1
    assert (faulty.code, faulty.errors) == (1, "error: 1 fault\n")
    assert "The workspace has no queue, workflow or worker 'WQ000" in refused.errors


def test_the_config_of_a_stack_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with centre("Billing") as broken:
        pulumi = pulumi_with(tmp_path, broken.config)
        monkeypatch.setenv("PATH", f"{pulumi}{os.pathsep}{os.environ['PATH']}")
        done = run_here(tmp_path, "check", "--stack", "dev")
        missing = run_here(tmp_path, "check", "--stack", "other")

    assert done.code == 1
    assert f"Stack dev, workspace {broken.twilio.centre.workspace_sid}" in done.output
    assert "1. Queue Billing has one worker, eva@example.com." in done.output
    assert done.errors == "error: 1 fault\n"
    assert broken.twilio.centre.auth_token not in done.output + done.errors
    assert missing.code == 1
    assert missing.errors == (
        "error: The config of stack other cannot be read: no stack named that found. "
        "`pulumi stack ls` lists the stacks\n"
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"twilio:authToken": "0" * 32}, "HTTP 401"),
        ({"flex-chat-transfer:workspaceSid": "WS" + "0" * 32}, "HTTP 404"),
        ({"flex-chat-transfer:queueTimeoutSeconds": "soon"}, "wrong value 'soon'"),
    ],
)
def test_what_a_stack_has_wrong_is_said_without_a_traceback(
    changed: dict[str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with centre("Support") as working:
        pulumi = pulumi_with(tmp_path, {**working.config, **changed})
        monkeypatch.setenv("PATH", f"{pulumi}{os.pathsep}{os.environ['PATH']}")
        done = run_here(tmp_path, "check", "--stack", "dev")

    assert done.code == 1
    assert said in done.errors
    assert "Traceback" not in done.errors


def test_without_the_pulumi_cli_a_stack_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run_here(tmp_path, "check", "--stack", "dev")

    assert (done.code, done.output) == (1, "")
    assert "read by the Pulumi CLI" in done.errors


def test_many_queues_and_workers_are_checked_in_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processor time of the command: that of the emulated Twilio, in this process, is not its.

    All of 200 queues and 5,000 workers with `FULL_MATRIX=1`, else a fifth of the queues.
    """
    many = 200 if IS_FULL else 40
    with centre() as large:
        queues = json.dumps(fill(large.twilio, many, many * 25))
        config = {**large.config, "flex-chat-transfer:transferQueues": queues}
        pulumi = pulumi_with(tmp_path, config)
        monkeypatch.setenv("PATH", f"{pulumi}{os.pathsep}{os.environ['PATH']}")
        before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = run(tmp_path, "check", "--stack", "dev")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        wall = time.perf_counter() - begin
        asked = len(large.twilio.journal)

    rows = done.output.splitlines()
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{seconds:.1f} s of processor time, {wall:.1f} s in all, {asked} requests")  # noqa: T201 - what was measured
    assert sum(line.startswith(("queue", "the ")) for line in rows) == many
    # A page of each queue, one for each 1,000 of everyone, and the lists of queues and workflows.
    assert asked == many - 1 + many // 40 + 2
    assert seconds < MOST_SECONDS
