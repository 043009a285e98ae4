"""The emulated AWS as a process: it listens on loopback only, and ends with its context."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from local.aws import EmulatedAwsError, emulated_aws

ROOT = Path(__file__).resolve().parents[2]
START_AND_WAIT = """
import time
from local.aws import emulated_aws
with emulated_aws() as aws:
    print(aws.endpoint_url, aws.log_path.parent, flush=True)
    time.sleep(60)
"""


def test_two_emulators_run_at_once_and_leave_nothing_behind() -> None:
    with emulated_aws() as one, emulated_aws() as other:
        assert one.endpoint_url != other.endpoint_url
        assert one.endpoint_url.startswith("http://127.0.0.1:")
        folders = [one.log_path.parent, other.log_path.parent]

    for aws in (one, other):
        assert not _answers(aws.endpoint_url)
    assert not any(folder.exists() for folder in folders)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_emulator_listens_on_loopback_only() -> None:
    with emulated_aws() as aws:
        port = int(aws.endpoint_url.rpartition(":")[2])

        assert _listening_addresses(port) == {"0100007F"}


def test_an_exception_ends_the_emulator() -> None:
    with pytest.raises(ZeroDivisionError), emulated_aws() as aws:
        raise ZeroDivisionError

    assert not _answers(aws.endpoint_url)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_starting_process_ends_the_emulator(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as parent:
        assert parent.stdout
        endpoint_url, folder = parent.stdout.readline().split()
        os.kill(parent.pid, number)
        parent.wait(10)

    deadline = time.monotonic() + 10
    while (_answers(endpoint_url) or Path(folder).exists()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _answers(endpoint_url)
    assert not Path(folder).exists()


def test_a_given_log_file_is_kept(tmp_path: Path) -> None:
    with emulated_aws(log_path=tmp_path / "logs" / "aws.log"):
        pass

    assert "Ready" in (tmp_path / "logs" / "aws.log").read_text()


def test_a_failed_start_is_reported_with_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A port that no process can bind.
    monkeypatch.setattr("local.aws._free_port", lambda: 70_000)
    monkeypatch.setattr("local.aws._PORT_ATTEMPTS", 1)

    with pytest.raises(EmulatedAwsError, match=r"did not start. It logged:\n(.|\n)*port"):
        emulated_aws().__enter__()


def test_an_emulator_that_does_not_answer_is_not_started_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("local.aws._READY_SECONDS", 0.0)

    with pytest.raises(EmulatedAwsError, match=r"runs, but gave no answer on port \d+ within 0 s"):
        emulated_aws().__enter__()


def test_waiting_for_an_emulator_that_ends_raises_an_error() -> None:
    with emulated_aws() as aws:
        os.kill(aws.process.pid, signal.SIGKILL)

        with pytest.raises(EmulatedAwsError, match=r"has ended. It logged:\n(.|\n)*Ready"):
            aws.wait()


def _answers(endpoint_url: str) -> bool:
    try:
        requests.get(f"{endpoint_url}/_ministack/health", timeout=2)
    except requests.ConnectionError:
        return False
    return True


def _listening_addresses(port: int) -> set[str]:
    """Return the local addresses, as /proc writes them, that listen on a port."""
    rows = [
        line.split()
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        if Path(table).exists()
        for line in Path(table).read_text().splitlines()[1:]
    ]
    listening = [row[1].split(":") for row in rows if row[3] == "0A"]
    return {address for address, number in listening if int(number, 16) == port}
