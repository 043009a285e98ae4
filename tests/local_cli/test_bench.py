"""`python -m local.bench` with few repetitions: what it counts, writes and prints."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.bench import worker
from local.bench.__main__ import main
from local.bench.environment import Answered, BenchError
from local.bench.events import KINDS
from local.bench.measurements import ADDED_SECONDS, BUNDLE, Measured, summary
from tests.local_cli.commands import ANSI, ROOT, environment
from tests.sampling import IS_FULL


@pytest.mark.skipif(not IS_FULL, reason="takes half a minute; FULL_MATRIX=1 runs it")
@pytest.mark.timeout(300)
def test_bench_counts_and_measures_each_kind_of_transfer(tmp_path: Path) -> None:
    output = tmp_path / "new" / "bench.json"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "local.bench",
            "--repeats",
            "3",
            "--output",
            str(output),
        ],
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
    for kind, counted in report["transfers"].items():
        # Read, make the new task, let go of the original, complete it; with hints one read less.
        assert counted["in_a_row"] == (3 if kind == "with hints" else 4)
        assert counted["twilio_calls"] <= 9
        assert 2 < counted["round_trips"] < 6
        assert 0 < counted["aws_calls"] <= 5
        assert 0 < counted["own_ms"] < counted["total_ms"]
    cold = report["cold_start"]
    assert 0 < cold["import_ms"] < cold["ready_ms"]
    assert cold["first_request_ms"] > report["transfers"]["conversation"]["cpu_ms"]
    assert report["requests_per_second"] > 0
    assert report["events_ms"] > 0
    assert report["bundle_bytes"] == BUNDLE.stat().st_size
    calls = [str(kind["twilio_calls"]) for kind in report["transfers"].values()]
    assert re.search(rf"^Twilio calls +{' +'.join(calls)} *$", done.stdout, re.M)


def test_simultaneous_calls_count_once_and_calls_in_a_row_each() -> None:
    spans = [(1.0, 4.0, True), (2.0, 5.0, False), (7.0, 8.0, False), (7.5, 7.9, False)]
    assert worker.covered(spans) == 5.0
    assert worker.in_a_row(spans) == 2


def _measured(*, twilio_calls: int = 7, fails: bool = False) -> list[Measured]:
    """Return a transfer without and one with added latency."""
    answered = Answered(0.3, 0.1, 0.2, 0.15, 4, 3)
    return [
        Measured(latency, twilio_calls, None if fails else answered)
        for latency in (0.0, ADDED_SECONDS)
    ]


@pytest.mark.parametrize("slow", [_measured(twilio_calls=8), _measured(fails=True)])
def test_a_few_slow_transfers_are_left_out_and_counted(slow: list[Measured]) -> None:
    found = summary("chat", [*_measured(), *slow, *_measured(), *_measured()])

    assert (found.twilio_calls, found.aws_calls, found.left_out) == (7, 3, 2)


@pytest.mark.parametrize(
    "different", [_measured(twilio_calls=8), _measured(fails=True), 3 * _measured(fails=True)]
)
def test_transfers_that_differ_often_end_the_bench(different: list[Measured]) -> None:
    with pytest.raises(BenchError, match="calls that differ"):
        summary("chat", [*_measured(), *_measured(), *different])


@pytest.mark.parametrize("repeats", ["0", "-1", "x"])
def test_a_number_of_repeats_below_one_is_refused(
    repeats: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--repeats", repeats])
    assert ended.value.code == 2
    shown = capsys.readouterr().err
    assert "is not a number from 1" in shown or "expected one argument" in shown
