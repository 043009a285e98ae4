"""The progress display while a stack comes up."""

import io
import re

import pytest
from rich.console import Console

from local.deployer import ResourceEvent
from local.progress import Display, Lines, progress_on

ANSI = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]")
EVENT = ResourceEvent("aws:iam/role:Role", "transfer-chat", 0.25)


def tell(console: Console) -> str:
    with progress_on(console) as progress:
        progress.step("Deploying")
        progress.created(EVENT)
        progress.done()
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_pipe_gets_plain_lines() -> None:
    printed = tell(Console(file=io.StringIO(), width=60, highlight=False)).splitlines()
    assert [line[9:] for line in printed] == [
        "Deploying ...",
        "  created aws:iam:Role transfer-chat (0.2 s)",
        "1 resources created",
    ]


def test_a_terminal_gets_a_display_that_leaves_the_resources() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=80, highlight=False)
    assert isinstance(progress_on(console), Display)
    printed = tell(console)
    assert "\x1b[?25l" in printed  # the cursor hides while it moves
    assert "transfer-chat" in printed
    assert "1 resources created" in printed


def test_no_color_switches_colours_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    printed = tell(Console(file=io.StringIO(), force_terminal=True, width=80, highlight=False))
    assert "\x1b[32m" not in printed


def test_a_dumb_terminal_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    console = Console(file=io.StringIO(), force_terminal=True, width=80, highlight=False)
    assert isinstance(progress_on(console), Lines)


def test_no_line_is_wider_than_80_columns() -> None:
    long = ResourceEvent("aws:cloudwatch/metricAlarm:MetricAlarm", "functions-throttled", 12.5)
    printed = ""
    for terminal in (False, True):
        console = Console(file=io.StringIO(), force_terminal=terminal, width=80, no_color=True)
        with progress_on(console) as progress:
            progress.step("Deploying the Pulumi program in infra/")
            progress.created(long)
            progress.done()
        assert isinstance(console.file, io.StringIO)
        printed += ANSI.sub("", console.file.getvalue())
    assert max(map(len, printed.splitlines())) <= 80
    assert "functions-throttled (12.5 s)" in printed
    assert "functions-throttled  12.5 s" in printed
    assert "Deploying the Pulumi program in infra/: done (0.0 s)" in printed


def test_60_columns_cut_no_time_and_no_name() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=60, no_color=True)
    with progress_on(console) as progress:
        for kind in ("aws:iam/role:Role", "aws:lambda/eventSourceMapping:EventSourceMapping"):
            progress.created(ResourceEvent(kind, "transfer-events-schedule", 12.5))
        progress.done()
    assert isinstance(console.file, io.StringIO)
    printed = ANSI.sub("", console.file.getvalue()).splitlines()
    rows = [line for line in printed if line.startswith("+")]
    assert {tuple(row.split()[2:]) for row in rows} == {("transfer-events-schedule", "12.5", "s")}
    assert max(map(len, printed)) <= 60
