"""`demo`, `up`, `up -d` and `down` as processes."""

import os
import re
import signal
from pathlib import Path

from local.demo.scenes import SCENES
from tests.local_cli.commands import (
    ANSI,
    addresses,
    is_gone,
    pasted,
    read_until,
    run,
    start,
)


def test_the_demo_shows_every_transfer_and_exits_with_0(tmp_path: Path) -> None:
    done = run(tmp_path, "demo")
    assert (done.code, done.errors) == (0, "")
    assert not ANSI.search(done.output)
    for shown in (
        "Starting the emulated Twilio",
        "Starting the emulated AWS",
        "created twilio:taskrouter:Workflow transfer",
        "created aws:lambda/function:Function transfer-chat",
        "Endpoint  http://127.0.0.1:",
        "Ana Almeida, who is in the queue too",
        "completed, reason: task transferred, channelSid removed",
        "409 task_not_transferable",
        f"All {len(SCENES)} transfers went as they should",
        *(scene.title for scene in SCENES),
    ):
        assert shown in done.output
    endpoint = done.output.split("Endpoint  ")[1].split()[0]
    assert is_gone(endpoint)


def test_what_up_prints_can_be_pasted_and_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    process = start(tmp_path, "up")
    try:
        output = read_until(process, "Ctrl-C stops everything")
        endpoint, twilio = addresses(output)
        answer = pasted(output, "/transfer-chat")
        assert answer.status_code == 200
        offers = pasted(output, "/Reservations").json()["reservations"]
        assert answer.json()["taskSid"] in [offer["task_sid"] for offer in offers]
        assert pasted(output, "/emulator/tasks").json()["taskSid"].startswith("WT")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    finally:
        process.kill()
    assert is_gone(endpoint)
    assert is_gone(twilio)


def test_several_run_in_the_background_and_end_each_in_its_way(tmp_path: Path) -> None:
    first = run(tmp_path, "up", "-d")
    second = run(tmp_path, "up", "-d", "--name", "second")
    try:
        assert (first.code, second.code) == (0, 0), first.errors + second.errors
        assert set(addresses(first.output)).isdisjoint(addresses(second.output))
        taken = run(tmp_path, "up", "-d", "--name", "second")
        assert taken.code == 1
        assert "choose another --name" in taken.errors
        _check_that_no_log_has_the_token(tmp_path, first.output)
        _check_that_killing_takes_the_children_too(first.output)
        assert not is_gone(addresses(second.output)[0], within=0.5)
        unknown = run(tmp_path, "down", "nobody")
        assert (unknown.code, unknown.output) == (1, "")
        assert pasted(second.output, "/transfer-chat").status_code == 200
    finally:
        down = run(tmp_path, "down")
    assert (down.code, down.output) == (0, "Stopped second.\n")
    assert all(is_gone(url) for url in addresses(second.output))
    assert list(tmp_path.iterdir()) == []


def _check_that_no_log_has_the_token(state: Path, output: str) -> None:
    token = str(pasted(output, "/transfer-chat").request.body).split('"')[3]
    assert len(token) > 100
    written = "".join(path.read_text() for path in state.iterdir())
    assert "created" in written
    assert token not in written


def _check_that_killing_takes_the_children_too(output: str) -> None:
    process = re.search(r"\(process (\d+)\)", output)
    assert process is not None
    os.kill(int(process[1]), signal.SIGKILL)
    assert all(is_gone(url) for url in addresses(output))


def test_wrong_usage(tmp_path: Path) -> None:
    nothing, unknown = run(tmp_path), run(tmp_path, "down", "nobody")
    assert nothing.code == 2
    assert "up|demo|down" in nothing.errors
    assert unknown.code == 1
    assert unknown.errors == "error: No stack called nobody runs in the background\n"
