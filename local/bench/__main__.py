"""`python -m local.bench`: deploys the local stack, measures its functions, prints a table.

The same is written as JSON, to compare one state of the code with another.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import pulumi
from rich.console import Console
from rich.table import Table

from local import ROOT
from local.aws import EmulatedAwsError
from local.bench.environment import BenchError
from local.bench.looks import CALL_SECONDS
from local.bench.measurements import Report, measured
from local.deployer import DeploymentError
from local.isolation import isolate
from local.progress import progress_on
from local.stack import local_stack

REPEATS = 15


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and report; return the process's exit code."""
    chosen = _parser().parse_args(arguments)
    isolate()
    console = Console(highlight=False)
    try:
        with progress_on(console) as progress:
            progress.step("Deploying the Pulumi program in infra/ to the emulators")
            with local_stack() as stack:
                report = measured(stack, chosen.repeats, progress.step)
    except (BenchError, DeploymentError, EmulatedAwsError, pulumi.RunError) as error:
        Console(stderr=True, highlight=False).print(
            f"error: {error}", style="bold red", markup=False, soft_wrap=True
        )
        return 1
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    chosen.output.write_text(json.dumps(asdict(report), indent=2) + "\n", encoding="utf-8")
    console.print(_table(report))
    console.print(f"Of {report.repeats} times each. Written to {chosen.output}", soft_wrap=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.bench", description=__doc__)
    parser.add_argument(
        "--repeats", type=_count, default=REPEATS, help="how often each request is sent"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "bench.json")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)


def _table(report: Report) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("")
    for kind in report.transfers:
        table.add_column(kind, justify="right")
    for row in _rows(report):
        table.add_row(*row)
    return table


def _rows(report: Report) -> Iterator[tuple[str, ...]]:
    kinds = report.transfers.values()
    yield "Twilio calls", *(str(kind.twilio_calls) for kind in kinds)
    yield "of these in a row", *(str(kind.in_a_row) for kind in kinds)
    yield "round trips to Twilio", *(f"{kind.round_trips:.2f}" for kind in kinds)
    yield "AWS calls", *(str(kind.aws_calls) for kind in kinds)
    yield "own time", *(f"{kind.own_ms:.0f} ms" for kind in kinds)
    yield "processor time", *(f"{kind.cpu_ms:.0f} ms" for kind in kinds)
    yield "with the emulated AWS", *(f"{kind.total_ms:.0f} ms" for kind in kinds)
    if any(kind.left_out for kind in kinds):
        yield "left out, since they differ", *(str(kind.left_out) for kind in kinds)
    cold = report.cold_start
    alone = {
        "new process, until it is ready": f"{cold.ready_ms:.0f} ms",
        "of that, importing the handler": f"{cold.import_ms:.0f} ms",
        "its first request": f"{cold.first_request_ms:.0f} ms",
        "requests a second, one process": f"{report.requests_per_second:.1f}",
        "an event, 99th percentile": f"{report.events_ms:.0f} ms",
        f"of {report.looks.offers} open offers, looked at": f"{report.looks.looked_at}",
        f"in a run of the schedule, {CALL_SECONDS} s a call": f"{report.looks.seconds:.1f} s",
        "processor time of such a look": f"{report.looks.cpu_ms:.0f} ms",
        "bundle": f"{report.bundle_bytes / 1e6:.1f} MB, {report.bundle_files} files",
    }
    for name, value in alone.items():
        yield name, "", value


if __name__ == "__main__":
    sys.exit(main())
