"""`python -m local.bench` with few repetitions: what it counts, and that it says so."""

import json
import re
import subprocess
import sys
import threading
from pathlib import Path
from unittest import mock

import pytest

from local.bench import worker
from local.bench.measurements import BUNDLE, KINDS
from tests.local_cli.commands import ANSI, ROOT, environment


@pytest.mark.timeout(300)
def test_it_counts_and_measures_both_kinds_of_transfer(tmp_path: Path) -> None:
    output = tmp_path / "new" / "bench.json"
    done = subprocess.run(
        [sys.executable, "-m", "local.bench", "--repeats", "3", "--output", str(output)],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert not ANSI.search(done.stdout)
    report = json.loads(output.read_text())
    assert report["transfers"].keys() == KINDS.keys()
    for counted in report["transfers"].values():
        # What the token, the task and its new task need at the very least.
        assert counted["twilio_calls"] > 3
        assert counted["round_trips"] > 1
        assert counted["aws_calls"] > 0
        assert 0 < counted["own_ms"] < counted["total_ms"]
    cold = report["cold_start"]
    assert 0 < cold["import_ms"] < cold["ready_ms"]
    assert cold["first_request_ms"] > report["transfers"]["conversation"]["cpu_ms"]
    assert report["requests_per_second"] > 0
    assert report["bundle_bytes"] == BUNDLE.stat().st_size
    calls = [str(kind["twilio_calls"]) for kind in report["transfers"].values()]
    assert re.search(rf"^Twilio calls +{' +'.join(calls)} *$", done.stdout, re.M)


def test_calls_to_aws_at_the_same_time_count_once() -> None:
    aws = worker.AwsCalls()
    with mock.patch("time.perf_counter", side_effect=[1.0, 2.0, 4.0, 5.0, 7.0, 8.0]):
        aws._begin()  # 1 to 4, of another thread 2 to 5, then 7 to 8
        other = threading.Thread(target=aws._begin)
        other.start()
        other.join()
        aws._end()
        aws._begun.at = 2.0
        aws._end()
        aws._begin()
        aws._end()
    assert aws.taken() == (3, 5.0)
    assert aws.taken() == (0, 0)


@pytest.mark.parametrize("repeats", ["0", "-1", "x"])
def test_it_measures_at_least_once(repeats: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local.bench", "--repeats", repeats],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "is not a number from 1" in done.stderr or "expected one argument" in done.stderr
